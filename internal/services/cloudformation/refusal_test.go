package cloudformation_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

func TestCreateRefusals(t *testing.T) {
	f := start(t)
	f.want(t, f.create(t, pair), types.StackStatusCreateComplete)
	const one = "Resources: {A: {Type: AWS::Test::Thing}}"
	for _, c := range []struct {
		name, body string
		change     func(*awscfn.CreateStackInput)
		code, text string
	}{
		{"exists", one, func(in *awscfn.CreateStackInput) { in.StackName = aws.String(named) }, "AlreadyExistsException", "Stack [s] already exists"},
		{"bad name", one, func(in *awscfn.CreateStackInput) { in.StackName = aws.String("1s") }, "ValidationError", "stackName"},
		{"template", "Resources: {}", nil, "ValidationError", "Template format error: At least one Resources member must be defined."},
		{"type", "Resources: {A: {Type: AWS::Nope::Nope}}", nil, "ValidationError", "Template format error: Unrecognized resource types: [AWS::Nope::Nope]"},
		{"big", one + strings.Repeat("#", 51200), nil, "ValidationError", "51200"},
		{"capability", "Resources: {A: {Type: AWS::Test::Role}}", nil, "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]"},
		{"named capability", "Resources: {A: {Type: AWS::Test::Role, Properties: {Name: x}}}",
			func(in *awscfn.CreateStackInput) { in.Capabilities = []types.Capability{"CAPABILITY_IAM"} },
			"InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_NAMED_IAM]"},
		{"parameter", one, func(in *awscfn.CreateStackInput) {
			in.Parameters = []types.Parameter{{ParameterKey: aws.String("P"), ParameterValue: aws.String("1")}}
		}, "ValidationError", "Parameters: [P] do not exist in the template"},
		{"url", one, func(in *awscfn.CreateStackInput) { in.TemplateURL = aws.String("https://x/y") }, "ValidationError", "TemplateURL"},
		{"both", one, func(in *awscfn.CreateStackInput) { in.OnFailure = "DELETE"; in.DisableRollback = aws.Bool(true) }, "ValidationError", "but not both"},
		{"topics", one, func(in *awscfn.CreateStackInput) { in.NotificationARNs = []string{"arn:x"} }, "ValidationError", "NotificationARNs"},
		{"policy", one, func(in *awscfn.CreateStackInput) { in.StackPolicyBody = aws.String("{}") }, "ValidationError", "Stack policies"},
		{"types", one, func(in *awscfn.CreateStackInput) { in.ResourceTypes = []string{"AWS::EC2::*"} }, "ValidationError", "not allowed"},
		{"aws tag", one, func(in *awscfn.CreateStackInput) {
			in.Tags = []types.Tag{{Key: aws.String("aws:x"), Value: aws.String("1")}}
		}, "ValidationError", "aws: prefixed tag key names"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := &awscfn.CreateStackInput{StackName: aws.String("new"), TemplateBody: &c.body}
			if c.change != nil {
				c.change(in)
			}
			_, err := f.CreateStack(t.Context(), in)
			testkit.WantError(t, err, 400, c.code, c.text)
		})
	}
}

func TestMissingStack(t *testing.T) {
	f := start(t)
	name := aws.String("x")
	_, err := f.UpdateStack(t.Context(), &awscfn.UpdateStackInput{StackName: name, TemplateBody: aws.String("{}")})
	testkit.WantError(t, err, 400, "ValidationError", "Stack [x] does not exist")
	_, err = f.DescribeStackEvents(t.Context(), &awscfn.DescribeStackEventsInput{StackName: name})
	testkit.WantError(t, err, 400, "ValidationError", "Stack [x] does not exist")
	_, err = f.DescribeStackResources(t.Context(), &awscfn.DescribeStackResourcesInput{StackName: name})
	testkit.WantError(t, err, 400, "ValidationError", "Stack with id x does not exist")
	_, err = f.GetTemplate(t.Context(), &awscfn.GetTemplateInput{StackName: name})
	testkit.WantError(t, err, 400, "ValidationError", "Stack with id x does not exist")
	if _, err := f.DeleteStack(t.Context(), &awscfn.DeleteStackInput{StackName: name}); err != nil {
		t.Errorf("deleting what is not there: %v", err)
	}
}

