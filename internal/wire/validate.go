package wire

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
)

// Validator applies what a model states: required members, lengths, ranges,
// patterns, enums. It compiles each pattern once. The zero value is ready;
// it is safe for concurrent use.
type Validator struct {
	patterns sync.Map // string -> *regexp.Regexp
}

// maxViolations bounds the sentences of one answer.
const maxViolations = 20

// Validate returns an awserr.Error of kind Validation with AWS's sentence that
// lists each violation, or nil.
func (val *Validator) Validate(s *Service, op *Operation, in any) error {
	w := walker{val: val, s: s}
	w.structure(s.Shape(op.Input), reflect.ValueOf(in).Elem(), "")
	if len(w.found) == 0 {
		return nil
	}
	plural := ""
	if len(w.found) > 1 {
		plural = "s"
	}
	return awserr.Of(awserr.Validation, "%d validation error%s detected: %s", len(w.found), plural, strings.Join(w.found, "; "))
}

type walker struct {
	val   *Validator
	s     *Service
	found []string
}

func (w *walker) report(path, value string, sensitive bool, format string, args ...any) {
	if len(w.found) >= maxViolations {
		return
	}
	subject := "Value " + value
	if sensitive {
		subject = "Value"
	}
	w.found = append(w.found, fmt.Sprintf("%s at '%s' failed to satisfy constraint: %s", subject, path, fmt.Sprintf(format, args...)))
}

// lower makes AWS's path name of a member: its first letter in lower case.
func lower(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(r)) + name[n:]
}

func (w *walker) structure(sh *Shape, v reflect.Value, prefix string) {
	for i := range sh.Members {
		m := &sh.Members[i]
		f := v.Field(i)
		if absent(f) {
			if m.Has(Required) {
				w.report(prefix+lower(m.Name), "null", false, "Member must not be null")
			}
			continue
		}
		if m.Location == InURI && m.Has(Required) && f.Kind() == reflect.Pointer && f.Elem().Kind() == reflect.String && f.Elem().Len() == 0 {
			w.report(prefix+lower(m.Name), "''", false, "Member must have length greater than or equal to 1")
			continue
		}
		w.value(w.s.Shape(m.Ref), f, prefix+lower(m.Name))
	}
}

func (w *walker) value(sh *Shape, v reflect.Value, path string) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() == reflect.Interface {
		return // a stream
	}
	if msg := w.constraint(sh, v); msg != "" {
		w.report(path, printed(sh, v), sh.Has(Sensitive), "%s", msg)
	}
	switch sh.Kind {
	case Structure:
		w.structure(sh, v, path+".")
	case List:
		es := w.s.Shape(sh.Elem)
		for i := range v.Len() {
			e := v.Index(i)
			if simple(es.Kind) {
				if msg := w.constraint(es, e); msg != "" {
					w.report(path, printed(sh, v), es.Has(Sensitive), "Member must satisfy constraint: [%s]", msg)
					break
				}
				continue
			}
			w.value(es, e, fmt.Sprintf("%s.%d.member", path, i+1))
		}
	case Map:
		w.dict(sh, v, path)
	}
}

func (w *walker) dict(sh *Shape, v reflect.Value, path string) {
	ks, es := w.s.Shape(sh.Key), w.s.Shape(sh.Elem)
	for _, k := range sortedKeys(v) {
		if msg := w.constraint(ks, reflect.ValueOf(k)); msg != "" {
			w.report(path, "'"+k+"'", sh.Has(Sensitive) || ks.Has(Sensitive), "Map keys must satisfy constraint: [%s]", msg)
			return
		}
		e := v.MapIndex(reflect.ValueOf(k))
		if !simple(es.Kind) {
			w.value(es, e, path+"."+k+".member")
			continue
		}
		if msg := w.constraint(es, e); msg != "" {
			w.report(path, printed(es, e), sh.Has(Sensitive) || es.Has(Sensitive), "Map value must satisfy constraint: [%s]", msg)
			return
		}
	}
}

func simple(k Kind) bool { return k != Structure && k != List && k != Map }

// constraint returns the sentence of the first constraint that v breaks.
func (w *walker) constraint(sh *Shape, v reflect.Value) string {
	switch sh.Kind {
	case String:
		s := v.String()
		if len(sh.Enum) > 0 {
			for _, e := range sh.Enum {
				if e == s {
					return ""
				}
			}
			return "Member must satisfy enum value set: [" + strings.Join(sh.Enum, ", ") + "]"
		}
		if msg := length(sh, utf8.RuneCountInString(s)); msg != "" {
			return msg
		}
		if sh.Pattern != "" && !w.val.matches(sh.Pattern, s) {
			return "Member must satisfy regular expression pattern: " + sh.Pattern
		}
	case Blob:
		if v.Kind() == reflect.Slice {
			return length(sh, v.Len())
		}
	case List, Map:
		return length(sh, v.Len())
	case Integer, Long:
		return span(sh, float64(v.Int()))
	case Float, Double:
		return span(sh, v.Float())
	}
	return ""
}

func length(sh *Shape, n int) string {
	if sh.Has(HasMin) && float64(n) < sh.Min {
		return fmt.Sprintf("Member must have length greater than or equal to %.0f", sh.Min)
	}
	if sh.Has(HasMax) && float64(n) > sh.Max {
		return fmt.Sprintf("Member must have length less than or equal to %.0f", sh.Max)
	}
	return ""
}

func span(sh *Shape, x float64) string {
	if sh.Has(HasMin) && x < sh.Min {
		return "Member must have value greater than or equal to " + trimFloat(sh.Min)
	}
	if sh.Has(HasMax) && x > sh.Max {
		return "Member must have value less than or equal to " + trimFloat(sh.Max)
	}
	return ""
}

func trimFloat(x float64) string { return string(appendFloat(nil, x, 64, false)) }

// matches reports whether the whole of s matches the pattern. The generator
// has made sure that the pattern compiles.
func (val *Validator) matches(pattern, s string) bool {
	re, ok := val.patterns.Load(pattern)
	if !ok {
		c, err := regexp.Compile(`(?s)^(?:` + pattern + `)$`)
		if err != nil {
			return false
		}
		re, _ = val.patterns.LoadOrStore(pattern, c)
	}
	return re.(*regexp.Regexp).MatchString(s)
}

// printed is how AWS's sentence shows a value.
func printed(sh *Shape, v reflect.Value) string {
	switch sh.Kind {
	case Integer, Long:
		return fmt.Sprintf("'%d'", v.Int())
	case Float, Double:
		return "'" + trimFloat(v.Float()) + "'"
	case List:
		if v.Type().Elem().Kind() == reflect.String {
			parts := make([]string, v.Len())
			for i := range parts {
				parts[i] = v.Index(i).String()
			}
			return "'[" + strings.Join(parts, ", ") + "]'"
		}
		return "'[]'"
	case String:
		return "'" + v.String() + "'"
	}
	return "''"
}
