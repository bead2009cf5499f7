package cloudformation_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

func (f *fixture) changeSet(t *testing.T, name, body string, kind types.ChangeSetType) *awscfn.DescribeChangeSetOutput {
	t.Helper()
	_, err := f.CreateChangeSet(t.Context(), &awscfn.CreateChangeSetInput{StackName: aws.String(named), ChangeSetName: &name, TemplateBody: &body, ChangeSetType: kind})
	if err != nil {
		t.Fatal(err)
	}
	out, err := f.DescribeChangeSet(t.Context(), &awscfn.DescribeChangeSetInput{StackName: aws.String(named), ChangeSetName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func changes(out *awscfn.DescribeChangeSetOutput) string {
	var b strings.Builder
	for _, c := range out.Changes {
		r := c.ResourceChange
		b.WriteString(string(r.Action) + " " + *r.LogicalResourceId + " " + string(r.Replacement) + ";")
	}
	return b.String()
}

// The way of `aws cloudformation deploy`: create, execute, create without
// changes, change.
func TestChangeSets(t *testing.T) {
	f := start(t)
	cs := f.changeSet(t, "one", pair, types.ChangeSetTypeCreate)
	if got := changes(cs); cs.Status != "CREATE_COMPLETE" || got != "Add A ;Add B ;" {
		t.Errorf("%s %s", cs.Status, got)
	}
	stacks, err := f.DescribeStacks(t.Context(), &awscfn.DescribeStacksInput{StackName: aws.String(named)})
	if err != nil || stacks.Stacks[0].StackStatus != types.StackStatusReviewInProgress {
		t.Fatal(stacks, err)
	}
	_, err = f.CreateStack(t.Context(), &awscfn.CreateStackInput{StackName: aws.String(named), TemplateBody: aws.String(pair)})
	testkit.WantError(t, err, 400, "AlreadyExistsException", "Stack [s] already exists")
	if _, err := f.ExecuteChangeSet(t.Context(), &awscfn.ExecuteChangeSetInput{StackName: aws.String(named), ChangeSetName: aws.String("one")}); err != nil {
		t.Fatal(err)
	}
	f.want(t, *cs.StackId, types.StackStatusCreateComplete)

	cs = f.changeSet(t, "none", pair, types.ChangeSetTypeUpdate)
	if cs.Status != "FAILED" || *cs.StatusReason != "The submitted information didn't contain changes. Submit different information to create a change set." {
		t.Errorf("%s %v", cs.Status, cs.StatusReason)
	}
	_, err = f.ExecuteChangeSet(t.Context(), &awscfn.ExecuteChangeSetInput{StackName: aws.String(named), ChangeSetName: aws.String("none")})
	testkit.WantError(t, err, 400, "InvalidChangeSetStatus", "cannot be executed in its current status of [FAILED]")

	cs = f.changeSet(t, "two", `
Resources:
  A: {Type: AWS::Test::Thing, Properties: {Fixed: x}}
  B: {Type: AWS::Test::Thing, Properties: {Fixed: !Ref A}}
  C: {Type: AWS::Test::Thing}
`, types.ChangeSetTypeUpdate)
	if got := changes(cs); got != "Modify A True;Modify B Conditional;Add C ;" {
		t.Error(got)
	}
	list, err := f.ListChangeSets(t.Context(), &awscfn.ListChangeSetsInput{StackName: aws.String(named)})
	if err != nil || len(list.Summaries) != 2 {
		t.Error(list, err)
	}
	if _, err := f.DeleteChangeSet(t.Context(), &awscfn.DeleteChangeSetInput{ChangeSetName: cs.ChangeSetId}); err != nil {
		t.Error(err)
	}
	_, err = f.DescribeChangeSet(t.Context(), &awscfn.DescribeChangeSetInput{StackName: aws.String(named), ChangeSetName: aws.String("two")})
	testkit.WantError(t, err, 404, "ChangeSetNotFound", "ChangeSet [two] does not exist")
	_, err = f.CreateChangeSet(t.Context(), &awscfn.CreateChangeSetInput{StackName: aws.String("nope"), ChangeSetName: aws.String("x"), TemplateBody: aws.String(pair)})
	testkit.WantError(t, err, 400, "ValidationError", "Stack [nope] does not exist")
}