// A property that the type does not know fails the resource and names it.
func TestUnknownProperty(t *testing.T) {
	f := start(t)
	for body, want := range map[string]string{
		"{Color: red}":                           "Encountered unsupported property Color",
		"{Size: big}":                            "Value of property Size must be of type Integer",
		"{On: 7}":                                "Value of property On must be of type Boolean",
		"{Tags: {a: b}}":                         "Value of property Tags must be of type List",
		"{Tags: [{Key: a}]}":                     "Property Value cannot be empty.",
		"{Tags: [{Key: a, Value: b, Extra: c}]}": "Encountered unsupported property Extra",
	} {
		id := f.create(t, "Resources: {A: {Type: AWS::Test::Thing, Properties: "+body+"}}")
		f.want(t, id, types.StackStatusRollbackComplete)
		if got := f.events(t, id); !strings.Contains(strings.Join(got, "\n"), "A CREATE_FAILED "+want) {
			t.Errorf("%s: %v", body, got)
		}
		f.DeleteStack(t.Context(), &awscfn.DeleteStackInput{StackName: &id})
		f.want(t, id, types.StackStatusDeleteComplete)
	}
}

func TestTerminationProtection(t *testing.T) {
	f := start(t)
	id := f.create(t, pair, func(in *awscfn.CreateStackInput) { in.EnableTerminationProtection = aws.Bool(true) })
	f.want(t, id, types.StackStatusCreateComplete)
	_, err := f.DeleteStack(t.Context(), &awscfn.DeleteStackInput{StackName: &id})
	testkit.WantError(t, err, 400, "ValidationError", "Stack [s] cannot be deleted while TerminationProtection is enabled")
	_, err = f.UpdateTerminationProtection(t.Context(), &awscfn.UpdateTerminationProtectionInput{StackName: &id, EnableTerminationProtection: aws.Bool(false)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.DeleteStack(t.Context(), &awscfn.DeleteStackInput{StackName: &id}); err != nil {
		t.Fatal(err)
	}
	f.want(t, id, types.StackStatusDeleteComplete)
}

func TestExportBelongsToOneStack(t *testing.T) {
	f := start(t)
	body := "Resources: {A: {Type: AWS::Test::Thing}}\nOutputs: {O: {Value: x, Export: {Name: e}}}"
	f.want(t, f.create(t, body), types.StackStatusCreateComplete)
	out, err := f.CreateStack(t.Context(), &awscfn.CreateStackInput{StackName: aws.String("second"), TemplateBody: &body})
	if err != nil {
		t.Fatal(err)
	}
	f.want(t, *out.StackId, types.StackStatusRollbackComplete)
	if got := strings.Join(f.events(t, *out.StackId), "\n"); !strings.Contains(got, "Export with name e is already exported by stack s.") {
		t.Error(got)
	}
}

func TestValidateTemplate(t *testing.T) {
	f := start(t)
	out, err := f.ValidateTemplate(t.Context(), &awscfn.ValidateTemplateInput{TemplateBody: aws.String(pair)})
	if err != nil || *out.Description != "two things" || len(out.Parameters) != 2 || !*out.Parameters[1].NoEcho {
		t.Error(out, err)
	}
	sum, err := f.GetTemplateSummary(t.Context(), &awscfn.GetTemplateSummaryInput{TemplateBody: aws.String("Resources: {A: {Type: AWS::Test::Role}}")})
	if err != nil || len(sum.Capabilities) != 1 || sum.Capabilities[0] != "CAPABILITY_IAM" || sum.ResourceTypes[0] != "AWS::Test::Role" {
		t.Error(sum, err)
	}
	_, err = f.ValidateTemplate(t.Context(), &awscfn.ValidateTemplateInput{TemplateBody: aws.String("a: [")})
	testkit.WantError(t, err, 400, "ValidationError", "Template format error: YAML not well-formed.")
}
