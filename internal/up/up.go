package up

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/cfn/template"
)

// Result is a deployed stack.
type Result struct {
	StackID string
	Outputs map[string]string
	// Local are the outputs that are URLs of AWS's host names, as they are
	// reached on a server of this machine.
	Local map[string]string
}

// Run makes the stack what the directory says. If the deployment fails the
// error tells what failed first.
func Run(ctx context.Context, o Options) (*Result, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	c := &client{&o}
	root, err := readTemplate(o.Dir)
	if err != nil {
		return nil, err
	}
	if err := c.pack(ctx, root); err != nil {
		return nil, err
	}
	body, err := root.MarshalJSON()
	if err != nil {
		return nil, err
	}
	if len(body) > template.MaxBody {
		return nil, fmt.Errorf("the template has %d bytes, CloudFormation takes %d", len(body), template.MaxBody)
	}
	st, err := c.deploy(ctx, root, string(body))
	if err != nil {
		return nil, err
	}
	return c.show(st), nil
}

// deploy creates or updates the stack and waits for the end.
func (c *client) deploy(ctx context.Context, root *template.Node, body string) (*stack, error) {
	old, err := c.describe(ctx, c.o.StackName)
	if err != nil {
		return nil, err
	}
	// What a failed creation left can only be deleted.
	if old != nil && slices.Contains([]string{"ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED"}, old.Status) {
		if err := c.remove(ctx, old); err != nil {
			return nil, err
		}
		old = nil
	}
	form := url.Values{"StackName": {c.o.StackName}, "TemplateBody": {body}, "Capabilities.member.1": {"CAPABILITY_NAMED_IAM"}}
	c.parameters(form, root, old)
	f := c.follow()
	action := "CreateStack"
	if old != nil {
		action = "UpdateStack"
		if err := f.skip(ctx, old.ID); err != nil {
			return nil, err
		}
	}
	var out struct {
		Created string `xml:"CreateStackResult>StackId"`
		Updated string `xml:"UpdateStackResult>StackId"`
	}
	err = c.call(ctx, action, form, &out)
	if e := new(apiError); errors.As(err, &e) && e.Message == "No updates are to be performed." {
		fmt.Fprintln(c.o.Out, "No changes.")
		return old, nil
	}
	if err != nil {
		return nil, err
	}
	st, err := f.until(ctx, out.Created+out.Updated)
	if err != nil {
		return nil, err
	}
	if st.Status != "CREATE_COMPLETE" && st.Status != "UPDATE_COMPLETE" {
		return nil, fmt.Errorf("stack %s: %s: %s", c.o.StackName, st.Status, f.why(st))
	}
	return st, nil
}

// parameters gives those that were asked for, and keeps the others as they are.
func (c *client) parameters(form url.Values, root *template.Node, old *stack) {
	n := 0
	add := func(key, member, value string) {
		n++
		prefix := fmt.Sprintf("Parameters.member.%d.", n)
		form.Set(prefix+"ParameterKey", key)
		form.Set(prefix+member, value)
	}
	for _, key := range slices.Sorted(maps.Keys(c.o.Params)) {
		add(key, "ParameterValue", c.o.Params[key])
	}
	if old == nil {
		return
	}
	for _, p := range old.Parameters {
		if _, given := c.o.Params[p.Key]; !given && root.Get("Parameters").Get(p.Key) != nil {
			add(p.Key, "UsePreviousValue", "true")
		}
	}
}

// show prints the outputs.
func (c *client) show(st *stack) *Result {
	r := &Result{StackID: st.ID, Outputs: map[string]string{}, Local: map[string]string{}}
	slices.SortFunc(st.Outputs, func(a, b Output) int { return strings.Compare(a.Key, b.Key) })
	for _, o := range st.Outputs {
		r.Outputs[o.Key] = o.Value
		fmt.Fprintf(c.o.Out, "%-16s %s\n", o.Key, o.Value)
		if local, ok := localURL(c.o.Endpoint, o.Value); ok {
			r.Local[o.Key] = local
			fmt.Fprintf(c.o.Out, "%-16s %s\n", "", local)
		}
	}
	return r
}

// Down deletes the stack of a directory and waits until it is gone. A stack
// that is not there is no error.
func Down(ctx context.Context, o Options) error {
	if err := o.complete(); err != nil {
		return err
	}
	c := &client{&o}
	st, err := c.describe(ctx, o.StackName)
	if err != nil {
		return err
	}
	if st == nil {
		fmt.Fprintf(o.Out, "There is no stack %s.\n", o.StackName)
		return nil
	}
	return c.remove(ctx, st)
}

func (c *client) remove(ctx context.Context, old *stack) error {
	f := c.follow()
	if err := f.skip(ctx, old.ID); err != nil {
		return err
	}
	var none struct{}
	if err := c.call(ctx, "DeleteStack", url.Values{"StackName": {old.ID}}, &none); err != nil {
		return err
	}
	st, err := f.until(ctx, old.ID)
	if err != nil {
		return err
	}
	if st.Status != "DELETE_COMPLETE" {
		return fmt.Errorf("stack %s: %s: %s", c.o.StackName, st.Status, f.why(st))
	}
	return nil
}
