package cloudformation

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/cfn/template"
)

// world is a template with the resources as they are now.
type world struct {
	tpl   *template.Template
	env   *template.Env
	types cfn.Registry

	mu        sync.Mutex
	resources map[string]*resource
	// unknown are resources whose physical id and attributes a change set
	// cannot tell yet.
	unknown map[string]bool
}

// see reads and checks a definition.
func see(types cfn.Registry, st *stack, d *definition, resources []resource) (*world, error) {
	tpl, err := template.Read([]byte(d.Template))
	if err == nil {
		err = tpl.Check(types)
	}
	if err != nil {
		return nil, err
	}
	params, err := tpl.Resolve(d.Params)
	if err != nil {
		return nil, err
	}
	w := &world{tpl: tpl, types: types, resources: map[string]*resource{}, unknown: map[string]bool{}}
	for i := range resources {
		w.resources[resources[i].ID] = &resources[i]
	}
	w.env = &template.Env{Template: tpl, Params: params, Ref: w.ref, GetAtt: w.attribute, Pseudo: map[string]string{
		"AWS::AccountId": st.Account, "AWS::Partition": arn.Partition, "AWS::Region": st.Region,
		"AWS::StackId": st.ID, "AWS::StackName": st.Name, "AWS::URLSuffix": "amazonaws.com"}}
	return w, nil
}

func (w *world) ref(id string) (any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.resources[id]
	if w.unknown[id] || r == nil || r.PhysicalID == "" {
		return w.missing(id)
	}
	return r.PhysicalID, nil
}

func (w *world) attribute(id, attr string) (any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.resources[id]
	if w.unknown[id] || r == nil || r.PhysicalID == "" {
		return w.missing(id)
	}
	v, ok := r.Attributes[attr]
	if !ok {
		return nil, &template.Error{Message: fmt.Sprintf("Resource %s has no attribute %s", id, attr)}
	}
	return v, nil
}

// missing is the value of a resource that is not there: one that is still to be
// made, or one whose condition is false.
func (w *world) missing(id string) (any, error) {
	if w.unknown[id] {
		return template.Unknown{}, nil
	}
	return nil, &template.Error{Message: fmt.Sprintf("Template error: Unresolved resource dependencies [%s] in the Resources block of the template", id)}
}

// wanted lists the resources whose condition holds.
func (w *world) wanted() (ids []string, err error) {
	for i := range w.tpl.Resources {
		holds, err := w.env.Holds(w.tpl.Resources[i].Condition)
		if err != nil {
			return nil, err
		}
		if holds {
			ids = append(ids, w.tpl.Resources[i].ID)
		}
	}
	return ids, nil
}

// properties evaluates and checks a resource's properties.
func (w *world) properties(r *template.Resource) (cfn.Properties, error) {
	v, err := w.env.Evaluate(r.Properties)
	if err != nil {
		return nil, err
	}
	members, ok := v.(map[string]any)
	if v != nil && !ok {
		return nil, &cfn.PropertyError{Message: "Properties validation failed for resource " + r.ID + ": Properties must be an object"}
	}
	return w.types[r.Type].Properties.Coerce(members)
}

// outputs evaluates the outputs whose condition holds.
func (w *world) outputs() ([]output, error) {
	var out []output
	for i := range w.tpl.Outputs {
		o := &w.tpl.Outputs[i]
		holds, err := w.env.Holds(o.Condition)
		if err != nil {
			return nil, err
		}
		if !holds {
			continue
		}
		value, _, err := w.env.Text(o.Value)
		if err != nil {
			return nil, err
		}
		export := ""
		if o.Export != nil {
			if export, _, err = w.env.Text(o.Export); err != nil {
				return nil, err
			}
		}
		out = append(out, output{o.ID, value, o.Description, export})
	}
	return out, nil
}

// masked hides the values of NoEcho parameters in properties that are shown.
func (w *world) masked(p json.RawMessage) json.RawMessage {
	text := string(p)
	for i := range w.tpl.Parameters {
		secret, ok := w.env.Params[w.tpl.Parameters[i].Name].(string)
		if !ok || !w.tpl.Parameters[i].NoEcho || secret == "" {
			continue
		}
		quoted, err := json.Marshal(secret)
		if err != nil {
			continue
		}
		text = strings.ReplaceAll(text, string(quoted[1:len(quoted)-1]), "****")
	}
	if !json.Valid([]byte(text)) {
		return nil
	}
	return json.RawMessage(text)
}
