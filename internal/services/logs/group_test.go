package logs_test

import (
	"fmt"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

//lint:file-ignore SA1019 the older tag operations must work too

const notFound = "ResourceNotFoundException"

func TestGroup(t *testing.T) {
	f := start(t)
	name := "/aws/lambda/f"
	must(f.CreateLogGroup(t.Context(), &sdk.CreateLogGroupInput{LogGroupName: &name, Tags: map[string]string{"a": "b"}}))
	g := f.describe(name)
	arn := "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f"
	if *g.Arn != arn+":*" || *g.LogGroupArn != arn || g.RetentionInDays != nil || g.KmsKeyId != nil ||
		g.LogGroupClass != types.LogGroupClassStandard || *g.StoredBytes != 0 || *g.MetricFilterCount != 0 {
		t.Errorf("%+v", g)
	}
	_, err := f.CreateLogGroup(t.Context(), &sdk.CreateLogGroupInput{LogGroupName: &name})
	testkit.WantError(t, err, 400, "ResourceAlreadyExistsException", "The specified log group already exists")
	must(f.PutRetentionPolicy(t.Context(), &sdk.PutRetentionPolicyInput{LogGroupName: &name, RetentionInDays: new(int32(14))}))
	if g := f.describe(name); *g.RetentionInDays != 14 {
		t.Errorf("retention is %d", *g.RetentionInDays)
	}
	must(f.DeleteRetentionPolicy(t.Context(), &sdk.DeleteRetentionPolicyInput{LogGroupName: &name}))
	if g := f.describe(name); g.RetentionInDays != nil {
		t.Errorf("retention is %d", *g.RetentionInDays)
	}
	_, err = f.PutRetentionPolicy(t.Context(), &sdk.PutRetentionPolicyInput{LogGroupName: &name, RetentionInDays: new(int32(2))})
	testkit.WantError(t, err, 400, "InvalidParameterException", "Value '2' at 'retentionInDays'")

	must(f.DeleteLogGroup(t.Context(), &sdk.DeleteLogGroupInput{LogGroupName: &name}))
	_, err = f.DeleteLogGroup(t.Context(), &sdk.DeleteLogGroupInput{LogGroupName: &name})
	testkit.WantError(t, err, 400, notFound, "The specified log group does not exist.")
	_, err = f.PutRetentionPolicy(t.Context(), &sdk.PutRetentionPolicyInput{LogGroupName: &name, RetentionInDays: new(int32(1))})
	testkit.WantError(t, err, 400, notFound, "The specified log group does not exist.")
	_, err = f.CreateLogGroup(t.Context(), &sdk.CreateLogGroupInput{LogGroupName: new("k"), KmsKeyId: new("arn:aws:kms:us-east-1:0:key/k")})
	testkit.WantError(t, err, 501, "NotImplemented", "kmsKeyId")
}

func TestProtectedGroupStays(t *testing.T) {
	f := start(t)
	must(f.CreateLogGroup(t.Context(), &sdk.CreateLogGroupInput{LogGroupName: new("g"), DeletionProtectionEnabled: new(true)}))
	_, err := f.DeleteLogGroup(t.Context(), &sdk.DeleteLogGroupInput{LogGroupName: new("g")})
	testkit.WantError(t, err, 400, "ValidationException", "deletion protection")
	must(f.PutLogGroupDeletionProtection(t.Context(), &sdk.PutLogGroupDeletionProtectionInput{
		LogGroupIdentifier: new("arn:aws:logs:us-east-1:000000000000:log-group:g"), DeletionProtectionEnabled: new(false)}))
	must(f.DeleteLogGroup(t.Context(), &sdk.DeleteLogGroupInput{LogGroupName: new("g")}))
}

func TestDescribeGroups(t *testing.T) {
	f := start(t)
	for i := range 7 {
		f.group(fmt.Sprintf("/x/%d", i))
	}
	f.group("other-x")
	var names []string
	pages := sdk.NewDescribeLogGroupsPaginator(f.Client, &sdk.DescribeLogGroupsInput{LogGroupNamePrefix: new("/x/"), Limit: new(int32(3))})
	for pages.HasMorePages() {
		page := must(pages.NextPage(t.Context()))
		if len(page.LogGroups) > 3 {
			t.Errorf("page of %d", len(page.LogGroups))
		}
		for _, g := range page.LogGroups {
			names = append(names, *g.LogGroupName)
		}
	}
	if got := fmt.Sprint(names); got != "[/x/0 /x/1 /x/2 /x/3 /x/4 /x/5 /x/6]" {
		t.Error(got)
	}
	out := must(f.DescribeLogGroups(t.Context(), &sdk.DescribeLogGroupsInput{LogGroupNamePattern: new("r-x")}))
	if len(out.LogGroups) != 1 {
		t.Errorf("%d groups have the pattern", len(out.LogGroups))
	}
	out = must(f.DescribeLogGroups(t.Context(), &sdk.DescribeLogGroupsInput{LogGroupIdentifiers: []string{"/x/1", "arn:aws:logs:us-east-1:000000000000:log-group:/x/2"}}))
	if len(out.LogGroups) != 2 {
		t.Errorf("%d groups are identified", len(out.LogGroups))
	}
	_, err := f.DescribeLogGroups(t.Context(), &sdk.DescribeLogGroupsInput{LogGroupNamePattern: new("x"), LogGroupNamePrefix: new("x")})
	testkit.WantError(t, err, 400, "InvalidParameterException", "mutually exclusive")
	_, err = f.DescribeLogGroups(t.Context(), &sdk.DescribeLogGroupsInput{NextToken: new("x")})
	testkit.WantError(t, err, 400, "InvalidParameterException", "nextToken")
}

func TestTags(t *testing.T) {
	f := start(t)
	f.group("g")
	for _, arn := range []string{"arn:aws:logs:us-east-1:000000000000:log-group:g"} {
		must(f.TagResource(t.Context(), &sdk.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"a": "1", "b": "2"}}))
		must(f.UntagResource(t.Context(), &sdk.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"a", "x"}}))
		out := must(f.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceArn: &arn}))
		if len(out.Tags) != 1 || out.Tags["b"] != "2" {
			t.Errorf("%s: %v", arn, out.Tags)
		}
	}
	//lint:ignore SA1019 old clients still call it
	must(f.TagLogGroup(t.Context(), &sdk.TagLogGroupInput{LogGroupName: new("g"), Tags: map[string]string{"c": "3"}}))
	//lint:ignore SA1019 old clients still call it
	must(f.UntagLogGroup(t.Context(), &sdk.UntagLogGroupInput{LogGroupName: new("g"), Tags: []string{"b"}}))
	//lint:ignore SA1019 old clients still call it
	out := must(f.ListTagsLogGroup(t.Context(), &sdk.ListTagsLogGroupInput{LogGroupName: new("g")}))
	if len(out.Tags) != 1 || out.Tags["c"] != "3" {
		t.Errorf("%v", out.Tags)
	}
	//lint:ignore SA1019 old clients still call it
	_, err := f.TagLogGroup(t.Context(), &sdk.TagLogGroupInput{LogGroupName: new("g"), Tags: map[string]string{"aws:x": "3"}})
	testkit.WantError(t, err, 400, "InvalidParameterException", "aws: prefixed")
	many := map[string]string{}
	for i := range 50 {
		many[fmt.Sprint("k", i)] = "v"
	}
	//lint:ignore SA1019 old clients still call it
	_, err = f.TagLogGroup(t.Context(), &sdk.TagLogGroupInput{LogGroupName: new("g"), Tags: many})
	testkit.WantError(t, err, 400, "TooManyTagsException", "50")
	for arn, code := range map[string]string{
		"arn:aws:logs:us-east-1:000000000000:log-group:none": notFound,
		"arn:aws:logs:eu-west-1:000000000000:log-group:g":    notFound,
		"arn:aws:logs:us-east-1:000000000000:log-group:g:x":  "InvalidParameterException",
		"arn:aws:s3:::bucket":                                "InvalidParameterException",
		"arn:aws:logs:us-east-1:000000000000:log-group:g:*":  "InvalidParameterException", // the model has no star here
	} {
		_, err := f.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceArn: &arn})
		testkit.WantError(t, err, 400, code, "")
	}
}
