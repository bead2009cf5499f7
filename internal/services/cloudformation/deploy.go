package cloudformation

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/cfn/template"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// deploy makes each resource what the template says.
func (r *run) deploy() error {
	wanted, err := r.w.wanted()
	if err != nil {
		return err
	}
	graph, err := r.w.tpl.Graph()
	if err != nil {
		return err
	}
	failed := walk(wanted, func(id string) []string { return graph[id] }, true, func(id string) error {
		if err := r.current(); err != nil {
			return err
		}
		return r.step(r.w.tpl.Resource(id), graph[id])
	})
	if err := fatal(failed); err != nil {
		return err
	}
	if len(failed) > 0 {
		verb := "create"
		if r.st.Op.Kind == opUpdate {
			verb = "update"
		}
		return r.fail("The following resource(s) failed to " + verb + ": [" + list(failed) + "]. ")
	}
	outs, err := r.w.outputs()
	if err != nil {
		return r.fail(reasonOf(err, ""))
	}
	return r.finish(wanted, outs)
}

// step makes one resource what the template says.
func (r *run) step(tr *template.Resource, needs []string) error {
	res := r.known(tr.ID)
	retry := res != nil && res.Op == r.st.Op.ID
	if retry && (res.Status == "CREATE_COMPLETE" || res.Status == "UPDATE_COMPLETE") {
		return nil
	}
	if res == nil || res.PhysicalID == "" && !retry {
		res = &resource{ID: tr.ID, Type: tr.Type}
	}
	if !retry {
		res.Token, res.Started, res.Before, res.Fresh = ids.UUID(), r.s.o.Clock.Now(), nil, false
	}
	res.DeletionPolicy, res.ReplacePolicy, res.Metadata = tr.DeletionPolicy, tr.UpdateReplacePolicy, metadata(tr)
	if r.overdue() {
		return r.failStep(res, &template.Error{Message: "Stack creation time exceeded the specified timeout"})
	}
	props, err := r.w.properties(tr)
	if err != nil {
		return r.failStep(res, err)
	}
	raw, err := json.Marshal(props)
	if err != nil {
		return err
	}
	// Comparing what the store would give back leaves no difference in form.
	if props, err = cfn.LoadProperties(raw); err != nil {
		return err
	}
	base := res.deployed
	if retry && res.Before != nil {
		base = *res.Before
	}
	if base.PhysicalID == "" || retry && res.Before == nil {
		return r.create(res, props, raw, needs, retry)
	}
	return r.change(res, base, props, raw, needs, retry)
}

func (r *run) create(res *resource, props cfn.Properties, raw json.RawMessage, needs []string, retry bool) error {
	res.Properties, res.Needs, res.Fresh = raw, needs, true
	if !retry {
		if err := r.mark(res, "CREATE_IN_PROGRESS", ""); err != nil {
			return err
		}
	}
	return r.make(res, props, "CREATE", retry)
}

// make has the handler create a physical resource, for a new resource or a
// replacement.
func (r *run) make(res *resource, props cfn.Properties, verb string, retry bool) error {
	req, err := r.request(res, props, nil, retry)
	if err != nil {
		return r.failStep(res, err)
	}
	req.OnCreated = func(_ context.Context, id string) error {
		if res.PhysicalID == id {
			return nil
		}
		res.PhysicalID = id
		return r.mark(res, verb+"_IN_PROGRESS", "Resource creation Initiated")
	}
	out, err := r.handler(res.Type).Create(r.ctx, req)
	if err != nil {
		return r.failStep(res, err)
	}
	if err := req.Created(r.ctx, out.PhysicalID); err != nil {
		return err
	}
	res.Attributes = out.Attributes
	return r.mark(res, verb+"_COMPLETE", "")
}

func (r *run) change(res *resource, base deployed, props cfn.Properties, raw json.RawMessage, needs []string, retry bool) error {
	old, err := cfn.LoadProperties(base.Properties)
	if err != nil {
		return err
	}
	changed := cfn.Changed(old, props)
	if len(changed) == 0 && !retry {
		res.Needs = needs
		return r.keep(res)
	}
	t := r.s.o.Types[res.Type]
	replace := t.Replaces(changed)
	if replace && t.NameProperty != "" && props.Has(t.NameProperty) && props.Text(t.NameProperty) == old.Text(t.NameProperty) {
		return r.failStep(res, &template.Error{Message: "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename " +
			props.Text(t.NameProperty) + " and update the stack again."})
	}
	if !retry {
		reason := ""
		if replace {
			reason = "Requested update requires the creation of a new physical resource; hence creating one."
		}
		res.Before, res.Fresh = new(base), replace
		res.Properties, res.Needs = raw, needs
		if err := r.mark(res, "UPDATE_IN_PROGRESS", reason); err != nil {
			return err
		}
		if replace {
			res.deployed = deployed{Properties: raw, Needs: needs}
		}
	}
	if replace {
		if retry && res.PhysicalID == base.PhysicalID {
			res.PhysicalID = ""
		}
		return r.make(res, props, "UPDATE", retry)
	}
	req, err := r.request(res, props, old, retry)
	if err != nil {
		return r.failStep(res, err)
	}
	out, err := r.handler(res.Type).Update(r.ctx, req)
	if err != nil {
		return r.failStep(res, err)
	}
	if out.Attributes != nil {
		res.Attributes = out.Attributes
	}
	return r.mark(res, "UPDATE_COMPLETE", "")
}

// keep writes what changed about a resource without touching it.
func (r *run) keep(res *resource) error {
	r.show(res)
	return r.write(func(t kv.Txn) error {
		return kv.Save(t, r.st.scope.resource(r.st.ID, res.ID), res)
	})
}

// failStep writes down why a step failed, unless it is only that the service
// closes.
func (r *run) failStep(res *resource, cause error) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	verb := "CREATE"
	if res.Before != nil || res.PhysicalID != "" && !res.Fresh {
		verb = "UPDATE"
		if res.Before == nil {
			res.Before = new(res.deployed)
		}
	}
	if res.Op != r.st.Op.ID {
		if err := r.mark(res, verb+"_IN_PROGRESS", ""); err != nil {
			return err
		}
	}
	reason := reasonOf(cause, res.Token)
	if reason == "Internal Failure" {
		r.s.o.Log.Error("cloudformation: a handler failed", "type", res.Type, "resource", res.ID, "stack", r.st.ID, "error", cause)
	}
	if err := r.mark(res, verb+"_FAILED", reason); err != nil {
		return err
	}
	return stepFailed{cause}
}

func (r *run) overdue() bool {
	return r.st.Timeout > 0 && r.st.Op.Kind == opCreate &&
		r.s.o.Clock.Now().After(r.st.Op.Started.Add(time.Duration(r.st.Timeout)*time.Minute))
}

func metadata(tr *template.Resource) json.RawMessage {
	if tr.Metadata == nil {
		return nil
	}
	b, err := tr.Metadata.MarshalJSON()
	if err != nil {
		return nil
	}
	return b
}
