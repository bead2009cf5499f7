package cloudformation

import (
	"context"
	"regexp"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// CreateStack begins to create a stack.
func (s *Service) CreateStack(ctx context.Context, in *api.CreateStackInput) (*api.CreateStackOutput, error) {
	if in.DisableRollback != nil && in.OnFailure != nil {
		return nil, invalid("You can specify either DisableRollback or OnFailure, but not both.")
	}
	if err := checkName(*in.StackName); err != nil {
		return nil, err
	}
	c := front.CallFrom(ctx)
	st := newStack(c, *in.StackName)
	d, _, err := s.define(st, &ask{TemplateBody: in.TemplateBody, TemplateURL: in.TemplateURL, Parameters: in.Parameters, Tags: in.Tags,
		Capabilities: in.Capabilities, ResourceTypes: in.ResourceTypes, RoleARN: in.RoleARN, DisableRollback: in.DisableRollback,
		RetainExceptOnCreate: in.RetainExceptOnCreate, Rollback: in.RollbackConfiguration, NotificationARNs: in.NotificationARNs,
		StackPolicies: []*string{in.StackPolicyBody, in.StackPolicyURL}}, nil, nil)
	if err != nil {
		return nil, err
	}
	st.OnFailure, st.Protected = text(in.OnFailure), is(in.EnableTerminationProtection)
	if in.TimeoutInMinutes != nil {
		st.Timeout = *in.TimeoutInMinutes
	}
	var id string
	err = s.o.Store.Update(ctx, func(t kv.Txn) error {
		old, err := byName(t, st.scope, st.Name)
		switch {
		case err != nil:
			return err
		case old != nil && old.asked(text(in.ClientRequestToken)):
			id = old.ID
			return nil
		case old != nil:
			return api.AlreadyExistsException("Stack [%s] already exists", st.Name)
		}
		id = st.ID
		return s.begin(t, st, d, newOperation(c, opCreate, text(in.ClientRequestToken)), "CREATE_IN_PROGRESS")
	})
	if err != nil {
		return nil, err
	}
	if id == st.ID {
		s.launch(c, st)
	}
	return &api.CreateStackOutput{StackId: &id}, nil
}

// asked reports whether a request with the token is the one that the stack is
// busy with or was busy with last.
func (st *stack) asked(token string) bool {
	return token != "" && (st.LastOpToken == token || st.Op != nil && st.Op.Token == token)
}

var stackName = regexp.MustCompile(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$`)

// checkName checks the name of a new stack: the model lets any text pass, for
// elsewhere it may be an id.
func checkName(name string) error {
	if !stackName.MatchString(name) {
		return invalid("1 validation error detected: Value '%.128s' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*", name)
	}
	return nil
}

func newStack(c *front.Call, name string) *stack {
	sc := scope{c.Account, c.Region}
	return &stack{scope: sc, Name: name, ID: c.ARN("cloudformation", "stack/"+name+"/"+ids.UUID()), Created: c.Time}
}

func newOperation(c *front.Call, kind, token string) *operation {
	phase := phaseDeploy
	if kind == opDelete {
		phase = phaseDelete
	}
	return &operation{ID: ids.UUID(), Kind: kind, Phase: phase, Started: c.Time, Token: token, Identity: identityOf(c)}
}

// begin puts an operation on a stack.
func (s *Service) begin(t kv.Txn, st *stack, d *definition, op *operation, status string) error {
	if d != nil {
		st.definition = *d
		st.Description = describe(d.Template)
	}
	st.Op = op
	if err := s.enter(t, st, status, "User Initiated"); err != nil {
		return err
	}
	if _, err := s.take(t, st.ID); err != nil {
		return err
	}
	if err := kv.Save(t, active(st.ID), activeStack{st.Account, st.Region, st.ID}); err != nil {
		return err
	}
	if err := kv.Save(t, st.scope.name(st.Name), st.ID); err != nil {
		return err
	}
	return st.save(t)
}

// launch lets the engine work on what begin wrote. Where another process works
// on the stack already, that one goes on with the new operation.
func (s *Service) launch(c *front.Call, st *stack) {
	if st.Op == nil || !s.holds(s.ctx, st.ID) {
		return
	}
	s.remember(st.Op.ID, c.Caller)
	s.kick(st.scope, st.ID)
}
