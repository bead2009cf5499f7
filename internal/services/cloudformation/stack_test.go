package cloudformation_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

const pair = `
Description: two things
Parameters: {Size: {Type: Number, Default: 1}, Secret: {Type: String, NoEcho: true, Default: hush}}
Resources:
  A: {Type: AWS::Test::Thing, Properties: {Size: !Ref Size}}
  B: {Type: AWS::Test::Thing, Properties: {Fixed: !Sub "${A.Arn}-${Secret}"}}
Outputs:
  Out: {Value: !GetAtt A.Arn, Description: the first, Export: {Name: !Sub "${AWS::StackName}-a"}}
`

func TestCreateAndDelete(t *testing.T) {
	f := start(t)
	id := f.create(t, pair, func(in *awscfn.CreateStackInput) {
		in.Tags = []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}
	})
	st := f.want(t, named, types.StackStatusCreateComplete)
	wantLines(t, f.events(t, id),
		"s CREATE_IN_PROGRESS User Initiated",
		"A CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS Resource creation Initiated", "A CREATE_COMPLETE",
		"B CREATE_IN_PROGRESS", "B CREATE_IN_PROGRESS Resource creation Initiated", "B CREATE_COMPLETE",
		"s CREATE_COMPLETE")
	if !strings.HasPrefix(*st.StackId, "arn:aws:cloudformation:us-east-1:000000000000:stack/s/") || *st.Description != "two things" ||
		len(st.Outputs) != 1 || !strings.HasPrefix(*st.Outputs[0].OutputValue, "arn:s-A-") || *st.Outputs[0].ExportName != "s-a" || *st.Tags[0].Value != "v" {
		t.Errorf("stack is %+v", st)
	}
	for _, p := range st.Parameters {
		if *p.ParameterKey == "Secret" && *p.ParameterValue != "****" {
			t.Errorf("Secret is shown: %s", *p.ParameterValue)
		}
	}
	res, err := f.DescribeStackResource(t.Context(), &awscfn.DescribeStackResourceInput{StackName: aws.String(named), LogicalResourceId: aws.String("B")})
	if err != nil || !strings.HasPrefix(*res.StackResourceDetail.PhysicalResourceId, "s-B-") {
		t.Error(res, err)
	}
	ev, _ := f.DescribeStackEvents(t.Context(), &awscfn.DescribeStackEventsInput{StackName: &id})
	for _, e := range ev.StackEvents {
		if strings.Contains(aws.ToString(e.ResourceProperties), "hush") {
			t.Errorf("an event shows the secret: %s", *e.ResourceProperties)
		}
	}
	tpl, err := f.GetTemplate(t.Context(), &awscfn.GetTemplateInput{StackName: aws.String(named)})
	if err != nil || *tpl.TemplateBody != pair {
		t.Error(tpl, err)
	}
	exports, err := f.ListExports(t.Context(), &awscfn.ListExportsInput{})
	if err != nil || len(exports.Exports) != 1 || *exports.Exports[0].Name != "s-a" {
		t.Error(exports, err)
	}

	f.things.calm()
	if _, err := f.DeleteStack(t.Context(), &awscfn.DeleteStackInput{StackName: aws.String(named)}); err != nil {
		t.Fatal(err)
	}
	f.want(t, id, types.StackStatusDeleteComplete)
	wantLines(t, f.things.log, "delete B", "delete A")
	if len(f.things.names()) != 0 {
		t.Errorf("things are left: %v", f.things.names())
	}
	_, err = f.DescribeStacks(t.Context(), &awscfn.DescribeStacksInput{StackName: aws.String(named)})
	testkit.WantError(t, err, 400, "ValidationError", "Stack with id s does not exist")
	list, err := f.ListStacks(t.Context(), &awscfn.ListStacksInput{StackStatusFilter: []types.StackStatus{types.StackStatusDeleteComplete}})
	if err != nil || len(list.StackSummaries) != 1 {
		t.Error(list, err)
	}
	f.create(t, pair) // the name is free again
	f.want(t, named, types.StackStatusCreateComplete)
}

