package cloudformation_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

// things is a resource type whose resources live in a map.
type things struct {
	mu     sync.Mutex
	things map[string]cfn.Properties
	log    []string
	tokens map[string][]string // of each create, by logical id
	// enter is called by every step with its name, such as "create A".
	enter func(ctx context.Context, step string) error
}

func (th *things) step(ctx context.Context, verb string, r *cfn.Request) error {
	th.mu.Lock()
	th.log = append(th.log, verb+" "+r.LogicalID)
	enter := th.enter
	th.mu.Unlock()
	if enter != nil {
		return enter(ctx, verb+" "+r.LogicalID)
	}
	return nil
}

func (th *things) Create(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	th.mu.Lock()
	th.tokens[r.LogicalID] = append(th.tokens[r.LogicalID], fmt.Sprint(r.Token, r.Retry))
	th.mu.Unlock()
	if err := th.step(ctx, "create", r); err != nil {
		return cfn.Result{}, err
	}
	th.mu.Lock()
	defer th.mu.Unlock()
	id := r.Name(64)
	if name := r.Properties.Text("Name"); name != "" {
		id = name
	}
	th.things[id] = r.Properties
	return cfn.Result{PhysicalID: id, Attributes: map[string]any{"Arn": "arn:" + id}}, nil
}

func (th *things) Update(ctx context.Context, r *cfn.Request) (cfn.Result, error) {
	if err := th.step(ctx, "update", r); err != nil {
		return cfn.Result{}, err
	}
	th.mu.Lock()
	defer th.mu.Unlock()
	th.things[r.PhysicalID] = r.Properties
	return cfn.Result{PhysicalID: r.PhysicalID}, nil
}

func (th *things) Delete(ctx context.Context, r *cfn.Request) error {
	if err := th.step(ctx, "delete", r); err != nil {
		return err
	}
	th.mu.Lock()
	defer th.mu.Unlock()
	delete(th.things, r.PhysicalID)
	return nil
}

func (th *things) names() []string {
	th.mu.Lock()
	defer th.mu.Unlock()
	return slices.Sorted(maps.Keys(th.things))
}

func (th *things) on(step string, err error) {
	th.mu.Lock()
	defer th.mu.Unlock()
	th.enter = func(_ context.Context, s string) error {
		if s == step {
			return err
		}
		return nil
	}
}

func (th *things) calm() {
	th.mu.Lock()
	defer th.mu.Unlock()
	th.enter, th.log = nil, nil
}

type fixture struct {
	*awscfn.Client
	things *things
	store  kv.Store
	svc    *cloudformation.Service
}

func registry(th *things) cfn.Registry {
	props := cfn.Schema{"Name": cfn.TextProperty, "Size": {Kind: cfn.Integer}, "Fixed": cfn.TextProperty, "On": {Kind: cfn.Boolean},
		"Tags": cfn.TagList}
	return cfn.NewRegistry([]*cfn.Type{
		{Name: "AWS::Test::Thing", Properties: props, CreateOnly: []string{"Name", "Fixed"}, NameProperty: "Name", Attributes: []string{"Arn"}, Handler: th},
		{Name: "AWS::Test::Role", Properties: props, NameProperty: "Name", IAM: true, Handler: th},
	})
}

func start(t *testing.T) *fixture {
	return startOn(t, testkit.Store(t), noThings())
}

func startOn(t *testing.T, store kv.Store, th *things, change ...func(*cloudformation.Options)) *fixture {
	clk := &clock.Clock{}
	o := cloudformation.Options{Store: store, Clock: clk, Log: testkit.Log(), Types: registry(th)}
	for _, c := range change {
		c(&o)
	}
	svc := cloudformation.New(o)
	p := testkit.Pipeline(t, clk, nil, svc.Front())
	if err := svc.Start(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(svc.Close)
	_, cfg := testkit.Serve(t, p)
	return &fixture{awscfn.NewFromConfig(cfg), th, store, svc}
}

const named = "s"

func (f *fixture) create(t *testing.T, body string, change ...func(*awscfn.CreateStackInput)) string {
	t.Helper()
	in := &awscfn.CreateStackInput{StackName: aws.String(named), TemplateBody: &body}
	for _, c := range change {
		c(in)
	}
	out, err := f.CreateStack(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return *out.StackId
}

func (f *fixture) update(t *testing.T, body string) error {
	t.Helper()
	_, err := f.UpdateStack(t.Context(), &awscfn.UpdateStackInput{StackName: aws.String(named), TemplateBody: &body})
	return err
}

// settled waits until the stack is not in progress and returns it.
func (f *fixture) settled(t *testing.T, id string) types.Stack {
	t.Helper()
	for range 2000 {
		out, err := f.DescribeStacks(t.Context(), &awscfn.DescribeStacksInput{StackName: &id})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(string(out.Stacks[0].StackStatus), "_IN_PROGRESS") {
			return out.Stacks[0]
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the stack does not settle")
	return types.Stack{}
}

func (f *fixture) want(t *testing.T, id string, status types.StackStatus) types.Stack {
	t.Helper()
	st := f.settled(t, id)
	if st.StackStatus != status {
		for _, e := range f.events(t, id) {
			t.Log(e)
		}
		t.Fatalf("the stack is %s, want %s", st.StackStatus, status)
	}
	return st
}

// events are those of a stack, the oldest first, as "id STATUS reason".
func (f *fixture) events(t *testing.T, id string) []string {
	t.Helper()
	out, err := f.DescribeStackEvents(t.Context(), &awscfn.DescribeStackEventsInput{StackName: &id})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range slices.Backward(out.StackEvents) {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", *e.LogicalResourceId, e.ResourceStatus, aws.ToString(e.ResourceStatusReason))))
	}
	return lines
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

var errBroken = awserr.New(400, "ValidationException", "it is broken")

var errOurs = errors.New("secret detail")
