package template

import (
	"slices"
	"strings"
)

// Types tells about resource types.
type Types interface {
	// Known reports whether there is a type of the name.
	Known(typeName string) bool
	// Attribute reports whether Fn::GetAtt may ask the type for the attribute.
	Attribute(typeName, attr string) bool
}

var pseudo = []string{"AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue", "AWS::Partition", "AWS::Region",
	"AWS::StackId", "AWS::StackName", "AWS::URLSuffix"}

// Check finds types, attributes, conditions and references that do not exist,
// and circular dependencies.
func (t *Template) Check(types Types) error {
	var unknown []string
	for _, r := range t.Resources {
		if !types.Known(r.Type) && !slices.Contains(unknown, r.Type) {
			unknown = append(unknown, r.Type)
		}
	}
	if unknown != nil {
		return formatError("Unrecognized resource types: [%s]", strings.Join(unknown, ", "))
	}
	if err := t.checkConditions(); err != nil {
		return err
	}
	for _, r := range t.Resources {
		if err := t.checkCondition(r.Condition, "Resources"); err != nil {
			return err
		}
		if err := t.checkReferences(types, r.Properties, "Resources"); err != nil {
			return err
		}
		for _, d := range r.DependsOn {
			if t.Resource(d) == nil {
				return formatError("Unresolved resource dependencies [%s] in the Resources block of the template", d)
			}
		}
	}
	for _, o := range t.Outputs {
		if err := t.checkCondition(o.Condition, "Outputs"); err != nil {
			return err
		}
		for _, n := range []*Node{o.Value, o.Export} {
			if err := t.checkReferences(types, n, "Outputs"); err != nil {
				return err
			}
		}
	}
	_, err := t.Graph()
	return err
}

func (t *Template) checkReferences(types Types, n *Node, block string) error {
	refs, err := references(n)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		r := t.Resource(ref.name)
		switch {
		case ref.attr == "" && (r != nil || t.Parameter(ref.name) != nil || slices.Contains(pseudo, ref.name)):
		case ref.attr == "":
			return formatError("Unresolved resource dependencies [%s] in the %s block of the template", ref.name, block)
		case r == nil:
			return errf("Template error: instance of Fn::GetAtt references undefined resource %s", ref.name)
		case !types.Attribute(r.Type, ref.attr):
			return errf("Template error: resource %s does not support attribute type %s in Fn::GetAtt", ref.name, ref.attr)
		}
	}
	return walk(n, func(name string, arg *Node, line int) error {
		switch {
		case name == "Fn::If" && arg.Kind == List && len(arg.Items) == 3 && arg.Items[0].Kind == String:
			return t.checkCondition(arg.Items[0].Text, block)
		case name == "Fn::If":
			return errf("Template error: Fn::If requires a list argument with three parameters: the condition name, value if true and value if false (line %d)", line)
		case name == "Fn::And" || name == "Fn::Or" || name == "Fn::Not" || name == "Fn::Equals":
			return formatError("%s is allowed in the Conditions block only (line %d)", name, line)
		}
		return nil
	})
}

func (t *Template) checkCondition(name, block string) error {
	if name != "" && t.condition(name) == nil {
		return formatError("Unresolved condition dependency %s in the %s block of the template", name, block)
	}
	return nil
}

func (t *Template) checkConditions() error {
	for _, c := range t.Conditions {
		refs, err := references(c.Expr)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			if ref.attr != "" || t.Parameter(ref.name) == nil && !slices.Contains(pseudo, ref.name) {
				return errf("Template error: Unresolved dependencies [%s]. Cannot reference resources in the Conditions block of the template", ref.name)
			}
		}
	}
	return nil
}
