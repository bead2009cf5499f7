package policy

// Reason is the kind of policy that decided.
type Reason uint8

const (
	ByIdentity Reason = iota
	ByBoundary
	BySession
	ByResource
	ByTrust
	ByRoot // no policy: the account's root user may
)

func (r Reason) String() string {
	switch r {
	case ByIdentity:
		return "identity-based policy"
	case ByBoundary:
		return "permissions boundary"
	case BySession:
		return "session policy"
	case ByResource:
		return "resource-based policy"
	case ByTrust:
		return "role trust policy"
	}
	return "root user"
}

// Decision is the outcome of Evaluate. The zero value is a denial.
type Decision struct {
	Allowed bool
	// Explicit is set when a Deny statement decided.
	Explicit bool
	// Reason is the kind of policy that allowed, denied, or failed to allow.
	Reason Reason
	// Source and SourceKind are of the policy whose statement decided; empty
	// when nothing allowed, or when root needed nothing.
	Source, SourceKind string
	// Statement is the index of that statement, or -1. Sid is its id.
	Statement int
	Sid       string
}

// Message is AWS's sentence for a denial ("Troubleshoot access denied error
// messages").
func (d Decision) Message(req *Request) string {
	s := "User: " + req.Principal.name() + " is not authorized to perform: " + req.Action
	if req.Resource != "" {
		s += " on resource: " + req.Resource
	}
	if !d.Explicit {
		return s + " because no " + d.Reason.String() + " allows the " + req.Action + " action"
	}
	switch d.Reason {
	case ByIdentity:
		return s + " with an explicit deny in an " + d.Reason.String()
	case ByTrust:
		return s + " with an explicit deny in the " + d.Reason.String()
	}
	return s + " with an explicit deny in a " + d.Reason.String()
}
