package policy

import (
	"slices"
	"strings"
)

// PrincipalType says what kind of caller a Principal is.
type PrincipalType uint8

const (
	Unknown       PrincipalType = iota // matches nothing, is allowed nothing
	Root                               // an account's root user
	User                               // an IAM user, with or without GetSessionToken
	AssumedRole                        // a session of a role
	FederatedUser                      // a session of GetFederationToken
	WebIdentity                        // a caller of AssumeRoleWithWebIdentity, before it has a session
	SAML                               // a caller of AssumeRoleWithSAML, before it has a session
	Service                            // an AWS service acting for itself
	Anonymous                          // a caller without credentials
)

// Principal is who calls.
type Principal struct {
	Type PrincipalType
	// ARN: arn:aws:iam::A:root, arn:aws:iam::A:user/path/N,
	// arn:aws:sts::A:assumed-role/R/S, arn:aws:sts::A:federated-user/N, or
	// the ARN of the identity provider.
	ARN string
	// Account is the twelve digits of the account that ARN is in.
	Account string
	// UserID is what aws:userid has: AIDA..., or AROA...:session.
	UserID string
	// RoleARN is the role of an assumed-role session, with its path.
	RoleARN string
	// UserARN is the user whose keys made a federated user.
	UserARN string
	// Service is the service's name: "apigateway.amazonaws.com".
	Service string
	// Provider is what a Federated principal names: the ARN of the OIDC or
	// SAML provider, or a well-known one such as cognito-identity.amazonaws.com.
	Provider string
}

// hasIdentity reports whether identity policies speak for the caller.
func (p *Principal) hasIdentity() bool {
	switch p.Type {
	case Root, User, AssumedRole, FederatedUser:
		return true
	}
	return false
}

// isRoot reports whether nothing but denies and limits hold the caller back:
// the root user, or a federated user that the root user's keys made.
func (p *Principal) isRoot() bool {
	return p.Type == Root || p.Type == FederatedUser && strings.HasSuffix(p.UserARN, ":root")
}

// name is what AWS's sentences call the caller.
func (p *Principal) name() string {
	switch {
	case p.Type == Anonymous:
		return "anonymous"
	case p.Type == Service:
		return p.Service
	case p.ARN == "":
		return p.Provider
	}
	return p.ARN
}

// grant is how narrowly a statement names the caller. Within an account it
// decides what else must allow: see Evaluate.
type grant uint8

const (
	noGrant      grant = iota
	accountGrant       // the account, which delegates to its own policies
	roleGrant          // the role of a session or the user of a federated user
	directGrant        // the caller itself, or everyone
)

// principalSet is a Principal or NotPrincipal element.
type principalSet struct {
	everyone  bool
	accounts  []string
	arns      []string
	ids       []string // unique ids: AIDA..., AROA...
	services  []string
	federated []string
	canonical []string // CanonicalUser, an S3 id; Gatehouse has none, so they name nobody
}

// match says how narrowly the set names the caller. A Deny for everyone hits
// whoever calls. An Allow for everyone is for callers with an identity, and in
// resource policies also for services and anonymous callers; who signs in at
// an identity provider is only ever named by the provider.
func (s *principalSet) match(p *Principal, kind Kind, deny bool) grant {
	if s.everyone && deny {
		return directGrant
	}
	switch p.Type {
	case Anonymous:
		return directIf(s.everyone && kind != Trust)
	case Service:
		return directIf(s.everyone && kind != Trust || slices.Contains(s.services, p.Service))
	case WebIdentity, SAML:
		return directIf(slices.Contains(s.federated, p.Provider))
	case Root, User, AssumedRole, FederatedUser:
		return s.matchIdentity(p)
	}
	return noGrant
}

func (s *principalSet) matchIdentity(p *Principal) grant {
	if s.everyone || slices.Contains(s.arns, p.ARN) || p.UserID != "" && slices.Contains(s.ids, p.UserID) {
		return directGrant
	}
	inAccount := slices.Contains(s.accounts, p.Account)
	if p.Type == Root {
		return directIf(inAccount)
	}
	if s.namesIssuer(p) {
		return roleGrant
	}
	if inAccount {
		return accountGrant
	}
	return noGrant
}

// namesIssuer reports whether the role, or federating user, is named.
func (s *principalSet) namesIssuer(p *Principal) bool {
	switch p.Type {
	case AssumedRole:
		if p.RoleARN != "" && slices.Contains(s.arns, p.RoleARN) {
			return true
		}
		id, _, session := strings.Cut(p.UserID, ":")
		return session && slices.Contains(s.ids, id)
	case FederatedUser:
		return p.UserARN != "" && slices.Contains(s.arns, p.UserARN)
	}
	return false
}

// spares reports whether a NotPrincipal leaves the caller out. AWS checks the
// account, then the role, then the session, so each of them must be listed
// ("AWS JSON policy elements: NotPrincipal").
func (s *principalSet) spares(p *Principal) bool {
	if s.everyone {
		return true
	}
	switch p.Type {
	case Root:
		return slices.Contains(s.accounts, p.Account)
	case User:
		return slices.Contains(s.accounts, p.Account) && s.matchIdentity(p) == directGrant
	case AssumedRole, FederatedUser:
		return slices.Contains(s.accounts, p.Account) && s.namesIssuer(p) && s.matchIdentity(p) == directGrant
	}
	return s.match(p, Resource, true) == directGrant
}

func directIf(ok bool) grant {
	if ok {
		return directGrant
	}
	return noGrant
}
