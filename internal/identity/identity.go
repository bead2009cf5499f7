package identity

import (
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// Role is a role as those who assume it see it. It is immutable.
type Role struct {
	ID         string // AROA...
	Name       string
	ARN        string // with the path
	Account    string
	MaxSession time.Duration
	Trust      *policy.Document
	Tags       map[string]string
}

// Provider is an OIDC identity provider that IAM trusts.
type Provider struct {
	ARN         string
	URL         string // the issuer, without https://
	ClientIDs   []string
	Thumbprints []string // SHA-1 of a certificate of the issuer's chain, hex
}

// Kind is what made a session.
type Kind string

const (
	AssumedRole  Kind = "role"
	UserSession  Kind = "user" // GetSessionToken
	Federation   Kind = "federated"
	RootSession  Kind = "root" // GetSessionToken of the root user
	maxTokenSize      = 16 << 10
)

// Session is what temporary credentials stand for. It is immutable.
type Session struct {
	Kind        Kind      `json:"k"`
	AccessKeyID string    `json:"a"`
	Secret      string    `json:"s"`
	Account     string    `json:"c"`
	Issued      time.Time `json:"i"`
	Expires     time.Time `json:"e"`
	// RoleID, RoleName and RoleARN are of an assumed role. A role that was
	// deleted and made anew has another ID, and its old sessions are worth nothing.
	RoleID   string `json:"ri,omitempty"`
	RoleName string `json:"rn,omitempty"`
	RoleARN  string `json:"ra,omitempty"`
	// Name is the role session's or the federated user's name.
	Name string `json:"n,omitempty"`
	// UserID and UserName are of the user behind a session of kind user or
	// federated; empty if that was the root user.
	UserID   string `json:"ui,omitempty"`
	UserName string `json:"un,omitempty"`
	UserARN  string `json:"ua,omitempty"`
	// Policy and PolicyARNs are the session policies; HasPolicy that there are any.
	HasPolicy  bool     `json:"hp,omitempty"`
	Policy     string   `json:"p,omitempty"`
	PolicyARNs []string `json:"pa,omitempty"`
	// Chained sessions were made by a role session: they last an hour at most.
	Chained        bool                `json:"ch,omitempty"`
	SourceIdentity string              `json:"si,omitempty"`
	Tags           map[string]string   `json:"t,omitempty"`
	Transitive     []string            `json:"tt,omitempty"`
	Keys           map[string][]string `json:"ck,omitempty"` // further condition keys, lower case
}
