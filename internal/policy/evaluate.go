package policy

// Evaluate decides a request. An explicit Deny in any policy wins. Without
// one, what must allow depends on the accounts and on whom a resource policy
// names ("Policy evaluation logic"):
//
//   - Within one account, identity policies that allow suffice if the
//     boundary and the session policy, where there are any, allow as well.
//   - A resource policy of the same account that names the user, the session
//     or everyone suffices alone. If it names the role of a session (or the
//     user behind a federated user), boundary and session policy still limit.
//     If it names the account, it delegates to the account's own policies.
//   - Across accounts, the caller's side and the resource policy must allow.
//   - A role's trust policy (and a KMS key policy) must always allow.
//   - Root needs no identity policy. Services, anonymous callers and web
//     identities have none: a resource policy must allow.
func Evaluate(req *Request, set *Set) Decision {
	var identity, boundary, session, resource finding
	if identity.search(req, set.Identity, set.HasBoundary) ||
		resource.search(req, set.Resource, set.HasBoundary) ||
		boundary.search(req, set.Boundary, set.HasBoundary) ||
		session.search(req, set.Session, set.HasBoundary) {
		switch {
		case identity.denied:
			return identity.decision(ByIdentity)
		case resource.denied:
			return resource.decision(resourceReason(set))
		case boundary.denied:
			return boundary.decision(ByBoundary)
		}
		return session.decision(BySession)
	}

	if !req.Principal.hasIdentity() {
		if resource.grant != noGrant {
			return resource.decision(resourceReason(set))
		}
		return Decision{Reason: resourceReason(set), Statement: -1}
	}

	cross := req.crossAccount()
	if !cross && resource.grant == directGrant {
		return resource.decision(resourceReason(set))
	}
	bounded := set.HasBoundary && boundary.grant == noGrant
	narrowed := set.HasSession && session.grant == noGrant
	byRole := !cross && resource.grant == roleGrant
	root := req.Principal.isRoot()
	switch {
	case !root && !byRole && identity.grant == noGrant:
		if required(set) && resource.grant == noGrant {
			return Decision{Reason: resourceReason(set), Statement: -1}
		}
		return Decision{Reason: ByIdentity, Statement: -1}
	case bounded:
		return Decision{Reason: ByBoundary, Statement: -1}
	case narrowed:
		return Decision{Reason: BySession, Statement: -1}
	case (cross || required(set)) && resource.grant == noGrant:
		return Decision{Reason: resourceReason(set), Statement: -1}
	case byRole && identity.grant == noGrant:
		return resource.decision(resourceReason(set))
	case root && identity.grant == noGrant:
		return Decision{Allowed: true, Reason: ByRoot, Statement: -1}
	}
	return identity.decision(ByIdentity)
}

// required reports whether the resource's own policy must allow.
func required(set *Set) bool {
	return set.ResourceRequired || resourceReason(set) == ByTrust
}

func resourceReason(set *Set) Reason {
	for i := range set.Resource {
		if d := set.Resource[i].Doc; d != nil && d.kind == Trust {
			return ByTrust
		}
	}
	return ByResource
}

// finding is what the policies of one kind say.
type finding struct {
	denied    bool
	grant     grant // the strongest of the Allow statements
	source    *Source
	statement int
}

// search looks for a Deny, and meanwhile for the strongest Allow. It reports
// whether there is a Deny.
func (f *finding) search(req *Request, sources []Source, bounded bool) bool {
	for i := range sources {
		doc := sources[i].Doc
		if doc == nil {
			continue
		}
		for j := range doc.statements {
			s := &doc.statements[j]
			if !s.deny && f.grant == directGrant {
				continue
			}
			g := s.match(doc.kind, req, bounded)
			if g == noGrant {
				continue
			}
			if s.deny {
				*f = finding{denied: true, source: &sources[i], statement: j}
				return true
			}
			if g > f.grant {
				f.grant, f.source, f.statement = g, &sources[i], j
			}
		}
	}
	return false
}

func (f *finding) decision(r Reason) Decision {
	return Decision{Allowed: !f.denied, Explicit: f.denied, Reason: r,
		Source: f.source.Name, SourceKind: f.source.Kind,
		Statement: f.statement, Sid: f.source.Doc.statements[f.statement].sid}
}
