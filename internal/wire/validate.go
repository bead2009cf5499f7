package wire

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
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
	for _, msg := range w.broken(sh, v) {
		w.report(path, printed(sh, v), w.secret(sh), "%s", msg)
	}
	switch sh.Kind {
	case Structure:
		w.structure(sh, v, path+".")
	case List:
		es := w.s.Shape(sh.Elem)
		for i := range v.Len() {
			e := v.Index(i)
			if !simple(es.Kind) {
				w.value(es, e, fmt.Sprintf("%s.%d.member", path, i+1))
			} else if w.broken(es, e) != nil {
				w.report(path, printed(sh, v), w.secret(sh), "Member must satisfy constraint: [%s]", w.constraints(es))
				break
			}
		}
	case Map:
		w.dict(sh, v, path)
	}
}

func (w *walker) dict(sh *Shape, v reflect.Value, path string) {
	ks, es := w.s.Shape(sh.Key), w.s.Shape(sh.Elem)
	secret := w.secret(sh)
	keys, values := true, true
	for _, k := range sortedKeys(v) {
		if keys && w.broken(ks, reflect.ValueOf(k)) != nil {
			keys = false
			w.report(path, printed(sh, v), secret, "Map keys must satisfy constraint: [%s]", w.constraints(ks))
		}
		e := v.MapIndex(reflect.ValueOf(k))
		if es.Kind != Structure && values && w.broken(es, e) != nil {
			values = false
			w.report(path, printed(sh, v), secret, "Map value must satisfy constraint: [%s]", w.constraints(es))
			continue
		}
		switch es.Kind {
		case Structure:
			w.value(es, e, path+"."+k+".member")
		case List, Map:
			w.inside(es, e, path+"."+k+".member")
		}
	}
}

// inside checks what a list or map holds, but not its own length.
func (w *walker) inside(sh *Shape, v reflect.Value, path string) {
	unbound := *sh
	unbound.Flags &^= HasMin | HasMax
	w.value(&unbound, v, path)
}

// secret reports whether what printed shows of a shape must not be shown.
func (w *walker) secret(sh *Shape) bool {
	switch {
	case sh.Has(Sensitive):
		return true
	case sh.Kind == List:
		return w.secret(w.s.Shape(sh.Elem))
	case sh.Kind == Map:
		return w.secret(w.s.Shape(sh.Key)) || w.secret(w.s.Shape(sh.Elem))
	}
	return false
}

func simple(k Kind) bool { return k != Structure && k != List && k != Map }

// broken returns the sentence of each constraint of the shape that v breaks.
func (w *walker) broken(sh *Shape, v reflect.Value) []string {
	switch sh.Kind {
	case String:
		s := v.String()
		if len(sh.Enum) > 0 {
			if slices.Contains(sh.Enum, s) {
				return nil
			}
			return []string{enumeration(sh)}
		}
		var found []string
		if sh.Pattern != "" && !w.val.matches(sh, s) {
			found = append(found, expression(sh))
		}
		return append(found, length(sh, utf8.RuneCountInString(s))...)
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
	return nil
}

// constraints lists all that a shape asks, as AWS does where an element of a
// list or map breaks one of them.
func (w *walker) constraints(sh *Shape) string {
	var all []string
	switch {
	case len(sh.Enum) > 0:
		all = append(all, enumeration(sh))
	case numeric(sh.Kind):
		if sh.Has(HasMax) {
			all = append(all, atMost("value", sh))
		}
		if sh.Has(HasMin) {
			all = append(all, atLeast("value", sh))
		}
	default:
		if sh.Has(HasMax) {
			all = append(all, atMost("length", sh))
		}
		if sh.Has(HasMin) {
			all = append(all, atLeast("length", sh))
		}
		if sh.Pattern != "" {
			all = append(all, expression(sh))
		}
	}
	if w.s.ElementsNotNull {
		all = append(all, "Member must not be null")
	}
	return strings.Join(all, ", ")
}

func numeric(k Kind) bool { return k == Integer || k == Long || k == Float || k == Double }

func enumeration(sh *Shape) string {
	return "Member must satisfy enum value set: [" + strings.Join(sh.Enum, ", ") + "]"
}

func expression(sh *Shape) string {
	if sh.Stated != "" {
		return "Member must satisfy regular expression pattern: " + sh.Stated
	}
	return "Member must satisfy regular expression pattern: " + sh.Pattern
}

func atMost(what string, sh *Shape) string {
	return "Member must have " + what + " less than or equal to " + number(sh.Kind, sh.Max)
}

func atLeast(what string, sh *Shape) string {
	return "Member must have " + what + " greater than or equal to " + number(sh.Kind, sh.Min)
}

func length(sh *Shape, n int) []string {
	if sh.Has(HasMin) && float64(n) < sh.Min {
		return []string{atLeast("length", sh)}
	}
	if sh.Has(HasMax) && float64(n) > sh.Max {
		return []string{atMost("length", sh)}
	}
	return nil
}

func span(sh *Shape, x float64) []string {
	if sh.Has(HasMin) && !(x >= sh.Min) { // NaN is in no range
		return []string{atLeast("value", sh)}
	}
	if sh.Has(HasMax) && !(x <= sh.Max) {
		return []string{atMost("value", sh)}
	}
	return nil
}

// number writes a bound or a value as Java does: 900, and 1.0 for a double.
func number(k Kind, x float64) string {
	s := string(appendFloat(nil, x, 64, false))
	if (k == Float || k == Double) && x == math.Trunc(x) && math.Abs(x) < 1e21 {
		s += ".0"
	}
	return s
}

// matches reports whether the whole of text matches the shape's pattern. As in
// Java, a dot is no newline unless the pattern says (?s). The generator has made
// sure that the patterns compile.
func (val *Validator) matches(sh *Shape, text string) bool {
	return val.compiled(`^(?:`+sh.Pattern+`)\z`).MatchString(text) &&
		(sh.Not == "" || !val.compiled(sh.Not).MatchString(text))
}

func (val *Validator) compiled(pattern string) *regexp.Regexp {
	re, ok := val.patterns.Load(pattern)
	if !ok {
		re, _ = val.patterns.LoadOrStore(pattern, regexp.MustCompile(pattern))
	}
	return re.(*regexp.Regexp)
}

// printed is how AWS's sentence shows a value: as Java's toString does.
func printed(sh *Shape, v reflect.Value) string {
	switch sh.Kind {
	case Integer, Long:
		return fmt.Sprintf("'%d'", v.Int())
	case Float, Double:
		return "'" + number(sh.Kind, v.Float()) + "'"
	case List:
		return "'" + joined(v) + "'"
	case Map:
		return "'" + entries(v) + "'"
	case String:
		return "'" + v.String() + "'"
	}
	return "''"
}

// joined shows a list of scalars. Structures have no form of their own that a
// client could know, and are left out.
func joined(v reflect.Value) string {
	parts := make([]string, 0, v.Len())
	for i := range v.Len() {
		if e := v.Index(i); e.Kind() != reflect.Struct {
			parts = append(parts, scalar(e))
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func entries(v reflect.Value) string {
	parts := make([]string, 0, v.Len())
	for _, k := range sortedKeys(v) {
		text := ""
		switch e := v.MapIndex(reflect.ValueOf(k)); e.Kind() {
		case reflect.Struct:
		case reflect.Slice:
			text = joined(e)
		case reflect.Map:
			text = entries(e)
		default:
			text = scalar(e)
		}
		parts = append(parts, k+"="+text)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func scalar(v reflect.Value) string {
	if v.CanFloat() {
		return number(Double, v.Float())
	}
	return fmt.Sprint(v)
}
