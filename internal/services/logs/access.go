package logs

import (
	"context"
	"maps"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/logs"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// access follows the Service Authorization Reference, "Actions, resources, and
// condition keys for Amazon CloudWatch Logs". What AWS evaluates for a group is
// the name of a stream that is empty, as its denials show:
// arn:aws:logs:us-east-1:123456789012:log-group:NAME:log-stream:
func access() front.Access {
	return front.Access{
		"CreateLogGroup": front.Needs(func(_ context.Context, c *front.Call, in *api.CreateLogGroupRequest) ([]front.Need, error) {
			need := front.Need{Action: "logs:CreateLogGroup", Resource: groupResource(c, in.LogGroupName), Keys: tagKeys(in.Tags)}
			if len(in.Tags) == 0 {
				return []front.Need{need}, nil
			}
			return []front.Need{need, {Action: "logs:TagResource", Resource: groupARN(placeOf(c), *in.LogGroupName), Keys: tagKeys(in.Tags)}}, nil
		}),
		"DeleteLogGroup":        onGroup("logs:DeleteLogGroup", func(in *api.DeleteLogGroupRequest) *string { return in.LogGroupName }),
		"PutRetentionPolicy":    onGroup("logs:PutRetentionPolicy", func(in *api.PutRetentionPolicyRequest) *string { return in.LogGroupName }),
		"DeleteRetentionPolicy": onGroup("logs:DeleteRetentionPolicy", func(in *api.DeleteRetentionPolicyRequest) *string { return in.LogGroupName }),
		"PutLogGroupDeletionProtection": onGroup("logs:PutLogGroupDeletionProtection",
			func(in *api.PutLogGroupDeletionProtectionRequest) *string { return in.LogGroupIdentifier }),
		"DescribeLogGroups": front.On("logs:DescribeLogGroups", func(c *front.Call, _ *api.DescribeLogGroupsRequest) string { return groupResource(c, nil) }),
		"CreateLogStream": front.On("logs:CreateLogStream", func(c *front.Call, in *api.CreateLogStreamRequest) string {
			return groupResource(c, in.LogGroupName) + *in.LogStreamName
		}),
		"DeleteLogStream": front.On("logs:DeleteLogStream", func(c *front.Call, in *api.DeleteLogStreamRequest) string {
			return groupResource(c, in.LogGroupName) + *in.LogStreamName
		}),
		"DescribeLogStreams": onGroup("logs:DescribeLogStreams", func(in *api.DescribeLogStreamsRequest) *string { return either(in.LogGroupName, in.LogGroupIdentifier) }),
		"PutLogEvents": front.On("logs:PutLogEvents", func(c *front.Call, in *api.PutLogEventsRequest) string {
			return groupResource(c, in.LogGroupName) + *in.LogStreamName
		}),
		"GetLogEvents": front.On("logs:GetLogEvents", func(c *front.Call, in *api.GetLogEventsRequest) string {
			return groupResource(c, either(in.LogGroupName, in.LogGroupIdentifier)) + value(in.LogStreamName)
		}),
		"FilterLogEvents":  onGroup("logs:FilterLogEvents", func(in *api.FilterLogEventsRequest) *string { return either(in.LogGroupName, in.LogGroupIdentifier) }),
		"TestMetricFilter": front.Everywhere("logs:TestMetricFilter"),
		"TagResource": front.Needs(func(_ context.Context, _ *front.Call, in *api.TagResourceRequest) ([]front.Need, error) {
			return []front.Need{{Action: "logs:TagResource", Resource: *in.ResourceArn, Keys: tagKeys(in.Tags)}}, nil
		}),
		"UntagResource": front.Needs(func(_ context.Context, _ *front.Call, in *api.UntagResourceRequest) ([]front.Need, error) {
			keys := policy.KeyMap{}
			keys.Set("aws:TagKeys", in.TagKeys...)
			return []front.Need{{Action: "logs:UntagResource", Resource: *in.ResourceArn, Keys: keys}}, nil
		}),
		"ListTagsForResource": front.On("logs:ListTagsForResource", func(_ *front.Call, in *api.ListTagsForResourceRequest) string { return *in.ResourceArn }),
		"TagLogGroup":         onGroup("logs:TagLogGroup", func(in *api.TagLogGroupRequest) *string { return in.LogGroupName }),
		"UntagLogGroup":       onGroup("logs:UntagLogGroup", func(in *api.UntagLogGroupRequest) *string { return in.LogGroupName }),
		"ListTagsLogGroup":    onGroup("logs:ListTagsLogGroup", func(in *api.ListTagsLogGroupRequest) *string { return in.LogGroupName }),
	}
}

func onGroup[T any](action string, identifier func(*T) *string) front.Rule {
	return front.On(action, func(c *front.Call, in *T) string { return groupResource(c, identifier(in)) })
}

// groupResource is what a policy must allow for a group. An identifier that is
// wrong is refused by the operation.
func groupResource(c *front.Call, identifier *string) string {
	name := value(identifier)
	if strings.HasPrefix(name, "arn:") {
		return strings.TrimSuffix(name, ":*") + ":log-stream:"
	}
	return groupARN(placeOf(c), name) + ":log-stream:"
}

func either(a, b *string) *string {
	if a != nil {
		return a
	}
	return b
}

// tagKeys are the condition keys of tags that a request brings.
func tagKeys(tags map[string]string) policy.KeyMap {
	keys := policy.KeyMap{}
	if len(tags) > 0 {
		keys.Set("aws:TagKeys", slices.Sorted(maps.Keys(tags))...)
		for k, v := range tags {
			keys.Set("aws:RequestTag/"+k, v)
		}
	}
	return keys
}
