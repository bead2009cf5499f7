package policy

import (
	"fmt"
	"strings"
)

// Match says whether and why one statement applied to a request.
type Match struct {
	Reason    Reason // the kind of policy that the statement is in
	Source    Source
	Statement int
	Sid       string
	Deny      bool
	Applies   bool
	// Failed is the element that kept it from applying: "Action", "Resource",
	// "Principal" or "Condition".
	Failed string
	// Operator and Key are of the first condition that did not hold.
	Operator, Key string
}

// Explain applies every statement to the request and reports on each, in the
// order in which Evaluate looks at them. It is for people and for the policy
// simulator's list of matched statements; Evaluate is what decides.
func Explain(req *Request, set *Set) []Match {
	var out []Match
	for _, layer := range set.layers() {
		for _, src := range layer.sources {
			if src.Doc == nil {
				continue
			}
			for i := range src.Doc.statements {
				m := src.Doc.statements[i].explain(src.Doc.kind, req, set.HasBoundary)
				m.Reason, m.Source, m.Statement = layer.reason, src, i
				out = append(out, m)
			}
		}
	}
	return out
}

type layer struct {
	reason  Reason
	sources []Source
}

func (set *Set) layers() [4]layer {
	return [4]layer{{ByIdentity, set.Identity}, {resourceReason(set), set.Resource},
		{ByBoundary, set.Boundary}, {BySession, set.Session}}
}

func (s *statement) explain(kind Kind, req *Request, bounded bool) Match {
	m := Match{Sid: s.sid, Deny: s.deny}
	switch {
	case !s.matchAction(req.Action):
		m.Failed = "Action"
	case !s.matchResource(req):
		m.Failed = "Resource"
	case s.matchPrincipal(kind, req, bounded) == noGrant:
		m.Failed = "Principal"
	default:
		for i := range s.conditions {
			if c := &s.conditions[i]; !c.holds(req.Keys) {
				m.Failed, m.Operator, m.Key = "Condition", c.text, c.name
				return m
			}
		}
		m.Applies = true
	}
	return m
}

// String is one line for a terminal.
func (m Match) String() string {
	effect := "Allow"
	if m.Deny {
		effect = "Deny"
	}
	s := fmt.Sprintf("%s %s#%d", m.Reason, m.Source.Name, m.Statement)
	if m.Sid != "" {
		s += "(" + m.Sid + ")"
	}
	switch {
	case m.Applies:
		return s + ": " + effect + " applies"
	case m.Key != "":
		return s + ": " + effect + " does not apply: Condition " + m.Operator + " " + m.Key
	}
	return s + ": " + effect + " does not apply: " + m.Failed
}

// MissingKeys gives the condition keys that the request lacks and that a
// statement needs which fits it otherwise (MissingContextValues of the policy
// simulator), without repetition, in order of appearance.
func MissingKeys(req *Request, set *Set) []string {
	var out []string
	seen := map[string]bool{}
	add := func(name string) {
		key := strings.ToLower(name)
		if _, ok := lookup(req.Keys, key); ok || seen[key] {
			return
		}
		seen[key] = true
		out = append(out, name)
	}
	for _, layer := range set.layers() {
		for _, src := range layer.sources {
			if src.Doc == nil {
				continue
			}
			for i := range src.Doc.statements {
				s := &src.Doc.statements[i]
				if s.matchAction(req.Action) && s.matchPrincipal(src.Doc.kind, req, set.HasBoundary) != noGrant {
					s.eachKey(add)
				}
			}
		}
	}
	return out
}
