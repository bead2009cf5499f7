package iam

import (
	"context"
	"strconv"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// policyText is a policy as it was written, with the id by which the simulator
// tells of it: the name of a managed policy, user_NAME_POLICY for an inline one.
type policyText struct{ id, text string }

// subject is an entity whose policies are looked at from outside.
type subject struct {
	principal policy.Principal
	identity  []policyText
	boundary  []policyText
	bounded   bool
}

// subject reads an entity with all that applies to it.
func (s *Service) subject(ctx context.Context, sourceARN string) (sub subject, err error) {
	err = s.Store.View(ctx, func(r kv.Reader) error {
		var err error
		sub, err = s.readSubject(r, sourceARN)
		return err
	})
	return sub, err
}

func (s *Service) readSubject(r kv.Reader, sourceARN string) (sub subject, err error) {
	kind, found := splitKind(sourceARN)
	if !found || !strings.HasPrefix(sourceARN, arn.Make("iam", "", s.Account, "")) || kind != kindUser && kind != kindGroup && kind != kindRole {
		return sub, api.InvalidInputException("Invalid Entity Arn: %s does not clearly define entity type and name.", sourceARN)
	}
	_, name := splitResource(sourceARN, kind)
	rec, ok, err := kv.Load[userRecord](r, entityKey(s.Account, kind, name)) // the widest of the three
	if err != nil {
		return sub, err
	}
	if !ok || identityARN(s.Account, kind, rec.Path, rec.Name) != sourceARN {
		return sub, noSuch(kind, name)
	}
	sub.principal = policy.Principal{Type: policy.User, ARN: sourceARN, Account: s.Account, UserID: rec.ID}
	if kind == kindRole {
		sub.principal.Type, sub.principal.RoleARN = policy.AssumedRole, sourceARN
	}
	if sub.identity, err = s.texts(r, kind, &rec.identityRecord); err != nil {
		return sub, err
	}
	for _, g := range rec.Groups {
		group, ok, err := kv.Load[groupRecord](r, entityKey(s.Account, kindGroup, g))
		if err != nil || !ok {
			return sub, err
		}
		more, err := s.texts(r, kindGroup, &group.identityRecord)
		if err != nil {
			return sub, err
		}
		sub.identity = append(sub.identity, more...)
	}
	if sub.bounded = rec.Boundary != ""; sub.bounded {
		t, err := s.managedText(r, rec.Boundary)
		if err != nil {
			return sub, err
		}
		sub.boundary = []policyText{t}
	}
	return sub, nil
}

// texts are the inline and managed policies of one record.
func (s *Service) texts(r kv.Reader, kind string, rec *identityRecord) ([]policyText, error) {
	var out []policyText
	for _, name := range sortedNames(rec.Inline) {
		out = append(out, policyText{kind + "_" + rec.Name + "_" + name, rec.Inline[name]})
	}
	for _, a := range rec.Attached {
		t, err := s.managedText(r, a)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func (s *Service) managedText(r kv.Reader, policyARN string) (policyText, error) {
	p, err := s.managedPolicy(r, policyARN)
	if err != nil {
		return policyText{}, err
	}
	return policyText{p.Name, p.document()}, nil
}

// inputTexts are policies that a request brings along.
func inputTexts(list string, documents []string) []policyText {
	var out []policyText
	for i, d := range documents {
		out = append(out, policyText{list + "." + strconv.Itoa(i+1), d})
	}
	return out
}