func TestCreateRollsBack(t *testing.T) {
	f := start(t)
	f.things.on("create B", errBroken)
	id := f.create(t, pair)
	f.want(t, id, types.StackStatusRollbackComplete)
	got := f.events(t, id)
	i := slices.IndexFunc(got, func(l string) bool { return strings.HasPrefix(l, "B CREATE_FAILED") })
	if i < 0 || !strings.Contains(got[i], `Resource handler returned message: "it is broken`) || !strings.Contains(got[i], "HandlerErrorCode: InvalidRequest)") {
		t.Fatalf("events are %v", got)
	}
	wantLines(t, got[i+1:],
		"s ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [B]. Rollback requested by user.",
		"B DELETE_IN_PROGRESS", "B DELETE_COMPLETE", "A DELETE_IN_PROGRESS", "A DELETE_COMPLETE", "s ROLLBACK_COMPLETE")
	if len(f.things.names()) != 0 {
		t.Errorf("things are left: %v", f.things.names())
	}
	testkit.WantError(t, f.update(t, pair), 400, "ValidationError", "is in ROLLBACK_COMPLETE state and can not be updated.")
}

func TestOnFailure(t *testing.T) {
	for _, c := range []struct {
		on     types.OnFailure
		status types.StackStatus
		left   int
	}{{types.OnFailureDoNothing, types.StackStatusCreateFailed, 1}, {types.OnFailureDelete, types.StackStatusDeleteComplete, 0}} {
		f := start(t)
		f.things.on("create B", errOurs)
		id := f.create(t, pair, func(in *awscfn.CreateStackInput) { in.OnFailure = c.on })
		f.want(t, id, c.status)
		if n := len(f.things.names()); n != c.left {
			t.Errorf("%s leaves %d things", c.on, n)
		}
		if strings.Contains(strings.Join(f.events(t, id), ""), "secret") {
			t.Error("an internal error is shown")
		}
	}
}

func TestUpdate(t *testing.T) {
	f := start(t)
	id := f.create(t, pair)
	f.want(t, id, types.StackStatusCreateComplete)
	testkit.WantError(t, f.update(t, pair), 400, "ValidationError", "No updates are to be performed.")
	f.things.calm()
	// A changes in place, B is replaced, C is new.
	next := `
Resources:
  A: {Type: AWS::Test::Thing, Properties: {Size: 2}}
  B: {Type: AWS::Test::Thing, Properties: {Fixed: other}}
  C: {Type: AWS::Test::Thing, DependsOn: B, Properties: {Fixed: !Ref B}}
`
	if err := f.update(t, next); err != nil {
		t.Fatal(err)
	}
	st := f.want(t, id, types.StackStatusUpdateComplete)
	if len(st.Outputs) != 0 {
		t.Errorf("outputs are left: %v", st.Outputs)
	}
	if names := f.things.names(); len(names) != 3 {
		t.Errorf("things are %v", names)
	}
	log := slices.Clone(f.things.log)
	slices.Sort(log)
	wantLines(t, log, "create B", "create C", "delete B", "update A")
	// A is worked on at the same time; its events may come between.
	others := slices.DeleteFunc(f.events(t, id), func(e string) bool { return strings.HasPrefix(e, "A ") })
	got := strings.Join(others, "\n")
	for _, want := range []string{
		"B UPDATE_IN_PROGRESS Requested update requires the creation of a new physical resource; hence creating one.\nB UPDATE_IN_PROGRESS Resource creation Initiated\nB UPDATE_COMPLETE",
		"s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS\nB DELETE_IN_PROGRESS\nB DELETE_COMPLETE\ns UPDATE_COMPLETE"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nhas no\n%s", got, want)
		}
	}
	// B and C go.
	if err := f.update(t, "Resources: {A: {Type: AWS::Test::Thing, Properties: {Size: 2}}}"); err != nil {
		t.Fatal(err)
	}
	f.want(t, id, types.StackStatusUpdateComplete)
	if names := f.things.names(); len(names) != 1 {
		t.Errorf("things are %v", names)
	}
}

