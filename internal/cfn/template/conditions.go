package template

// Holds evaluates a named condition; "" always holds.
func (e *Env) Holds(name string) (bool, error) {
	if name == "" {
		return true, nil
	}
	return e.holds(name, 0)
}

func (e *Env) holds(name string, depth int) (bool, error) {
	expr := e.Template.condition(name)
	if expr == nil {
		return false, formatError("Unresolved condition dependency %s in the Conditions block of the template", name)
	}
	// Conditions that name each other would never end.
	if depth > len(e.Template.Conditions) {
		return false, formatError("Circular dependency between conditions: %s", name)
	}
	return e.boolean(expr, depth)
}

func (e *Env) boolean(n *Node, depth int) (bool, error) {
	if n.Kind == Map && len(n.Fields) == 1 {
		arg := n.Fields[0].Value
		switch n.Fields[0].Name {
		case "Condition":
			return e.holds(arg.Text, depth+1)
		case "Fn::And", "Fn::Or":
			and := n.Fields[0].Name == "Fn::And"
			if len(arg.Items) < 2 || len(arg.Items) > 10 {
				return false, errf("Template error: every %s object requires a list of at least 2 and at most 10 boolean parameters.", n.Fields[0].Name)
			}
			result := and
			for _, item := range arg.Items {
				v, err := e.boolean(item, depth)
				if err != nil {
					return false, err
				}
				if and {
					result = result && v
				} else {
					result = result || v
				}
			}
			return result, nil
		case "Fn::Not":
			if len(arg.Items) != 1 {
				return false, errf("Template error: every Fn::Not object requires one boolean parameter.")
			}
			v, err := e.boolean(arg.Items[0], depth)
			return !v, err
		case "Fn::Equals":
			return e.equals(arg)
		}
	}
	return false, formatError("Every Conditions member must be a condition function (line %d)", n.Line)
}

func (e *Env) equals(arg *Node) (bool, error) {
	if len(arg.Items) != 2 {
		return false, errf("Template error: every Fn::Equals object requires a list of two string parameters.")
	}
	var texts [2]string
	for i, item := range arg.Items {
		v, err := e.Evaluate(item)
		if err != nil {
			return false, err
		}
		s, ok := textOf(v)
		if !ok {
			return false, errf("Template error: every Fn::Equals object requires a list of two string parameters.")
		}
		texts[i] = s
	}
	return texts[0] == texts[1], nil
}
