package logs_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/gatehouse-dev/gatehouse/internal/logline"
	"github.com/gatehouse-dev/gatehouse/internal/services/logs"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

func TestGetEvents(t *testing.T) {
	f := start(t)
	f.group("g")
	f.stream("g", "s")
	f.stream("g", "other")
	at := f.now()
	f.put("g", "s", at, "0", "1", "2", "3", "4", "5", "6")
	f.put("g", "other", at, "x", "y")
	in := func() *sdk.GetLogEventsInput {
		return &sdk.GetLogEventsInput{LogGroupName: new("g"), LogStreamName: new("s"), Limit: new(int32(3))}
	}
	get := func(in *sdk.GetLogEventsInput) *sdk.GetLogEventsOutput { return must(f.GetLogEvents(t.Context(), in)) }

	// From the head forward, until the token repeats.
	page := in()
	page.StartFromHead = new(true)
	var all []string
	for {
		out := get(page)
		all = append(all, read(out)...)
		if page.NextToken != nil && *page.NextToken == *out.NextForwardToken {
			break
		}
		page.NextToken = out.NextForwardToken
	}
	if got := strings.Join(all, ""); got != "0123456" {
		t.Errorf("forward: %s", got)
	}
	// From the end backward.
	out := get(in())
	if got := strings.Join(read(out), ""); got != "456" {
		t.Errorf("the end is %s", got)
	}
	back := in()
	back.NextToken = out.NextBackwardToken
	if got := strings.Join(read(get(back)), ""); got != "123" {
		t.Errorf("before it is %s", got)
	}
	// And forward again from there.
	again := in()
	again.NextToken = get(back).NextForwardToken
	if got := strings.Join(read(get(again)), ""); got != "456" {
		t.Errorf("after that is %s", got)
	}
	// New events appear after the last token.
	page.StartFromHead = nil
	f.put("g", "s", at+100, "7")
	if got := strings.Join(read(get(page)), ""); got != "7" {
		t.Errorf("then came %s", got)
	}
	// Start is included, end is not.
	span := in()
	span.StartTime, span.EndTime = new(at+1), new(at+3)
	if got := strings.Join(read(get(span)), ""); got != "12" {
		t.Errorf("between: %s", got)
	}
	bad := in()
	for _, token := range []string{"x", "f/1/s", "f/" + strings.Repeat("9", 56) + "/s"} {
		bad.NextToken = &token
		_, err := f.GetLogEvents(t.Context(), bad)
		testkit.WantError(t, err, 400, "InvalidParameterException", "nextToken")
	}
	_, err := f.GetLogEvents(t.Context(), &sdk.GetLogEventsInput{LogGroupName: new("g"), LogStreamName: new("none")})
	testkit.WantError(t, err, 400, notFound, "The specified log stream does not exist.")
	_, err = f.GetLogEvents(t.Context(), &sdk.GetLogEventsInput{LogGroupName: new("none"), LogStreamName: new("s")})
	testkit.WantError(t, err, 400, notFound, "The specified log group does not exist.")
}

func TestStoredBytes(t *testing.T) {
	f := start(t)
	f.group("g")
	f.stream("g", "a")
	f.stream("g", "b")
	f.put("g", "a", f.now(), "12345", "1")
	f.put("g", "b", f.now(), "1")
	if n := *f.describe("g").StoredBytes; n != 7+3*26 {
		t.Errorf("%d bytes are stored", n)
	}
	must(f.DeleteLogStream(t.Context(), &sdk.DeleteLogStreamInput{LogGroupName: new("g"), LogStreamName: new("a")}))
	if n := *f.describe("g").StoredBytes; n != 1+26 {
		t.Errorf("%d bytes are left", n)
	}
	_, err := f.DeleteLogStream(t.Context(), &sdk.DeleteLogStreamInput{LogGroupName: new("g"), LogStreamName: new("a")})
	testkit.WantError(t, err, 400, notFound, "stream")
}

