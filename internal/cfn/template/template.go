package template

import (
	"regexp"
	"strings"
)

// Limits of a template (CloudFormation quotas).
const (
	maxResources  = 500
	maxParameters = 200
	maxOutputs    = 200
	maxMappings   = 200
	maxText       = 1024 // description, bytes
)

// Template is a template that is well-formed in itself.
type Template struct {
	Description string
	Metadata    *Node
	Parameters  []Parameter
	Mappings    *Node // nil or a Map of Maps of Maps
	Conditions  []Condition
	Resources   []Resource
	Outputs     []Output
}

// Condition is a named condition.
type Condition struct {
	Name string
	Expr *Node
}

// Resource is a resource as the template states it.
type Resource struct {
	ID         string
	Type       string
	Line       int
	Properties *Node // nil or a Map
	DependsOn  []string
	Condition  string
	// DeletionPolicy and UpdateReplacePolicy are Delete where not given.
	DeletionPolicy, UpdateReplacePolicy string
	Metadata                            *Node
}

// Output is a value that the stack shows.
type Output struct {
	ID, Description, Condition string
	Value                      *Node
	Export                     *Node // the name; nil where it is not exported
}

var logicalID = regexp.MustCompile(`^[A-Za-z0-9]{1,255}$`)

// Read parses and checks a template. Whether its types, attributes and
// references exist is checked by Check.
func Read(body []byte) (*Template, error) {
	root, err := Parse(body)
	if err != nil {
		return nil, err
	}
	return FromNode(root)
}

// FromNode checks a template that is parsed.
func FromNode(root *Node) (*Template, error) {
	if at := findNull(root, ""); at != "" {
		return nil, formatError("[%s] 'null' values are not allowed in templates", at)
	}
	t := &Template{}
	var unknown []string
	for _, f := range root.Fields {
		var err error
		switch f.Name {
		case "AWSTemplateFormatVersion":
			if f.Value.Text != "2010-09-09" {
				err = formatError("Unsupported template format version %q (line %d)", f.Value.Text, f.Line)
			}
		case "Description":
			if t.Description = f.Value.Text; f.Value.Kind != String || len(t.Description) > maxText {
				err = formatError("'Description' length is greater than 1024 or it is no text.")
			}
		case "Metadata":
			t.Metadata, err = f.Value, wantMap(f)
		case "Parameters":
			err = t.readParameters(f)
		case "Mappings":
			err = t.readMappings(f)
		case "Conditions":
			err = t.readConditions(f)
		case "Resources":
			err = t.readResources(f)
		case "Outputs":
			err = t.readOutputs(f)
		case "Transform", "Rules", "Hooks":
			err = formatError("Gatehouse does not support the section %s (line %d)", f.Name, f.Line)
		default:
			unknown = append(unknown, f.Name)
		}
		if err != nil {
			return nil, err
		}
	}
	if unknown != nil {
		return nil, errf("Invalid template property or properties [%s]", strings.Join(unknown, ", "))
	}
	if len(t.Resources) == 0 {
		return nil, formatError("At least one Resources member must be defined.")
	}
	return t, nil
}

func wantMap(f Field) error {
	if f.Value.Kind != Map {
		return formatError("%s must be an object (line %d)", f.Name, f.Line)
	}
	return nil
}

func findNull(n *Node, path string) string {
	switch n.Kind {
	case Null:
		return path
	case List:
		for _, item := range n.Items {
			if at := findNull(item, path); at != "" {
				return at
			}
		}
	case Map:
		for _, f := range n.Fields {
			if at := findNull(f.Value, path+"/"+f.Name); at != "" {
				return at
			}
		}
	}
	return ""
}

func (t *Template) readMappings(section Field) error {
	if err := wantMap(section); err != nil {
		return err
	}
	if len(section.Value.Fields) > maxMappings {
		return formatError("Number of mappings, %d, is greater than maximum allowed, %d", len(section.Value.Fields), maxMappings)
	}
	for _, m := range section.Value.Fields {
		if !logicalID.MatchString(m.Name) {
			return formatError("Mappings name '%s' is non alphanumeric.", m.Name)
		}
		for _, top := range m.Value.Fields {
			for _, second := range top.Value.Fields {
				if v := second.Value; !v.scalar() && v.Kind != List {
					return formatError("Every Mappings attribute must be a String or a List. (line %d)", second.Line)
				}
			}
			if err := wantMap(top); err != nil {
				return err
			}
		}
		if err := wantMap(m); err != nil {
			return formatError("Every Mappings member %s must be a map (line %d)", m.Name, m.Line)
		}
	}
	t.Mappings = section.Value
	return nil
}

func (t *Template) readConditions(section Field) error {
	if err := wantMap(section); err != nil {
		return err
	}
	for _, c := range section.Value.Fields {
		if c.Value.Kind != Map || len(c.Value.Fields) != 1 {
			return formatError("Every Conditions member must be a condition function (line %d)", c.Line)
		}
		t.Conditions = append(t.Conditions, Condition{c.Name, c.Value})
	}
	return nil
}

// Resource returns the resource with the logical id, or nil.
func (t *Template) Resource(id string) *Resource {
	for i := range t.Resources {
		if t.Resources[i].ID == id {
			return &t.Resources[i]
		}
	}
	return nil
}

// Parameter returns the parameter with the name, or nil.
func (t *Template) Parameter(name string) *Parameter {
	for i := range t.Parameters {
		if t.Parameters[i].Name == name {
			return &t.Parameters[i]
		}
	}
	return nil
}

func (t *Template) condition(name string) *Node {
	for _, c := range t.Conditions {
		if c.Name == name {
			return c.Expr
		}
	}
	return nil
}
