package template

// Policies that say what becomes of a resource that the stack gives up.
const (
	Delete               = "Delete"
	Retain               = "Retain"
	RetainExceptOnCreate = "RetainExceptOnCreate"
)

func (t *Template) readResources(section Field) error {
	if err := wantMap(section); err != nil {
		return err
	}
	if n := len(section.Value.Fields); n > maxResources {
		return formatError("Number of resources, %d, is greater than maximum allowed, %d", n, maxResources)
	}
	for _, f := range section.Value.Fields {
		r, err := readResource(f)
		if err != nil {
			return err
		}
		t.Resources = append(t.Resources, r)
	}
	return nil
}

func readResource(f Field) (Resource, error) {
	r := Resource{ID: f.Name, Line: f.Line, DeletionPolicy: Delete, UpdateReplacePolicy: Delete}
	if !logicalID.MatchString(f.Name) {
		return r, formatError("Resource name %s is non alphanumeric.", f.Name)
	}
	if f.Value.Kind != Map {
		return r, formatError("[/Resources/%s] resource definition is malformed", f.Name)
	}
	for _, a := range f.Value.Fields {
		ok := true
		switch a.Name {
		case "Type":
			r.Type, ok = a.Value.Text, a.Value.Kind == String
		case "Properties":
			r.Properties, ok = a.Value, a.Value.Kind == Map
		case "DependsOn":
			r.DependsOn, ok = texts(a.Value)
		case "Condition":
			r.Condition, ok = a.Value.Text, a.Value.Kind == String
		case "DeletionPolicy":
			r.DeletionPolicy, ok = a.Value.Text, policyKnown(a.Value, true)
		case "UpdateReplacePolicy":
			r.UpdateReplacePolicy, ok = a.Value.Text, policyKnown(a.Value, false)
		case "Metadata":
			r.Metadata, ok = a.Value, a.Value.Kind == Map
		default:
			return r, errf("Invalid template resource property '%s'", a.Name)
		}
		if !ok {
			return r, formatError("[/Resources/%s/%s] has an invalid value (line %d)", f.Name, a.Name, a.Line)
		}
	}
	if r.Type == "" {
		return r, formatError("[/Resources/%s] Every Resources object must contain a Type member.", f.Name)
	}
	return r, nil
}

func policyKnown(n *Node, onDelete bool) bool {
	return n.Kind == String && (n.Text == Delete || n.Text == Retain || onDelete && n.Text == RetainExceptOnCreate)
}

// texts reads a text or a list of them.
func texts(n *Node) ([]string, bool) {
	if n.Kind == String {
		return []string{n.Text}, true
	}
	if n.Kind != List {
		return nil, false
	}
	var out []string
	for _, item := range n.Items {
		if item.Kind != String {
			return nil, false
		}
		out = append(out, item.Text)
	}
	return out, true
}

func (t *Template) readOutputs(section Field) error {
	if err := wantMap(section); err != nil {
		return err
	}
	if n := len(section.Value.Fields); n > maxOutputs {
		return formatError("Number of outputs, %d, is greater than maximum allowed, %d", n, maxOutputs)
	}
	for _, f := range section.Value.Fields {
		o := Output{ID: f.Name}
		if !logicalID.MatchString(f.Name) {
			return formatError("Output name %s is non alphanumeric.", f.Name)
		}
		if f.Value.Kind != Map {
			return formatError("Output %s is malformed (line %d)", f.Name, f.Line)
		}
		for _, a := range f.Value.Fields {
			ok := true
			switch a.Name {
			case "Value":
				o.Value = a.Value
			case "Description":
				o.Description, ok = a.Value.Text, a.Value.Kind == String
			case "Condition":
				o.Condition, ok = a.Value.Text, a.Value.Kind == String
			case "Export":
				o.Export = a.Value.Get("Name")
				ok = o.Export != nil && len(a.Value.Fields) == 1
			default:
				return errf("Invalid template output property '%s'", a.Name)
			}
			if !ok {
				return formatError("Output %s is malformed (line %d)", f.Name, a.Line)
			}
		}
		if o.Value == nil {
			return formatError("Every Outputs member must contain a Value object")
		}
		t.Outputs = append(t.Outputs, o)
	}
	return nil
}
