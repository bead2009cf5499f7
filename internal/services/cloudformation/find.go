package cloudformation

import (
	"context"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/cfn/template"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

func here(ctx context.Context) scope {
	c := front.CallFrom(ctx)
	return scope{c.Account, c.Region}
}

// byName returns the stack that has the name now, nil if there is none.
func byName(r kv.Reader, sc scope, name string) (*stack, error) {
	id, ok, err := kv.Load[string](r, sc.name(name))
	if err != nil || !ok {
		return nil, err
	}
	return get(r, sc, id)
}

// lookup finds a stack by its name or its id. A deleted stack is found only by
// its id.
func lookup(r kv.Reader, sc scope, nameOrID string) (*stack, error) {
	if strings.HasPrefix(nameOrID, "arn:") {
		return get(r, sc, nameOrID)
	}
	return byName(r, sc, nameOrID)
}

// find reads a stack, and fails with missing if there is none.
func (s *Service) find(ctx context.Context, nameOrID string, missing error) (st *stack, err error) {
	err = s.o.Store.View(ctx, func(r kv.Reader) error {
		st, err = lookup(r, here(ctx), nameOrID)
		return err
	})
	if err == nil && st == nil {
		err = missing
	}
	return st, err
}

// describe is the description of a template that was read before.
func describe(body string) string {
	tpl, err := template.Read([]byte(body))
	if err != nil {
		return ""
	}
	return tpl.Description
}
