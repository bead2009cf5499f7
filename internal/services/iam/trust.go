package iam

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// A trust policy names users and roles by ARN but means them, not whoever gets
// their name later: IAM keeps their unique ids ("AWS JSON policy elements:
// Principal", IAM user and role principals). A record holds the document as it
// was written and, beside it, whom each ARN meant. What the document says now
// follows from both: the ARN that the same entity has today, or its bare id
// once it is gone.

// checkTrust refuses a malformed trust policy.
func checkTrust(document string) error {
	if err := checkDocument(policy.Trust, document); err != nil {
		return err
	}
	if weight(document) > maxTrustWeight {
		return api.LimitExceededException("Cannot exceed quota for ACLSizePerRole: %d", maxTrustWeight)
	}
	return nil
}

// resolveTrust finds the unique ids of the users and roles of this account
// that a trust policy names. One that does not exist is refused. Whether the
// principals of other accounts exist cannot be known here.
func (s *Service) resolveTrust(r kv.Reader, document string) (map[string]string, error) {
	ids := map[string]string{}
	for _, named := range awsPrincipals(document) {
		p := named.name
		id, own, err := s.principalID(r, p)
		if err != nil {
			return nil, err
		}
		if !own {
			continue
		}
		if id == "" {
			return nil, api.MalformedPolicyDocumentException("Invalid principal in policy: \"AWS\":\"%s\"", p)
		}
		if id != p {
			ids[p] = id
		}
	}
	return ids, nil
}

// principalID finds the id of a principal: "" if it does not exist. own is
// false for those that are not this account's to know.
func (s *Service) principalID(r kv.Reader, principal string) (id string, own bool, err error) {
	if strings.HasPrefix(principal, "AIDA") || strings.HasPrefix(principal, "AROA") {
		unique, _, _ := strings.Cut(principal, ":")
		all, err := s.records(r)
		if err != nil {
			return "", true, err
		}
		if slices.ContainsFunc(all.users, func(u userRecord) bool { return u.ID == unique }) ||
			slices.ContainsFunc(all.roles, func(r roleRecord) bool { return r.ID == unique }) {
			return principal, true, nil
		}
		return "", true, nil
	}
	a, err := arn.Parse(principal)
	if err != nil || a.Account != s.Account {
		return "", false, nil
	}
	kind, rest, _ := strings.Cut(a.Resource, "/")
	name := rest[strings.LastIndexByte(rest, '/')+1:]
	switch {
	case a.Service == "iam" && (kind == kindUser || kind == kindRole):
		rec, ok, err := kv.Load[identityRecord](r, entityKey(s.Account, kind, name))
		if !ok || err != nil || identityARN(s.Account, kind, rec.Path, rec.Name) != principal {
			return "", true, err
		}
		return rec.ID, true, nil
	case a.Service == "sts" && kind == "assumed-role":
		name, session, _ := strings.Cut(rest, "/")
		rec, ok, err := kv.Load[identityRecord](r, entityKey(s.Account, kindRole, name))
		if !ok || err != nil {
			return "", true, err
		}
		return rec.ID + ":" + session, true, nil
	}
	return "", false, nil
}

// currentTrust is what a role's trust policy says now; arns are of the users
// and roles that there are, by id. It is not ok if somebody whom it means is not
// named in it.
func currentTrust(rec *roleRecord, arns map[string]string) (text string, ok bool) {
	text = rec.Trust
	met := map[string]bool{}
	for _, named := range slices.Backward(awsPrincipals(text)) { // from the end, so that what comes before stays in place
		id, means := rec.Trusted[named.name]
		if !means {
			continue
		}
		met[named.name] = true
		now := id
		unique, _, session := strings.Cut(id, ":")
		if current, there := arns[unique]; there {
			now = current
			if session { // its role is there, under the only name it can have
				now = named.name
			}
		}
		if now != named.name {
			text = text[:named.start] + strconv.Quote(now) + text[named.end():]
		}
	}
	return text, len(met) == len(rec.Trusted)
}

// principal is a name in a trust policy.
type principal struct {
	span
	name string
}

// awsPrincipals lists what the statements of a checked trust policy name as
// AWS principals, in order.
func awsPrincipals(document string) []principal {
	var out []principal
	for _, st := range statements(document) {
		for _, p := range st.members("Principal") {
			for _, list := range p.members("AWS") {
				for _, item := range list.items() {
					var name string
					if json.Unmarshal(item.raw, &name) == nil {
						out = append(out, principal{item, name})
					}
				}
			}
		}
	}
	return out
}
