package template

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Types of parameters.
const (
	TypeString     = "String"
	TypeNumber     = "Number"
	TypeNumberList = "List<Number>"
	TypeList       = "CommaDelimitedList"
)

const maxParameterValue = 4096 // bytes

// Parameter is a declared parameter.
type Parameter struct {
	Name, Type, Description, ConstraintDescription string
	Default                                        *string
	NoEcho                                         bool
	AllowedValues                                  []string
	AllowedPattern                                 string

	pattern              *regexp.Regexp
	minLength, maxLength int
	minValue, maxValue   float64
}

func (t *Template) readParameters(section Field) error {
	if err := wantMap(section); err != nil {
		return err
	}
	if n := len(section.Value.Fields); n > maxParameters {
		return formatError("Number of parameters, %d, is greater than maximum allowed, %d", n, maxParameters)
	}
	for _, f := range section.Value.Fields {
		p, err := readParameter(f)
		if err != nil {
			return err
		}
		if p.Default != nil {
			if _, err := p.Value(*p.Default); err != nil {
				return err
			}
		}
		t.Parameters = append(t.Parameters, p)
	}
	return nil
}

func readParameter(f Field) (Parameter, error) {
	p := Parameter{Name: f.Name, maxLength: math.MaxInt, minValue: math.Inf(-1), maxValue: math.Inf(1)}
	if !logicalID.MatchString(f.Name) {
		return p, formatError("Parameter name %s is non alphanumeric.", f.Name)
	}
	if f.Value.Kind != Map {
		return p, formatError("Every Parameters object must be an object (line %d)", f.Line)
	}
	for _, a := range f.Value.Fields {
		v := a.Value
		var err error
		ok := v.scalar()
		switch a.Name {
		case "Type":
			p.Type = v.Text
		case "Description":
			p.Description = v.Text
		case "ConstraintDescription":
			p.ConstraintDescription = v.Text
		case "Default":
			p.Default = &v.Text
		case "NoEcho":
			p.NoEcho, err = strconv.ParseBool(v.Text)
		case "AllowedValues":
			ok = v.Kind == List
			for _, item := range v.Items {
				ok = ok && item.scalar()
				p.AllowedValues = append(p.AllowedValues, item.Text)
			}
		case "AllowedPattern":
			p.AllowedPattern = v.Text
			p.pattern, err = regexp.Compile("^(?:" + v.Text + ")$")
		case "MinLength":
			p.minLength, err = strconv.Atoi(v.Text)
		case "MaxLength":
			p.maxLength, err = strconv.Atoi(v.Text)
		case "MinValue":
			p.minValue, err = strconv.ParseFloat(v.Text, 64)
		case "MaxValue":
			p.maxValue, err = strconv.ParseFloat(v.Text, 64)
		default:
			return p, errf("Invalid template parameter property '%s'", a.Name)
		}
		if !ok || err != nil {
			return p, formatError("Parameter '%s' has an invalid %s (line %d)", f.Name, a.Name, a.Line)
		}
	}
	switch p.Type {
	case TypeString, TypeNumber, TypeNumberList, TypeList:
		return p, nil
	case "":
		return p, formatError("Every Parameters object must contain a Type member.")
	}
	return p, formatError("Unrecognized parameter type: %s", p.Type)
}

// Value checks a text against the parameter's constraints and gives its value:
// a string, or []any of strings for the lists.
func (p *Parameter) Value(text string) (any, error) {
	if len(text) > maxParameterValue {
		return nil, errf("Parameter '%s' is longer than %d bytes", p.Name, maxParameterValue)
	}
	values := []string{text}
	list := p.Type == TypeList || p.Type == TypeNumberList
	if list {
		values = strings.Split(text, ",")
		for i := range values {
			values[i] = strings.TrimSpace(values[i])
		}
	}
	var out []any
	for _, v := range values {
		if problem := p.check(v); problem != "" {
			if p.ConstraintDescription != "" {
				return nil, errf("Parameter %s failed to satisfy constraint: %s", p.Name, p.ConstraintDescription)
			}
			return nil, errf("Parameter '%s' %s", p.Name, problem)
		}
		out = append(out, v)
	}
	if !list {
		return text, nil
	}
	if text == "" {
		return []any{}, nil
	}
	return out, nil
}

func (p *Parameter) check(v string) string {
	if p.Type == TypeNumber || p.Type == TypeNumberList {
		n, err := strconv.ParseFloat(v, 64)
		switch {
		case err != nil || math.IsNaN(n) || math.IsInf(n, 0):
			return "must be a number"
		case n < p.minValue:
			return "must be a number no less than " + strconv.FormatFloat(p.minValue, 'f', -1, 64)
		case n > p.maxValue:
			return "must be a number no greater than " + strconv.FormatFloat(p.maxValue, 'f', -1, 64)
		}
	} else {
		n := utf8.RuneCountInString(v)
		switch {
		case n < p.minLength:
			return "must contain at least " + strconv.Itoa(p.minLength) + " characters"
		case n > p.maxLength:
			return "must contain at most " + strconv.Itoa(p.maxLength) + " characters"
		case p.pattern != nil && !p.pattern.MatchString(v):
			return "must match pattern " + p.AllowedPattern
		}
	}
	if p.AllowedValues != nil && !slices.Contains(p.AllowedValues, v) {
		return "must be one of AllowedValues"
	}
	return ""
}

// Resolve gives each parameter its value: the given one or the default.
func (t *Template) Resolve(given map[string]string) (map[string]any, error) {
	var unknown, missing []string
	for name := range given {
		if t.Parameter(name) == nil {
			unknown = append(unknown, name)
		}
	}
	if unknown != nil {
		slices.Sort(unknown)
		return nil, errf("Parameters: [%s] do not exist in the template", strings.Join(unknown, ", "))
	}
	out := map[string]any{}
	for i := range t.Parameters {
		p := &t.Parameters[i]
		text, ok := given[p.Name]
		switch {
		case !ok && p.Default == nil:
			missing = append(missing, p.Name)
			continue
		case !ok:
			text = *p.Default
		}
		v, err := p.Value(text)
		if err != nil {
			return nil, err
		}
		out[p.Name] = v
	}
	if missing != nil {
		return nil, errf("Parameters: [%s] must have values", strings.Join(missing, ", "))
	}
	return out, nil
}
