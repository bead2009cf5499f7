package cloudformation

import (
	"context"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// access follows the Service Authorization Reference, "Actions, resources, and
// condition keys for AWS CloudFormation".
func (s *Service) access() front.Access {
	return front.Access{
		"CreateStack": front.Needs(func(_ context.Context, c *front.Call, in *api.CreateStackInput) ([]front.Need, error) {
			return deployNeeds(c, "CreateStack", *in.StackName, "", in.RoleARN, in.ResourceTypes), nil
		}),
		"UpdateStack": front.Needs(func(_ context.Context, c *front.Call, in *api.UpdateStackInput) ([]front.Need, error) {
			return deployNeeds(c, "UpdateStack", *in.StackName, "", in.RoleARN, in.ResourceTypes), nil
		}),
		"DeleteStack": front.Needs(func(_ context.Context, c *front.Call, in *api.DeleteStackInput) ([]front.Need, error) {
			return deployNeeds(c, "DeleteStack", *in.StackName, "", in.RoleARN, nil), nil
		}),
		"CreateChangeSet": front.Needs(func(_ context.Context, c *front.Call, in *api.CreateChangeSetInput) ([]front.Need, error) {
			return deployNeeds(c, "CreateChangeSet", *in.StackName, *in.ChangeSetName, in.RoleARN, in.ResourceTypes), nil
		}),
		"ExecuteChangeSet": front.Needs(func(_ context.Context, c *front.Call, in *api.ExecuteChangeSetInput) ([]front.Need, error) {
			return changeSetNeeds(c, "ExecuteChangeSet", *in.ChangeSetName, in.StackName), nil
		}),
		"DescribeChangeSet": front.Needs(func(_ context.Context, c *front.Call, in *api.DescribeChangeSetInput) ([]front.Need, error) {
			return changeSetNeeds(c, "DescribeChangeSet", *in.ChangeSetName, in.StackName), nil
		}),
		"DeleteChangeSet": front.Needs(func(_ context.Context, c *front.Call, in *api.DeleteChangeSetInput) ([]front.Need, error) {
			return changeSetNeeds(c, "DeleteChangeSet", *in.ChangeSetName, in.StackName), nil
		}),
		"UpdateTerminationProtection": onStack("UpdateTerminationProtection", func(in *api.UpdateTerminationProtectionInput) *string { return in.StackName }),
		"DescribeStacks":              onStack("DescribeStacks", func(in *api.DescribeStacksInput) *string { return in.StackName }),
		"DescribeStackEvents":         onStack("DescribeStackEvents", func(in *api.DescribeStackEventsInput) *string { return in.StackName }),
		"DescribeStackResource":       onStack("DescribeStackResource", func(in *api.DescribeStackResourceInput) *string { return in.StackName }),
		"DescribeStackResources":      onStack("DescribeStackResources", func(in *api.DescribeStackResourcesInput) *string { return in.StackName }),
		"ListStackResources":          onStack("ListStackResources", func(in *api.ListStackResourcesInput) *string { return in.StackName }),
		"ListChangeSets":              onStack("ListChangeSets", func(in *api.ListChangeSetsInput) *string { return in.StackName }),
		"GetTemplate":                 onStack("GetTemplate", func(in *api.GetTemplateInput) *string { return in.StackName }),
		"GetTemplateSummary":          onStack("GetTemplateSummary", func(in *api.GetTemplateSummaryInput) *string { return in.StackName }),
		"ListStacks":                  front.Everywhere("cloudformation:ListStacks"),
		"ListExports":                 front.Everywhere("cloudformation:ListExports"),
		"ValidateTemplate":            front.Everywhere("cloudformation:ValidateTemplate"),
	}
}

// stackARN names a stack that is given by its name or its id. The id's unique
// part is not known from a name: policies are written with stack/NAME/*.
func stackARN(c *front.Call, nameOrID string) string {
	if strings.HasPrefix(nameOrID, "arn:") {
		return nameOrID
	}
	return c.ARN("cloudformation", "stack/"+nameOrID+"/*")
}

func onStack[T any](action string, name func(*T) *string) front.Rule {
	return front.On("cloudformation:"+action, func(c *front.Call, in *T) string {
		if n := name(in); n != nil && *n != "" {
			return stackARN(c, *n)
		}
		return "*"
	})
}

// deployNeeds asks for iam:PassRole too where the stack gets a role.
func deployNeeds(c *front.Call, action, stackName, changeSet string, role *string, types []string) []front.Need {
	keys := policy.KeyMap{}
	if changeSet != "" {
		keys.Set("cloudformation:ChangeSetName", changeSet)
	}
	if role != nil {
		keys.Set("cloudformation:RoleArn", *role)
	}
	if len(types) > 0 {
		keys.Set("cloudformation:ResourceTypes", types...)
	}
	needs := []front.Need{{Action: "cloudformation:" + action, Resource: stackARN(c, stackName), Keys: keys}}
	if role != nil {
		pass := policy.KeyMap{}
		pass.Set("iam:PassedToService", principal)
		needs = append(needs, front.Need{Action: "iam:PassRole", Resource: *role, Keys: pass})
	}
	return needs
}

func changeSetNeeds(c *front.Call, action, changeSet string, stackName *string) []front.Need {
	resource := "*"
	if stackName != nil {
		resource = stackARN(c, *stackName)
	}
	keys := policy.KeyMap{}
	keys.Set("cloudformation:ChangeSetName", changeSet)
	return []front.Need{{Action: "cloudformation:" + action, Resource: resource, Keys: keys}}
}
