package iam_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// faulty is a store that fails to read on cue, and tells of each commit.
type faulty struct {
	kv.Store
	failViews atomic.Int64 // so many times
	committed func()
}

func (f *faulty) View(ctx context.Context, fn func(kv.Reader) error) error {
	if f.failViews.Add(-1) >= 0 {
		return errors.New("the store is away")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return f.Store.View(ctx, fn)
}

func (f *faulty) Update(ctx context.Context, fn func(kv.Txn) error) error {
	err := f.Store.Update(ctx, fn)
	if err == nil && f.committed != nil {
		f.committed()
	}
	return err
}

// Another node of the same store follows, and a new one starts with it.
func TestOtherNodesFollow(t *testing.T) {
	w := start(t)
	other := w.node(t)
	w.role(t, "worker", allowGet)
	eventually(t, "the other node knows the role", func() bool { return other.Role(account+"role/worker") != nil })
	if w.node(t).Role(account+"role/worker") == nil {
		t.Error("a node started later does not know the role")
	}
}

// A node whose store is away for a moment does not stay behind.
func TestFollowingTriesAgain(t *testing.T) {
	w := start(t)
	store := &faulty{Store: w.store}
	other := w.nodeOn(t, store)
	store.failViews.Store(2)
	w.role(t, "worker", allowGet)
	eventually(t, "the other node knows the role", func() bool { return other.Role(account+"role/worker") != nil })
	if store.failViews.Load() >= 0 {
		t.Error("no view failed")
	}
}

// A committed change applies even if its caller has gone.
func TestChangesApplyWithoutTheirCaller(t *testing.T) {
	w := start(t)
	store := &faulty{Store: w.store}
	node := w.nodeOn(t, store)
	ctx, leave := context.WithCancel(t.Context())
	store.committed = leave
	_, err := node.CreateRole(ctx, &api.CreateRoleRequest{RoleName: new("worker"), AssumeRolePolicyDocument: new(trustLambda)})
	if err != nil {
		t.Fatal(err)
	}
	if node.Role(account+"role/worker") == nil {
		t.Error("the role is not there")
	}
}

// What is stored and cannot be read must not open what it closed.
func TestUnreadablePolicyDeniesEverything(t *testing.T) {
	w := start(t)
	bob := w.user(t, "bob", allowAll)
	ok(t)(bob.GetUser(t.Context(), getUser("bob")))
	w.role(t, "worker", "")
	rewrite(t, w.store, `"Inline":{"p":"`, `"Inline":{"p":"no JSON `)
	rewrite(t, w.store, `"Trust":"`, `"Trust":"no JSON `)
	node := w.node(t)
	c, err := node.Credential(t.Context(), accessKeyOf(t, bob), "")
	if err != nil {
		t.Fatal(err)
	}
	set, err := node.Policies(t.Context(), c)
	if err != nil || len(set.Identity) != 1 || !denies(set) {
		t.Errorf("%+v, %v", set, err)
	}
	if node.Role(account+"role/worker").Trust != nil {
		t.Error("a role without a readable policy trusts somebody")
	}
}