func TestRejectedEvents(t *testing.T) {
	f := start(t)
	f.group("g")
	f.stream("g", "s")
	must(f.PutRetentionPolicy(t.Context(), &sdk.PutRetentionPolicyInput{LogGroupName: new("g"), RetentionInDays: new(int32(1))}))
	hour := int64(3600_000)
	event := func(ago int64, text string) types.InputLogEvent {
		return types.InputLogEvent{Timestamp: new(f.now() - ago), Message: &text}
	}
	put := func(events ...types.InputLogEvent) (*sdk.PutLogEventsOutput, error) {
		return f.PutLogEvents(t.Context(), &sdk.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: new("s"), LogEvents: events})
	}
	out := must(put(event(25*hour, "expired"), event(20*hour, "good"), event(2*hour, "too")))
	if r := out.RejectedLogEventsInfo; r == nil || *r.ExpiredLogEventEndIndex != 1 || r.TooOldLogEventEndIndex != nil || r.TooNewLogEventStartIndex != nil {
		t.Errorf("%+v", r)
	}
	out = must(put(event(0, "now"), event(-3*hour, "future")))
	if r := out.RejectedLogEventsInfo; r == nil || *r.TooNewLogEventStartIndex != 1 {
		t.Errorf("%+v", r)
	}
	out = must(put(event(15*24*hour, "ancient")))
	if r := out.RejectedLogEventsInfo; r == nil || *r.TooOldLogEventEndIndex != 1 {
		t.Errorf("%+v", r)
	}
	got := read(must(f.GetLogEvents(t.Context(), &sdk.GetLogEventsInput{LogGroupName: new("g"), LogStreamName: new("s")})))
	if !slices.Equal(got, []string{"good", "too", "now"}) {
		t.Errorf("stored %v", got)
	}
	_, err := put(event(0, "b"), event(hour, "a"))
	testkit.WantError(t, err, 400, "InvalidParameterException", "chronological order")
	_, err = put(event(30*hour, "b"), event(0, "a"))
	testkit.WantError(t, err, 400, "InvalidParameterException", "cannot span more than 24 hours")
	_, err = put(event(0, strings.Repeat("x", 1<<20)))
	testkit.WantError(t, err, 400, "InvalidParameterException", "Log event too large")
	_, err = put(event(0, strings.Repeat("x", 1<<19)), event(0, strings.Repeat("x", 1<<19)))
	testkit.WantError(t, err, 400, "InvalidParameterException", "Upload too large: 1048628 bytes exceeds limit of 1048576")
}

func TestRetentionDeletes(t *testing.T) {
	f := start(t)
	f.group("g")
	f.stream("g", "s")
	f.put("g", "s", f.now(), "old")
	must(f.PutRetentionPolicy(t.Context(), &sdk.PutRetentionPolicyInput{LogGroupName: new("g"), RetentionInDays: new(int32(1))}))
	f.clock.Advance(23 * time.Hour)
	f.put("g", "s", f.now(), "new")
	f.clock.Advance(2 * time.Hour)
	got := read(must(f.GetLogEvents(t.Context(), &sdk.GetLogEventsInput{LogGroupName: new("g"), LogStreamName: new("s")})))
	if !slices.Equal(got, []string{"new"}) {
		t.Errorf("readable: %v", got)
	}
	for deadline := time.Now().Add(5 * time.Second); *f.describe("g").StoredBytes != 3+26; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes are stored still", *f.describe("g").StoredBytes)
		}
	}
}

