package iam

import (
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
)

// identityRecord is what users, groups and roles have in common.
type identityRecord struct {
	Name     string
	Path     string
	ID       string
	Created  time.Time
	Tags     []api.Tag         `json:",omitempty"`
	Inline   map[string]string `json:",omitempty"` // policy name to document, as written
	Attached []string          `json:",omitempty"` // ARNs, in the order of attachment
	Boundary string            `json:",omitempty"` // ARN
}

type userRecord struct {
	identityRecord
	Groups []string          `json:",omitempty"` // names
	Keys   []accessKeyRecord `json:",omitempty"`
	Login  *loginRecord      `json:",omitempty"`
}

type accessKeyRecord struct {
	ID      string
	Secret  string
	Active  bool
	Created time.Time
}

// loginRecord is a console password, which is kept only as a hash.
type loginRecord struct {
	Hash          []byte
	Created       time.Time
	ResetRequired bool
}

type groupRecord struct{ identityRecord }

type roleRecord struct {
	identityRecord
	Trust string // document, as written
	// Trusted are the unique ids of whom Trust names, by the ARN there.
	Trusted     map[string]string `json:",omitempty"`
	Description *string
	MaxSession  int32 // seconds
	// ServiceLinked is the service whose role this is, such as
	// ops.apigateway.amazonaws.com; empty for ordinary roles.
	ServiceLinked string `json:",omitempty"`
}

// policyRecord is a customer managed policy.
type policyRecord struct {
	Name        string
	Path        string
	ID          string
	Description *string
	Created     time.Time
	Updated     time.Time
	Tags        []api.Tag `json:",omitempty"`
	Versions    []versionRecord
	Default     string // "v1"
	Next        int    // number of the next version
}

type versionRecord struct {
	ID       string
	Document string
	Created  time.Time
}

// document is the default version's.
func (p *policyRecord) document() string {
	for _, v := range p.Versions {
		if v.ID == p.Default {
			return v.Document
		}
	}
	return ""
}

type instanceProfileRecord struct {
	Name    string
	Path    string
	ID      string
	Created time.Time
	Tags    []api.Tag `json:",omitempty"`
	Role    string    `json:",omitempty"` // name
}

type providerRecord struct {
	URL         string // without https://
	ClientIDs   []string
	Thumbprints []string
	Tags        []api.Tag `json:",omitempty"`
	Created     time.Time
}

// accountRecord holds what an account has one of.
type accountRecord struct {
	Alias    string              `json:",omitempty"`
	Password *api.PasswordPolicy `json:",omitempty"`
}