func TestUpdateRollsBack(t *testing.T) {
	f := start(t)
	id := f.create(t, pair)
	f.want(t, id, types.StackStatusCreateComplete)
	before := f.things.names()
	f.things.on("create C", errBroken)
	err := f.update(t, `
Resources:
  A: {Type: AWS::Test::Thing, Properties: {Size: 2}}
  B: {Type: AWS::Test::Thing, Properties: {Fixed: other}}
  D: {Type: AWS::Test::Thing}
  C: {Type: AWS::Test::Thing, DependsOn: [A, B, D]}
`)
	if err != nil {
		t.Fatal(err)
	}
	st := f.want(t, id, types.StackStatusUpdateRollbackComplete)
	if names := f.things.names(); !slices.Equal(names, before) {
		t.Errorf("things are %v, were %v", names, before)
	}
	for name, props := range f.things.things {
		if strings.HasPrefix(name, "s-A-") && props["Size"].(interface{ String() string }).String() != "1" {
			t.Errorf("A is not as before: %v", props)
		}
	}
	if len(st.Outputs) != 1 {
		t.Errorf("outputs are %v", st.Outputs)
	}
	f.things.calm()
	testkit.WantError(t, f.update(t, pair), 400, "ValidationError", "No updates are to be performed.")
}

func TestUpdateWithoutRollback(t *testing.T) {
	f := start(t)
	id := f.create(t, pair)
	f.want(t, id, types.StackStatusCreateComplete)
	f.things.on("update A", errBroken)
	bigger := strings.Replace(pair, "Default: 1", "Default: 2", 1)
	_, err := f.UpdateStack(t.Context(), &awscfn.UpdateStackInput{StackName: &id, TemplateBody: &bigger, DisableRollback: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	f.want(t, id, types.StackStatusUpdateFailed)
	f.things.calm()
	if err := f.update(t, bigger); err != nil {
		t.Fatal(err)
	}
	f.want(t, id, types.StackStatusUpdateComplete)
	wantLines(t, f.things.log, "update A")
}

func TestDeleteFails(t *testing.T) {
	f := start(t)
	id := f.create(t, pair)
	f.want(t, id, types.StackStatusCreateComplete)
	f.things.on("delete B", errBroken)
	f.DeleteStack(t.Context(), &awscfn.DeleteStackInput{StackName: &id})
	st := f.want(t, id, types.StackStatusDeleteFailed)
	if *st.StackStatusReason != "The following resource(s) failed to delete: [B]. " {
		t.Errorf("reason is %q", *st.StackStatusReason)
	}
	if _, err := f.DeleteStack(t.Context(), &awscfn.DeleteStackInput{StackName: &id, RetainResources: []string{"B"}}); err != nil {
		t.Fatal(err)
	}
	f.want(t, id, types.StackStatusDeleteComplete)
	if names := f.things.names(); len(names) != 1 {
		t.Errorf("things are %v", names)
	}
}

func TestRetain(t *testing.T) {
	f := start(t)
	id := f.create(t, "Resources: {A: {Type: AWS::Test::Thing, DeletionPolicy: Retain}, B: {Type: AWS::Test::Thing}}")
	f.want(t, id, types.StackStatusCreateComplete)
	f.DeleteStack(t.Context(), &awscfn.DeleteStackInput{StackName: &id})
	f.want(t, id, types.StackStatusDeleteComplete)
	if names := f.things.names(); len(names) != 1 || !strings.HasPrefix(names[0], "s-A-") {
		t.Errorf("things are %v", names)
	}
	if got := strings.Join(f.events(t, id), "\n"); !strings.Contains(got, "A DELETE_SKIPPED") {
		t.Error(got)
	}
}

func TestNamedResourceIsNotReplaced(t *testing.T) {
	f := start(t)
	id := f.create(t, "Resources: {A: {Type: AWS::Test::Thing, Properties: {Name: n, Fixed: a}}}")
	f.want(t, id, types.StackStatusCreateComplete)
	if err := f.update(t, "Resources: {A: {Type: AWS::Test::Thing, Properties: {Name: n, Fixed: b}}}"); err != nil {
		t.Fatal(err)
	}
	f.want(t, id, types.StackStatusUpdateRollbackComplete)
	if got := strings.Join(f.events(t, id), "\n"); !strings.Contains(got, "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename n and update the stack again.") {
		t.Error(got)
	}
}
