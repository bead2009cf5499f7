package iam

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// libraryJSON is path and name of a policy to its statements, written from
// what the AWS Managed Policy Reference says that each grants.
//
//go:embed library.json
var libraryJSON []byte

// library is AWS's managed policies, as far as Gatehouse knows them. It is
// immutable.
type library struct {
	arns     []string // sorted
	policies map[string]*libraryPolicy
	// nothing denies everything: it stands for what cannot be read.
	nothing *policy.Document
	// everything is what the root user may.
	everything *policy.Document
}

type libraryPolicy struct {
	record   policyRecord
	document *policy.Document
}

// libraryDate stands for the time when AWS's policies were made.
var libraryDate = time.Date(2015, time.February, 6, 18, 40, 58, 0, time.UTC)

func newLibrary() (*library, error) {
	var raw []struct {
		Path, Name, Description string
		Statement               json.RawMessage
	}
	if err := json.Unmarshal(libraryJSON, &raw); err != nil {
		return nil, fmt.Errorf("iam: policy library: %w", err)
	}
	l := &library{policies: make(map[string]*libraryPolicy, len(raw))}
	var err error
	if l.nothing, err = policy.Parse(policy.Identity, []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`)); err != nil {
		return nil, err
	}
	if l.everything, err = policy.Parse(policy.Identity, []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)); err != nil {
		return nil, err
	}
	for _, r := range raw {
		text := `{"Version":"2012-10-17","Statement":` + string(r.Statement) + `}`
		doc, err := policy.Parse(policy.Identity, []byte(text))
		if err != nil {
			return nil, fmt.Errorf("iam: policy library: %s: %w", r.Name, err)
		}
		a := "arn:aws:iam::aws:policy" + r.Path + r.Name
		l.arns = append(l.arns, a)
		l.policies[a] = &libraryPolicy{document: doc, record: policyRecord{Name: r.Name, Path: r.Path, ID: libraryID(a), Description: &r.Description,
			Created: libraryDate, Updated: libraryDate, Default: "v1", Versions: []versionRecord{{"v1", text, libraryDate}}}}
	}
	slices.Sort(l.arns)
	return l, nil
}

// libraryID makes the same id for the same policy every time.
func libraryID(arn string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	id := []byte("ANPA")
	h := uint64(14695981039346656037) // FNV-1a
	for i := range 17 {
		for j := range len(arn) {
			h = (h ^ uint64(arn[j])) * 1099511628211
		}
		h += uint64(i)
		id = append(id, alphabet[h>>59])
	}
	return string(id)
}

// document returns the compiled policy; nil if AWS has none of this ARN here.
func (l *library) document(arn string) *policy.Document {
	if p := l.policies[arn]; p != nil {
		return p.document
	}
	return nil
}

// policy returns a copy of the policy's record; nil if there is none.
func (l *library) policy(arn string) *policyRecord {
	if p := l.policies[arn]; p != nil {
		rec := p.record
		return &rec
	}
	return nil
}