func TestDescribeStreams(t *testing.T) {
	f := start(t)
	f.group("g")
	for i, name := range []string{"b", "a", "d", "c"} {
		f.stream("g", name)
		f.put("g", name, f.now()+int64(i)*10, "x")
	}
	names := func(in sdk.DescribeLogStreamsInput) string {
		in.LogGroupName, in.Limit = new("g"), new(int32(3))
		var list []string
		for pages := sdk.NewDescribeLogStreamsPaginator(f.Client, &in); pages.HasMorePages(); {
			for _, st := range must(pages.NextPage(t.Context())).LogStreams {
				list = append(list, *st.LogStreamName)
			}
		}
		return strings.Join(list, "")
	}
	for want, in := range map[string]sdk.DescribeLogStreamsInput{
		"abcd": {},
		"dcba": {Descending: new(true)},
		"badc": {OrderBy: types.OrderByLastEventTime},
		"cdab": {OrderBy: types.OrderByLastEventTime, Descending: new(true)},
		"c":    {LogStreamNamePrefix: new("c")},
	} {
		if got := names(in); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	out := must(f.DescribeLogStreams(t.Context(), &sdk.DescribeLogStreamsInput{LogGroupName: new("g"), LogStreamNamePrefix: new("a")}))
	st := out.LogStreams[0]
	if *st.Arn != "arn:aws:logs:us-east-1:000000000000:log-group:g:log-stream:a" || *st.FirstEventTimestamp != *st.LastEventTimestamp || len(*st.UploadSequenceToken) != 56 {
		t.Errorf("%+v", st)
	}
	_, err := f.DescribeLogStreams(t.Context(), &sdk.DescribeLogStreamsInput{LogGroupName: new("g"), LogStreamNamePrefix: new("a"), OrderBy: types.OrderByLastEventTime})
	testkit.WantError(t, err, 400, "InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix.")
	_, err = f.CreateLogStream(t.Context(), &sdk.CreateLogStreamInput{LogGroupName: new("g"), LogStreamName: new("a")})
	testkit.WantError(t, err, 400, "ResourceAlreadyExistsException", "The specified log stream already exists")
}

// What was appended is seen by the next call of the API, in its order.
func TestAppend(t *testing.T) {
	f := start(t)
	at := time.Now()
	for i := range 300 {
		err := f.service.Append(t.Context(), testkit.Account, testkit.Region, "/aws/lambda/f", fmt.Sprint("s", i%3),
			[]logline.Event{{Time: at, Message: fmt.Sprint(i)}})
		if err != nil {
			t.Fatal(err)
		}
	}
	got := read(must(f.GetLogEvents(t.Context(), &sdk.GetLogEventsInput{LogGroupName: new("/aws/lambda/f"), LogStreamName: new("s1")})))
	if len(got) != 100 || got[0] != "1" || got[99] != "298" {
		t.Errorf("%d events: %v", len(got), got)
	}
	if n := *f.describe("/aws/lambda/f").StoredBytes; n != 10+90*2+200*3+300*26 {
		t.Errorf("%d bytes are stored", n)
	}
}

func TestCloseWritesWhatIsQueued(t *testing.T) {
	f := start(t)
	f.service.Append(t.Context(), testkit.Account, testkit.Region, "g", "s", []logline.Event{{Time: time.Now(), Message: "last"}})
	if err := f.service.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := f.service.Append(t.Context(), testkit.Account, testkit.Region, "g", "s", nil); err != logs.ErrClosed {
		t.Errorf("got %v", err)
	}
	again := logs.New(logs.Options{Store: f.store, Clock: f.clock})
	defer again.Close(t.Context())
	var got []string
	found, err := again.Lines(t.Context(), testkit.Account, testkit.Region, "g", time.Time{}, func(l logs.Line) error {
		got = append(got, l.Stream+" "+l.Message)
		return nil
	})
	if err != nil || !found || len(got) != 1 || got[0] != "s last" {
		t.Errorf("%v %v %v", found, err, got)
	}
}

// A full queue drops and says so; it never blocks.
func TestAppendIsBounded(t *testing.T) {
	f := start(t)
	big := logline.Event{Time: time.Now(), Message: strings.Repeat("x", 1<<19)}
	var full bool
	for range 200 {
		full = f.service.Append(t.Context(), testkit.Account, testkit.Region, "g", "s", []logline.Event{big}) == logs.ErrFull || full
	}
	if !full {
		t.Skip("the disk was faster")
	}
	f.service.Flush(t.Context())
	var last string
	f.service.Lines(t.Context(), testkit.Account, testkit.Region, "g", time.Time{}, func(l logs.Line) error {
		if strings.Contains(l.Message, "dropped") {
			last = l.Message
		}
		return nil
	})
	if !strings.Contains(last, "log events were dropped") {
		t.Error("nothing says that events were dropped")
	}
}

func TestTail(t *testing.T) {
	f := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := make(chan string, 100)
	ended := make(chan error, 1)
	go func() {
		ended <- f.service.Tail(ctx, testkit.Account, testkit.Region, "g", time.Now().Add(-time.Minute), func(l logs.Line) error {
			seen <- l.Stream + l.Message
			return nil
		})
	}()
	want := func(text string) {
		t.Helper()
		select {
		case got := <-seen:
			if got != text {
				t.Errorf("got %s, want %s", got, text)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("no %s", text)
		}
	}
	now := time.Now()
	appendTo := func(stream, message string, at time.Time) {
		f.service.Append(ctx, testkit.Account, testkit.Region, "g", stream, []logline.Event{{Time: at, Message: message}})
		f.service.Flush(ctx)
	}
	appendTo("a", "1", now)
	want("a1")
	appendTo("b", "late", now.Add(-time.Second)) // older than what was shown, and comes later
	want("blate")
	appendTo("a", "2", now)
	want("a2")
	cancel()
	if err := <-ended; err != context.Canceled {
		t.Error(err)
	}
	if len(seen) > 0 {
		t.Errorf("also saw %s", <-seen)
	}
}

func TestHandler(t *testing.T) {
	f := start(t)
	f.group("g")
	f.stream("g", "s")
	f.put("g", "s", f.now(), "one", "two")
	get := func(query string) (int, string) {
		resp := must(http.Get(f.url + "/_gatehouse/logs?" + query))
		defer resp.Body.Close()
		return resp.StatusCode, string(must(io.ReadAll(resp.Body)))
	}
	if status, body := get("group=g"); status != 200 || strings.Count(body, "\n") != 2 || !strings.HasSuffix(body, "Z two\n") {
		t.Errorf("%d %s", status, body)
	}
	if status, body := get("group=g&format=json"); status != 200 || !strings.Contains(body, `"stream":"s","message":"one"}`) {
		t.Errorf("%d %s", status, body)
	}
	for query, want := range map[string]int{"": 400, "group=none": 404, "group=g&since=x": 400, "group=g&region=eu-west-1": 404} {
		if status, _ := get(query); status != want {
			t.Errorf("%s: %d", query, status)
		}
	}
	resp := must(http.Get(f.url + "/_gatehouse/logs?group=g&follow=1"))
	defer resp.Body.Close()
	f.put("g", "s", f.now()+10, "three")
	buf := make([]byte, 4096)
	var text string
	for !strings.Contains(text, "three\n") {
		n, err := resp.Body.Read(buf)
		if text += string(buf[:n]); err != nil {
			t.Fatal(err, text)
		}
	}
}
