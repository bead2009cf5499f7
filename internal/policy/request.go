package policy

import "strings"

// Request is what is to be decided.
type Request struct {
	// Action is service:Name, such as "sns:Publish", in any case.
	Action string
	// Resource is the ARN, or "*" for an action that has none.
	Resource  string
	Principal Principal
	// ResourceAccount owns the resource. Empty means the account in Resource,
	// or the caller's where that has none: S3 buckets, API Gateway's APIs and
	// the like need it set.
	ResourceAccount string
	// Keys is the request context; nil is an empty one.
	Keys Keys
}

// crossAccount reports whether caller and resource are in different accounts.
func (r *Request) crossAccount() bool {
	owner := r.ResourceAccount
	if owner == "" {
		owner = accountOf(r.Resource)
	}
	return owner != "" && owner != r.Principal.Account
}

// accountOf is the fifth part of an ARN, or "" where it is no account.
func accountOf(arn string) string {
	rest := arn
	for range 4 {
		_, after, found := strings.Cut(rest, ":")
		if !found {
			return ""
		}
		rest = after
	}
	if account, _, found := strings.Cut(rest, ":"); found && isAccount(account) {
		return account
	}
	return ""
}

// Source is one policy that applies, with the name by which it is explained.
type Source struct {
	// Name is the policy's ARN, "inline:NAME", or the resource's ARN.
	Name string
	// Kind says in the caller's words where it is from: "user", "group", "role".
	Kind string
	Doc  *Document
}

// Set is all the policies that apply to a request. A boundary or a session
// policy that exists limits even when it is empty, hence the Has fields.
type Set struct {
	Identity    []Source
	HasBoundary bool
	Boundary    []Source
	HasSession  bool
	Session     []Source
	Resource    []Source
	// ResourceRequired is set for resources that identity policies alone
	// never open: roles (implied by a Trust document) and KMS keys.
	ResourceRequired bool
}
