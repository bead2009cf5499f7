package cloudformation_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

// hang makes a step wait until its service closes, and tells when it does.
func hang(th *things, step string) <-chan struct{} {
	reached := make(chan struct{})
	th.enter = func(ctx context.Context, s string) error {
		if s != step {
			return nil
		}
		close(reached)
		<-ctx.Done()
		return ctx.Err()
	}
	return reached
}

// An operation that a restart interrupts goes on, with the same token, at each
// of its steps.
func TestRestart(t *testing.T) {
	body := pair
	next := `
Resources:
  A: {Type: AWS::Test::Thing, Properties: {Size: 2}}
  B: {Type: AWS::Test::Thing, Properties: {Fixed: other}}
`
	for _, c := range []struct {
		at     string
		status types.StackStatus
		things int
	}{
		{"create A", types.StackStatusCreateComplete, 2},
		{"create B", types.StackStatusCreateComplete, 2},
		{"update A", types.StackStatusUpdateComplete, 2},
		{"replace B", types.StackStatusUpdateComplete, 2},
		{"clean B", types.StackStatusUpdateComplete, 2},
		{"delete B", types.StackStatusDeleteComplete, 0},
		{"delete A", types.StackStatusDeleteComplete, 0},
	} {
		t.Run(c.at, func(t *testing.T) {
			f := start(t)
			verb, logical, _ := strings.Cut(c.at, " ")
			step := map[string]string{"replace": "create", "clean": "delete"}[verb]
			if step == "" {
				step = verb
			}
			var reached <-chan struct{}
			if verb == "create" {
				reached = hang(f.things, step+" "+logical)
			}
			id := f.create(t, body)
			if verb != "create" {
				f.want(t, id, types.StackStatusCreateComplete)
				f.things.calm()
				reached = hang(f.things, step+" "+logical)
				if verb == "delete" {
					f.DeleteStack(t.Context(), &awscfn.DeleteStackInput{StackName: &id})
				} else if err := f.update(t, next); err != nil {
					t.Fatal(err)
				}
			}
			<-reached
			f.svc.Close()
			f.things.calm()
			again := startOn(t, f.store, f.things)
			again.want(t, id, c.status)
			if names := f.things.names(); len(names) != c.things {
				t.Errorf("things are %v", names)
			}
			if step == "create" {
				tokens := f.things.tokens[logical]
				n := len(tokens)
				if n < 2 || tokens[n-1] != strings.TrimSuffix(tokens[n-2], "false")+"true" {
					t.Errorf("tokens are %v", tokens)
				}
			}
		})
	}
}

// A deletion takes over from a creation, and nothing that was made is lost.
func TestDeleteDuringCreate(t *testing.T) {
	f := start(t)
	reached, release := make(chan struct{}), make(chan struct{})
	f.things.enter = func(_ context.Context, s string) error {
		if s == "create A" {
			close(reached)
			<-release
		}
		return nil
	}
	id := f.create(t, pair)
	<-reached
	if _, err := f.DeleteStack(t.Context(), &awscfn.DeleteStackInput{StackName: &id}); err != nil {
		t.Fatal(err)
	}
	close(release)
	f.want(t, id, types.StackStatusDeleteComplete)
	if names := f.things.names(); len(names) != 0 {
		t.Errorf("things are left: %v", names)
	}
	if slices.Contains(f.things.log, "create B") {
		t.Error("the creation went on")
	}
}

// Many resources run at the same time, but no more than ten.
func TestParallel(t *testing.T) {
	f := start(t)
	var b strings.Builder
	b.WriteString("Resources:\n")
	for i := range 25 {
		fmt.Fprintf(&b, "  R%d: {Type: AWS::Test::Thing}\n", i)
	}
	inside, most := 0, 0
	full := make(chan struct{})
	f.things.enter = func(context.Context, string) error {
		f.things.mu.Lock()
		inside++
		most = max(most, inside)
		if inside == 10 && most == 10 {
			select {
			case <-full:
			default:
				close(full)
			}
		}
		f.things.mu.Unlock()
		<-full
		f.things.mu.Lock()
		inside--
		f.things.mu.Unlock()
		return nil
	}
	f.want(t, f.create(t, b.String()), types.StackStatusCreateComplete)
	if most != 10 || len(f.things.names()) != 25 {
		t.Errorf("%d at a time, %d things", most, len(f.things.names()))
	}
}

func TestClientRequestToken(t *testing.T) {
	f := start(t)
	token := func(in *awscfn.CreateStackInput) { in.ClientRequestToken = aws.String("once") }
	if a, b := f.create(t, pair, token), f.create(t, pair, token); a != b {
		t.Errorf("%s and %s", a, b)
	}
	f.want(t, named, types.StackStatusCreateComplete)
}

var _ cfn.Handler = (*things)(nil)
