package logs_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/logs"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

type fixture struct {
	*sdk.Client
	t       *testing.T
	url     string
	clock   *clock.Clock
	service *logs.Service
	store   kv.Store
}

func start(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: &clock.Clock{}, store: testkit.Store(t)}
	f.service = logs.New(logs.Options{Store: f.store, Clock: f.clock, Log: testkit.Log(), Account: testkit.Account})
	t.Cleanup(func() { f.service.Close(t.Context()) })
	api := testkit.Pipeline(t, f.clock, nil, f.service.Front())
	mux := http.NewServeMux()
	mux.Handle("/_gatehouse/logs", f.service.Handler())
	mux.Handle("/", api)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	f.url = srv.URL
	f.Client = sdk.NewFromConfig(testkit.Config(srv.URL, "test", "test"))
	return f
}

// must is for calls that a test does not ask about.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (f *fixture) group(name string) {
	f.t.Helper()
	must(f.CreateLogGroup(f.t.Context(), &sdk.CreateLogGroupInput{LogGroupName: &name}))
}

func (f *fixture) stream(group, name string) {
	f.t.Helper()
	must(f.CreateLogStream(f.t.Context(), &sdk.CreateLogStreamInput{LogGroupName: &group, LogStreamName: &name}))
}

// now is the fixture's time in milliseconds.
func (f *fixture) now() int64 { return f.clock.Now().UnixMilli() }

// put puts messages a millisecond apart, the first one at a time.
func (f *fixture) put(group, stream string, at int64, messages ...string) *sdk.PutLogEventsOutput {
	f.t.Helper()
	in := &sdk.PutLogEventsInput{LogGroupName: &group, LogStreamName: &stream}
	for i, m := range messages {
		in.LogEvents = append(in.LogEvents, types.InputLogEvent{Timestamp: new(at + int64(i)), Message: &m})
	}
	return must(f.PutLogEvents(f.t.Context(), in))
}

func (f *fixture) describe(name string) types.LogGroup {
	f.t.Helper()
	out := must(f.DescribeLogGroups(f.t.Context(), &sdk.DescribeLogGroupsInput{LogGroupNamePrefix: &name}))
	if len(out.LogGroups) != 1 {
		f.t.Fatalf("%d groups are named %s", len(out.LogGroups), name)
	}
	return out.LogGroups[0]
}

func messages[E any](events []E, message func(E) *string) []string {
	out := []string{}
	for _, e := range events {
		out = append(out, *message(e))
	}
	return out
}

func read(out *sdk.GetLogEventsOutput) []string {
	return messages(out.Events, func(e types.OutputLogEvent) *string { return e.Message })
}
