package policy

// statement is a compiled statement.
type statement struct {
	sid          string
	deny         bool
	notAction    bool
	notResource  bool
	notPrincipal bool
	anyResource  bool // no Resource element (trust policies), or "*"
	actions      []actionPattern
	resources    []template
	principals   principalSet
	conditions   []condition
}

func compileStatement(kind Kind, src sourceStatement, variables bool) (statement, error) {
	s := statement{sid: src.sid, deny: src.effect == "Deny",
		notAction: src.notAction.present, notResource: src.notResource.present, notPrincipal: src.notPrincipal != nil}
	for _, a := range append(src.action.values, src.notAction.values...) {
		s.actions = append(s.actions, compileAction(a))
	}
	s.anyResource = !src.resource.present && !src.notResource.present
	for _, r := range append(src.resource.values, src.notResource.values...) {
		if r == "*" && !s.notResource {
			s.anyResource = true
		}
		t, ok := compileTemplate(completeARN(r, variables), true, variables)
		if !ok {
			return s, errSyntax(kind)
		}
		s.resources = append(s.resources, t)
	}
	if kind.namesPrincipal() {
		n := src.principal
		if s.notPrincipal {
			n = src.notPrincipal
		}
		var err *MalformedError
		if s.principals, err = parsePrincipals(kind, *n); err != nil {
			return s, err
		}
	}
	for _, c := range src.conditions {
		compiled, ok := compileCondition(c, variables)
		if !ok {
			return s, errLegacy()
		}
		s.conditions = append(s.conditions, compiled)
	}
	return s, nil
}

func (s *statement) matchAction(action string) bool {
	return matchActions(s.actions, action) != s.notAction
}

func (s *statement) matchResource(req *Request) bool {
	if s.anyResource {
		return true
	}
	open := false
	for i := range s.resources {
		matched, resolved := s.resources[i].match(req.Resource, req.Keys)
		if matched {
			return !s.notResource
		}
		open = open || !resolved
	}
	// A name with a variable that has no value matches no resource. AWS does not
	// say that all but none are then allowed, so only a Deny applies.
	return s.notResource && (s.deny || !open)
}

// matchPrincipal gives directGrant for documents that name no principals: who
// they are attached to is the caller.
func (s *statement) matchPrincipal(kind Kind, req *Request, bounded bool) grant {
	if !kind.namesPrincipal() {
		return directGrant
	}
	if s.notPrincipal {
		// A Deny with NotPrincipal always hits who has a permissions
		// boundary ("Permissions boundaries for IAM entities", Important).
		return directIf(bounded || !s.principals.spares(&req.Principal))
	}
	return s.principals.match(&req.Principal, kind, s.deny)
}

func (s *statement) matchConditions(req *Request) bool {
	for i := range s.conditions {
		if !s.conditions[i].holds(req.Keys) {
			return false
		}
	}
	return true
}

// match applies the whole statement: noGrant where it does not apply.
func (s *statement) match(kind Kind, req *Request, bounded bool) grant {
	if !s.matchAction(req.Action) || !s.matchResource(req) {
		return noGrant
	}
	g := s.matchPrincipal(kind, req, bounded)
	if g == noGrant || !s.matchConditions(req) {
		return noGrant
	}
	return g
}
