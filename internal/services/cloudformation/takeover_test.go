package cloudformation_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/gatehouse-dev/gatehouse/internal/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

const shortLease = 400 * time.Millisecond

func leaseOf(d time.Duration) func(*cloudformation.Options) {
	return func(o *cloudformation.Options) { o.Lease = d }
}

func noThings() *things {
	return &things{things: map[string]cfn.Properties{}, tokens: map[string][]string{}}
}

// node is a process's connection to the shared store, which can be cut, as by
// the end of that process, or held up, as when the process stands still.
type node struct {
	kv.Store
	cut  atomic.Bool
	held atomic.Pointer[chan struct{}]
}

var errCut = errors.New("the connection is cut")

func (n *node) pass() error {
	if gate := n.held.Load(); gate != nil {
		<-*gate
	}
	if n.cut.Load() {
		return errCut
	}
	return nil
}

func (n *node) Update(ctx context.Context, fn func(kv.Txn) error) error {
	if err := n.pass(); err != nil {
		return err
	}
	// A process that stands still stands still: its deadlines are no help.
	return n.Store.Update(context.WithoutCancel(ctx), fn)
}

func (n *node) View(ctx context.Context, fn func(kv.Reader) error) error {
	if err := n.pass(); err != nil {
		return err
	}
	return n.Store.View(ctx, fn)
}

func (th *things) count(step string) (n int) {
	th.mu.Lock()
	defer th.mu.Unlock()
	for _, s := range th.log {
		if s == step {
			n++
		}
	}
	return n
}

// inStep makes the first run of a step wait for release, whatever its context says.
func (th *things) inStep(step string) (reached, release chan struct{}) {
	reached, release = make(chan struct{}), make(chan struct{})
	var begun atomic.Bool
	th.mu.Lock()
	defer th.mu.Unlock()
	th.enter = func(_ context.Context, s string) error {
		if s == step && begun.CompareAndSwap(false, true) {
			close(reached)
			<-release
		}
		return nil
	}
	return reached, release
}

// Two services on one store: each operation is done once, by either.
func TestOneRunner(t *testing.T) {
	store, th := testkit.Store(t), noThings()
	one, two := startOn(t, store, th), startOn(t, store, th)
	th.enter = func(context.Context, string) error {
		time.Sleep(5 * time.Millisecond)
		return nil
	}
	const stacks = 10
	var wg sync.WaitGroup
	for i := range stacks {
		f, other := one, two
		if i%2 == 1 {
			f, other = two, one
		}
		wg.Go(func() {
			body := fmt.Sprintf("Resources:\n  R%d: {Type: AWS::Test::Thing}\n  S%d: {Type: AWS::Test::Thing, DependsOn: R%d}\n", i, i, i)
			id := f.create(t, body, func(in *awscfn.CreateStackInput) { in.StackName = aws.String(fmt.Sprint("s", i)) })
			other.want(t, id, types.StackStatusCreateComplete)
		})
	}
	wg.Wait()
	for i := range stacks {
		for _, step := range []string{"create R", "create S"} {
			if n := th.count(fmt.Sprint(step, i)); n != 1 {
				t.Errorf("%s%d was done %d times", step, i, n)
			}
		}
	}
}

// The operation of a process that died is gone on with by one of the others,
// after its lease and not before.
func TestTakeover(t *testing.T) {
	store, th := testkit.Store(t), noThings()
	dying := &node{Store: store}
	one := startOn(t, dying, th, leaseOf(shortLease))
	reached, release := th.inStep("create A")
	id := one.create(t, pair)
	<-reached
	two, three := startOn(t, store, th, leaseOf(shortLease)), startOn(t, store, th, leaseOf(shortLease))
	time.Sleep(3 * shortLease)
	if n := th.count("create A"); n != 1 {
		t.Fatalf("a living process's operation was taken over: %d", n)
	}
	dying.cut.Store(true)
	died := time.Now()
	two.want(t, id, types.StackStatusCreateComplete)
	if took := time.Since(died); took < shortLease/3 {
		t.Errorf("the lease did not count: taken over after %s", took)
	}
	close(release) // what the dead one's call does late is its handler's concern
	three.want(t, id, types.StackStatusCreateComplete)
	if n := th.count("create A"); n != 2 {
		t.Errorf("A was made %d times, want by the dead one and by one of the others", n)
	}
	if n := th.count("create B"); n != 1 {
		t.Errorf("B was made %d times", n)
	}
	if tokens := th.tokens["A"]; len(tokens) != 2 || tokens[1] != strings.TrimSuffix(tokens[0], "false")+"true" {
		t.Errorf("the tokens of A are %v", tokens)
	}
}

// A process that stood still for longer than its lease writes nothing when it
// goes on.
func TestLateWriter(t *testing.T) {
	store, th := testkit.Store(t), noThings()
	slow := &node{Store: store}
	one := startOn(t, slow, th, leaseOf(shortLease))
	reached, release := th.inStep("create A")
	id := one.create(t, pair)
	<-reached
	gate := make(chan struct{})
	slow.held.Store(&gate)
	close(release) // A is made; that it was cannot be written down
	two := startOn(t, store, th, leaseOf(shortLease))
	two.want(t, id, types.StackStatusCreateComplete)
	before := two.events(t, id)
	slow.held.Store(nil)
	close(gate)
	time.Sleep(shortLease)
	wantLines(t, two.events(t, id), before...)
	if n := th.count("create B"); n != 1 {
		t.Errorf("B was made %d times", n)
	}
}

// A service that closes leaves its operations to the others at once.
func TestHandOver(t *testing.T) {
	store, th := testkit.Store(t), noThings()
	one, two := startOn(t, store, th), startOn(t, store, th) // with a lease of 15 s
	reached := hang(th, "create A")
	id := one.create(t, pair)
	<-reached
	th.calm()
	began := time.Now()
	one.svc.Close()
	two.want(t, id, types.StackStatusCreateComplete)
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it took %s", took)
	}
}

// An operation that supersedes one of another process is done by that process.
func TestSupersedeElsewhere(t *testing.T) {
	store, th := testkit.Store(t), noThings()
	one, two := startOn(t, store, th), startOn(t, store, th)
	reached, release := th.inStep("create A")
	id := one.create(t, pair)
	<-reached
	if _, err := two.DeleteStack(t.Context(), &awscfn.DeleteStackInput{StackName: &id}); err != nil {
		t.Fatal(err)
	}
	close(release)
	two.want(t, id, types.StackStatusDeleteComplete)
	if names := th.names(); len(names) != 0 {
		t.Errorf("things are left: %v", names)
	}
	if n := th.count("delete A"); n != 1 {
		t.Errorf("A was deleted %d times", n)
	}
}

// The only process on a store does not wait for the lease of its predecessor.
func TestAlone(t *testing.T) {
	store, th := testkit.Store(t), noThings()
	dying := &node{Store: store}
	one := startOn(t, dying, th)
	reached, release := th.inStep("create A")
	defer close(release)
	id := one.create(t, pair)
	<-reached
	dying.cut.Store(true)
	began := time.Now()
	two := startOn(t, store, th, func(o *cloudformation.Options) { o.Alone = true })
	two.want(t, id, types.StackStatusCreateComplete)
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it took %s", took)
	}
}
