package policy

// Kind says what a document is attached to, and thereby which elements it may
// and must have.
type Kind uint8

const (
	Identity Kind = iota // users, groups, roles: no Principal, Resource required
	Boundary             // a permissions boundary: as Identity
	Session              // passed to AssumeRole or GetFederationToken: as Identity
	Resource             // a resource: Principal required
	Trust                // a role: Principal required, Resource forbidden, STS actions only
)

func (k Kind) String() string {
	switch k {
	case Identity:
		return "identity"
	case Boundary:
		return "boundary"
	case Session:
		return "session"
	case Resource:
		return "resource"
	case Trust:
		return "trust"
	}
	return "unknown"
}

// namesPrincipal reports whether documents of this kind say to whom they apply.
func (k Kind) namesPrincipal() bool { return k == Resource || k == Trust }

// The two versions of the language. Variables exist only in the later one.
const (
	version2008 = "2008-10-17"
	version2012 = "2012-10-17"
)
