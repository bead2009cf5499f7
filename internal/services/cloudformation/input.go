package cloudformation

import (
	"fmt"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/cfn/template"
)

// ask is what CreateStack, UpdateStack and CreateChangeSet have in common.
type ask struct {
	TemplateBody, TemplateURL *string
	UsePrevious               *bool
	Parameters                []api.Parameter
	Tags                      []api.Tag
	Capabilities              []string
	ResourceTypes             []string
	RoleARN                   *string
	DisableRollback           *bool
	RetainExceptOnCreate      *bool
	Rollback                  *api.RollbackConfiguration
	NotificationARNs          []string
	StackPolicies             []*string
}

// unsupported refuses what would have to be ignored.
func (a *ask) unsupported() error {
	switch {
	case a.TemplateURL != nil:
		return invalid("TemplateURL is not supported by Gatehouse, which has no S3 yet: use TemplateBody")
	case len(a.NotificationARNs) > 0:
		return invalid("NotificationARNs are not supported by Gatehouse, which has no SNS topics yet")
	case a.Rollback != nil && len(a.Rollback.RollbackTriggers) > 0:
		return invalid("RollbackTriggers are not supported by Gatehouse, which has no CloudWatch alarms yet")
	}
	for _, p := range a.StackPolicies {
		if p != nil {
			return invalid("Stack policies are not supported by Gatehouse")
		}
	}
	return nil
}

// define makes the definition that is asked for, on the ground of the previous
// one, and checks it.
func (s *Service) define(st *stack, a *ask, previous *definition, existing []resource) (*definition, *world, error) {
	if err := a.unsupported(); err != nil {
		return nil, nil, err
	}
	d := &definition{Params: map[string]string{}, Capabilities: a.Capabilities,
		DisableRollback: is(a.DisableRollback), RetainExceptOnCreate: is(a.RetainExceptOnCreate)}
	switch {
	case is(a.UsePrevious) && a.TemplateBody != nil:
		return nil, nil, invalid("You cannot specify both usePreviousTemplate and Template Body/Template URL.")
	case is(a.UsePrevious) && previous != nil && previous.Template != "":
		d.Template = previous.Template
	case a.TemplateBody == nil:
		return nil, nil, invalid("Either Template URL or Template Body must be specified.")
	default:
		d.Template = *a.TemplateBody
	}
	if err := checkSize(d.Template); err != nil {
		return nil, nil, err
	}
	if err := d.fill(a, previous); err != nil {
		return nil, nil, err
	}
	w, err := see(s.o.Types, st, d, existing)
	if err != nil {
		return nil, nil, templateFault(err)
	}
	// A later UsePreviousValue means the default that held now.
	for i := range w.tpl.Parameters {
		p := &w.tpl.Parameters[i]
		if _, given := d.Params[p.Name]; !given && p.Default != nil {
			d.Params[p.Name] = *p.Default
		}
	}
	if _, err := w.wanted(); err != nil {
		return nil, nil, templateFault(err)
	}
	if err := allowedTypes(w.tpl, a.ResourceTypes); err != nil {
		return nil, nil, err
	}
	return d, w, s.capable(w.tpl, a.Capabilities)
}

func (d *definition) fill(a *ask, previous *definition) error {
	for _, p := range a.Parameters {
		key := text(p.ParameterKey)
		switch {
		case is(p.UsePreviousValue) && p.ParameterValue != nil:
			return invalid("Invalid input for parameter key %s. Cannot specify usePreviousValue as true and non empty value for a parameter", key)
		case is(p.UsePreviousValue):
			var old string
			ok := previous != nil
			if ok {
				old, ok = previous.Params[key]
			}
			if !ok {
				return invalid("Invalid input for parameter key %s. Cannot specify usePreviousValue as true for a parameter key not in the previous template", key)
			}
			d.Params[key] = old
		case p.ParameterValue == nil:
			return invalid("Invalid input for parameter key %s. Need to specify either usePreviousValue as true or value for a parameter", key)
		default:
			d.Params[key] = *p.ParameterValue
		}
	}
	if a.Tags != nil || previous == nil {
		d.Tags = map[string]string{}
		for _, t := range a.Tags {
			if strings.HasPrefix(strings.ToLower(text(t.Key)), "aws:") {
				return invalid("aws: prefixed tag key names are not allowed for external use.")
			}
			d.Tags[text(t.Key)] = text(t.Value)
		}
	} else {
		d.Tags = previous.Tags
	}
	if d.RoleARN = text(a.RoleARN); d.RoleARN == "" && previous != nil {
		d.RoleARN = previous.RoleARN
	}
	return nil
}

func checkSize(body string) error {
	if len(body) > template.MaxBody {
		return invalid("1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to %d", template.MaxBody)
	}
	return nil
}

// allowedTypes checks the template against the request's ResourceTypes.
func allowedTypes(tpl *template.Template, allowed []string) error {
	if len(allowed) == 0 {
		return nil
	}
	for _, r := range tpl.Resources {
		if !slices.ContainsFunc(allowed, func(a string) bool {
			prefix, wild := strings.CutSuffix(a, "*")
			return a == r.Type || wild && strings.HasPrefix(r.Type, prefix)
		}) {
			return invalid("Resource type %s is not allowed by parameter ResourceTypes %v", r.Type, allowed)
		}
	}
	return nil
}

const (
	capabilityIAM   = "CAPABILITY_IAM"
	capabilityNamed = "CAPABILITY_NAMED_IAM"
)

// capabilities lists what a template needs the caller to acknowledge, and
// which types are the reason.
func (s *Service) capabilities(tpl *template.Template) (needed []string, reason string) {
	var types []string
	need := ""
	for i := range tpl.Resources {
		t := s.o.Types[tpl.Resources[i].Type]
		if t == nil || !t.IAM {
			continue
		}
		if !slices.Contains(types, t.Name) {
			types = append(types, t.Name)
		}
		if t.NameProperty != "" && tpl.Resources[i].Properties.Get(t.NameProperty) != nil {
			need = capabilityNamed
		} else if need == "" {
			need = capabilityIAM
		}
	}
	if need == "" {
		return nil, ""
	}
	slices.Sort(types)
	return []string{need}, fmt.Sprintf("The following resource(s) require capabilities: [%s]", strings.Join(types, ", "))
}

func (s *Service) capable(tpl *template.Template, given []string) error {
	needed, _ := s.capabilities(tpl)
	for _, n := range needed {
		if !slices.Contains(given, n) && !(n == capabilityIAM && slices.Contains(given, capabilityNamed)) {
			return api.InsufficientCapabilitiesException("Requires capabilities : [%s]", n)
		}
	}
	return nil
}

func is(b *bool) bool { return b != nil && *b }

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// optional is nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
