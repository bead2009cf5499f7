package policy

// sourceDoc is a document as written: its shape is right, its meaning is not
// yet checked.
type sourceDoc struct {
	version    string // "" where absent
	statements []sourceStatement
}

type sourceStatement struct {
	sid          string
	effect       string // "" where absent
	action       element
	notAction    element
	resource     element
	notResource  element
	principal    *node
	notPrincipal *node
	conditions   []sourceCondition
}

// element is a list in a statement; one string is a list of one.
type element struct {
	present bool
	values  []string
}

type sourceCondition struct {
	operator string
	key      string
	values   []string
}

// shape checks the structure: known elements only, each of its JSON type.
func shape(root node) (sourceDoc, error) {
	var doc sourceDoc
	for _, m := range root.members {
		switch m.name {
		case "Version":
			if m.value.kind != stringNode {
				return doc, errStructure
			}
			doc.version = m.value.text
		case "Id":
			if m.value.kind != stringNode {
				return doc, errStructure
			}
		case "Statement":
			items := []node{m.value}
			if m.value.kind == arrayNode {
				items = m.value.items
			}
			for _, item := range items {
				s, err := shapeStatement(item)
				if err != nil {
					return doc, err
				}
				doc.statements = append(doc.statements, s)
			}
		default:
			return doc, errStructure
		}
	}
	return doc, nil
}

func shapeStatement(n node) (sourceStatement, error) {
	var s sourceStatement
	if n.kind != objectNode {
		return s, errStructure
	}
	for _, m := range n.members {
		ok := true
		switch m.name {
		case "Sid":
			s.sid, ok = m.value.text, m.value.kind == stringNode
		case "Effect":
			s.effect, ok = m.value.text, m.value.kind == stringNode
		case "Action":
			s.action, ok = shapeElement(m.value)
		case "NotAction":
			s.notAction, ok = shapeElement(m.value)
		case "Resource":
			s.resource, ok = shapeElement(m.value)
		case "NotResource":
			s.notResource, ok = shapeElement(m.value)
		case "Principal":
			s.principal = &m.value
		case "NotPrincipal":
			s.notPrincipal = &m.value
		case "Condition":
			s.conditions, ok = shapeConditions(m.value)
		default:
			ok = false
		}
		if !ok {
			return s, errStructure
		}
	}
	if s.action.present && s.notAction.present || s.resource.present && s.notResource.present ||
		s.principal != nil && s.notPrincipal != nil {
		return s, errStructure
	}
	return s, nil
}

func shapeElement(n node) (element, bool) {
	values, ok := n.strings()
	return element{present: true, values: values}, ok
}

// shapeConditions flattens operator -> key -> values. An operator without
// keys constrains nothing and is not looked at, whatever its name: so does IAM.
func shapeConditions(n node) ([]sourceCondition, bool) {
	if n.kind != objectNode {
		return nil, false
	}
	var out []sourceCondition
	for _, op := range n.members {
		if op.value.kind != objectNode {
			return nil, false
		}
		for _, key := range op.value.members {
			values, ok := key.value.scalars()
			if !ok || key.name == "" {
				return nil, false
			}
			if _, known := parseOperator(op.name); !known {
				return nil, false
			}
			out = append(out, sourceCondition{op.name, key.name, values})
		}
	}
	return out, true
}
