package apigateway

import (
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
)

// maxEdits bounds the operations of one patch.
const maxEdits = 1000

// patch is the table of what may be patched in an entity of type T (API
// Gateway API Reference, "Patch Operations").
type patch[T any] struct {
	slots []slot[T]
	// refuse words the refusal of a path that no slot takes, or not with this
	// op. allowed are the patterns that take the op, slot is the path's own
	// slot if there is one.
	refuse func(e edit, allowed []string, verbs []string) error
	// other takes the paths that no pattern describes.
	other func(t *T, e edit) error
}

// slot is one patchable place.
type slot[T any] struct {
	path  string // a JSON pointer; a segment "*" stands for any one
	verbs []string
	apply func(t *T, e edit) error
}

// edit is one operation as it reaches a slot.
type edit struct {
	op, from string
	path     *string  // as it was sent
	segments []string // of the path, unescaped
	args     []string // what the pattern's "*" stand for, unescaped
	value    *string
}

// text is the value, "" if there is none.
func (e edit) text() string { return str(e.value) }

// arg is what the first "*" stands for.
func (e edit) arg() string { return e.args[0] }

// at is the path for a sentence; AWS says null where there is none.
func (e edit) at() string {
	if e.path == nil {
		return "null"
	}
	return *e.path
}

var (
	onlyReplace      = []string{api.OpReplace}
	addReplaceRemove = []string{api.OpAdd, api.OpReplace, api.OpRemove}
)

// run applies the operations in order to t, which the caller throws away when
// an error comes back.
func (p patch[T]) run(t *T, ops []api.PatchOperation) error {
	if len(ops) > maxEdits {
		return api.BadRequestException("Too many patch operations specified. At most %d are allowed", maxEdits)
	}
	for i := range ops {
		e := edit{op: str(ops[i].Op), path: ops[i].Path, from: str(ops[i].From), value: ops[i].Value}
		if e.path != nil {
			e.segments = pointer(*e.path)
		}
		if err := p.one(t, e); err != nil {
			return err
		}
	}
	return nil
}

func (p patch[T]) one(t *T, e edit) error {
	for i := range p.slots {
		s := &p.slots[i]
		args, ok := matches(s.path, e.segments)
		if !ok {
			continue
		}
		if !slices.Contains(s.verbs, e.op) {
			return p.refuse(e, p.allowing(e.op), s.verbs)
		}
		e.args = args
		return s.apply(t, e)
	}
	if p.other != nil {
		return p.other(t, e)
	}
	return p.refuse(e, p.allowing(e.op), nil)
}

// allowing lists the patterns that take an op.
func (p patch[T]) allowing(op string) []string {
	var out []string
	for i := range p.slots {
		if slices.Contains(p.slots[i].verbs, op) {
			out = append(out, p.slots[i].path)
		}
	}
	return out
}

// pointer splits a JSON pointer (RFC 6901); nil if it is none.
func pointer(path string) []string {
	if !strings.HasPrefix(path, "/") || len(path) > 4096 {
		return nil
	}
	segments := strings.Split(path[1:], "/")
	for i, s := range segments {
		segments[i] = strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
	}
	return segments
}

// matches compares a pattern with segments and returns what its "*" stand for.
func matches(pattern string, segments []string) (args []string, ok bool) {
	rest := pattern[1:]
	for i, s := range segments {
		want, after, more := strings.Cut(rest, "/")
		switch {
		case want == "*" && s != "":
			args = append(args, s)
		case want != s:
			return nil, false
		}
		if last := i == len(segments)-1; last == more {
			return nil, false
		}
		rest = after
	}
	return args, segments != nil
}

// listing is the refusal of most entities: it lists what the op takes.
func listing(e edit, allowed, _ []string) error {
	if len(allowed) == 0 {
		return api.BadRequestException("Invalid patch path  '%s' specified for op '%s'. Please choose supported operations", e.at(), e.op)
	}
	return api.BadRequestException("Invalid patch path  '%s' specified for op '%s'. Must be one of: [%s]", e.at(), e.op, strings.Join(allowed, ", "))
}

// naming is the refusal of the older entities: it names the path, or the ops
// that the path takes.
func naming(e edit, _, verbs []string) error {
	if verbs == nil {
		return badPath(e)
	}
	return badVerb(verbs)
}

func badPath(e edit) *awserr.Error { return api.BadRequestException("Invalid patch path %s", e.at()) }

func badVerb(verbs []string) *awserr.Error {
	return api.BadRequestException("Invalid patch operation specified. Must be one of: [%s]", strings.Join(verbs, ", "))
}

// naked is the refusal of gateway responses: the path alone, whatever is wrong.
func naked(e edit, _, _ []string) error { return badPath(e) }
