package logs_test

import (
	"fmt"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

func TestFilter(t *testing.T) {
	f := start(t)
	f.group("g")
	at := f.now()
	for i, name := range []string{"a1", "a2", "b1"} {
		f.stream("g", name)
		for n := range 4 {
			f.put("g", name, at+int64(10*n+i), fmt.Sprintf(`{"n":%d}`, 10*n+i))
		}
	}
	search := func(in sdk.FilterLogEventsInput) string {
		in.LogGroupName = new("g")
		var list []string
		ids := map[string]bool{}
		for pages := sdk.NewFilterLogEventsPaginator(f.Client, &in); pages.HasMorePages(); {
			page := must(pages.NextPage(t.Context()))
			if in.Limit != nil && len(page.Events) > int(*in.Limit) {
				t.Errorf("page of %d", len(page.Events))
			}
			for _, e := range page.Events {
				list = append(list, *e.LogStreamName+strings.Trim(*e.Message, `{}"n`))
				ids[*e.EventId] = true
			}
		}
		if len(ids) != len(list) {
			t.Errorf("%d ids for %d events", len(ids), len(list))
		}
		return strings.Join(list, " ")
	}
	for _, c := range []struct {
		in   sdk.FilterLogEventsInput
		want string
	}{
		{sdk.FilterLogEventsInput{Limit: new(int32(5))}, `a1:0 a2:1 b1:2 a1:10 a2:11 b1:12 a1:20 a2:21 b1:22 a1:30 a2:31 b1:32`},
		{sdk.FilterLogEventsInput{LogStreamNamePrefix: new("a"), Limit: new(int32(1)), FilterPattern: new("{ $.n >= 20 }")}, `a1:20 a2:21 a1:30 a2:31`},
		{sdk.FilterLogEventsInput{LogStreamNames: []string{"b1"}}, `b1:2 b1:12 b1:22 b1:32`},
		{sdk.FilterLogEventsInput{StartTime: new(at + 1), EndTime: new(at + 10)}, `a2:1 b1:2 a1:10`},
		{sdk.FilterLogEventsInput{FilterPattern: new("nothing")}, ""},
	} {
		if got := search(c.in); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	filter := func(in sdk.FilterLogEventsInput) error {
		_, err := f.FilterLogEvents(t.Context(), &in)
		return err
	}
	testkit.WantError(t, filter(sdk.FilterLogEventsInput{LogGroupName: new("g"), FilterPattern: new("{ $.a")}), 400, "InvalidParameterException", "Invalid filter pattern")
	testkit.WantError(t, filter(sdk.FilterLogEventsInput{LogGroupName: new("g"), NextToken: new("x")}), 400, "InvalidParameterException", "nextToken")
	testkit.WantError(t, filter(sdk.FilterLogEventsInput{LogGroupName: new("none")}), 400, notFound, "The specified log group does not exist.")
	testkit.WantError(t, filter(sdk.FilterLogEventsInput{LogGroupName: new("g"), LogStreamNames: []string{"none"}}), 400, notFound, "The specified log stream does not exist.")
	testkit.WantError(t, filter(sdk.FilterLogEventsInput{LogGroupName: new("g"), LogStreamNames: []string{"a1"}, LogStreamNamePrefix: new("a")}), 400, "InvalidParameterException", "mutually exclusive")
	testkit.WantError(t, filter(sdk.FilterLogEventsInput{}), 400, "InvalidParameterException", "logGroupName or logGroupIdentifier")

	must(f.CreateLogGroup(t.Context(), &sdk.CreateLogGroupInput{LogGroupName: new("ia"), LogGroupClass: types.LogGroupClassInfrequentAccess}))
	testkit.WantError(t, filter(sdk.FilterLogEventsInput{LogGroupName: new("ia")}), 400, "InvalidParameterException", "INFREQUENT_ACCESS")
}

func TestTestMetricFilter(t *testing.T) {
	f := start(t)
	out := must(f.TestMetricFilter(t.Context(), &sdk.TestMetricFilterInput{FilterPattern: new("[ip, code=4*]"), LogEventMessages: []string{"1.1.1.1 200", "2.2.2.2 404"}}))
	if len(out.Matches) != 1 || out.Matches[0].EventNumber != 2 || out.Matches[0].ExtractedValues["$code"] != "404" {
		t.Errorf("%+v", out.Matches)
	}
	_, err := f.StartQuery(t.Context(), &sdk.StartQueryInput{QueryString: new("fields @message"), StartTime: new(int64(1)), EndTime: new(int64(2))})
	testkit.WantError(t, err, 501, "NotImplemented", "StartQuery")
}
