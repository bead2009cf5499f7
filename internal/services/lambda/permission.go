package lambda

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// maxPolicy is the largest resource policy, bytes ("Lambda quotas").
const maxPolicy = 20 << 10

// statement is one of a resource policy; its fields are in the order of AWS.
type statement struct {
	Sid       string          `json:"Sid"`
	Effect    string          `json:"Effect"`
	Principal json.RawMessage `json:"Principal"`
	Action    string          `json:"Action"`
	Resource  string          `json:"Resource"`
	Condition *conditions     `json:"Condition,omitempty"`
}

type conditions struct {
	StringEquals map[string]string `json:"StringEquals,omitempty"`
	Bool         map[string]string `json:"Bool,omitempty"`
	ArnLike      map[string]string `json:"ArnLike,omitempty"`
}

// document is a resource policy.
type document struct {
	Version   string      `json:"Version"`
	ID        string      `json:"Id"`
	Statement []statement `json:"Statement"`
}

func (d *document) text() string {
	b, _ := json.Marshal(d)
	return string(b)
}

var (
	account12      = regexp.MustCompile(`^\d{12}$`)
	servicePattern = regexp.MustCompile(`^[a-z0-9.-]+\.(amazonaws|amazon)\.com$`)
	iamPattern     = regexp.MustCompile(`^arn:aws:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)/.+)$`)
)

// principalOf is the Principal element of who is given.
func principalOf(who string) (json.RawMessage, bool) {
	key := ""
	switch {
	case who == "*":
		return json.RawMessage(`"*"`), true
	case account12.MatchString(who):
		key, who = "AWS", arn.Make("iam", "", who, "root")
	case servicePattern.MatchString(who):
		key = "Service"
	case iamPattern.MatchString(who):
		key = "AWS"
	default:
		return nil, false
	}
	b, err := json.Marshal(map[string]string{key: who})
	return b, err == nil
}

func statementOf(n name, in *api.AddPermissionRequest) (statement, error) {
	st := statement{Sid: *in.StatementId, Effect: "Allow", Action: *in.Action, Resource: n.arn()}
	var ok bool
	if st.Principal, ok = principalOf(*in.Principal); !ok {
		return st, invalid("The provided principal was invalid. Please check the principal and try again.")
	}
	equals := map[string]string{}
	for key, given := range map[string]*string{"AWS:SourceAccount": in.SourceAccount, "lambda:EventSourceToken": in.EventSourceToken,
		"aws:PrincipalOrgID": in.PrincipalOrgID, "lambda:FunctionUrlAuthType": in.FunctionUrlAuthType} {
		if given != nil {
			equals[key] = *given
		}
	}
	cond := conditions{StringEquals: equals}
	if in.InvokedViaFunctionUrl != nil {
		cond.Bool = map[string]string{"lambda:InvokedViaFunctionUrl": "true"}
		if !*in.InvokedViaFunctionUrl {
			cond.Bool["lambda:InvokedViaFunctionUrl"] = "false"
		}
	}
	if in.SourceArn != nil {
		cond.ArnLike = map[string]string{"AWS:SourceArn": *in.SourceArn}
	}
	if len(equals) > 0 || cond.Bool != nil || cond.ArnLike != nil {
		st.Condition = &cond
	}
	return st, nil
}

// policyName reads whose policy a request is about.
func policyName(ctx context.Context, text string, qualifier *string) (name, error) {
	n, err := parseName(front.CallFrom(ctx), text, qualifier)
	if err == nil && n.qualifier == latest {
		err = invalid("We currently do not support adding policies for $LATEST.")
	}
	return n, err
}

// AddPermission adds a statement to a resource policy.
func (s *Service) AddPermission(ctx context.Context, in *api.AddPermissionRequest) (*api.AddPermissionResponse, error) {
	n, err := policyName(ctx, *in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if in.FunctionUrlAuthType != nil && strings.TrimPrefix(*in.Action, "lambda:") != "InvokeFunctionUrl" {
		return nil, invalid("FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action")
	}
	st, err := statementOf(n, in)
	if err != nil {
		return nil, err
	}
	err = s.changePolicy(ctx, n, in.RevisionId, func(d *document) error {
		for _, other := range d.Statement {
			if other.Sid == st.Sid {
				return api.ResourceConflictException("The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement.", st.Sid)
			}
		}
		d.Statement = append(d.Statement, st)
		if size := len(d.text()); size > maxPolicy {
			return api.PolicyLengthExceededException("The final policy size (%d) is bigger than the limit (%d).", size, maxPolicy)
		}
		if _, err := policy.Parse(policy.Resource, []byte(d.text())); err != nil {
			return invalid("The resource policy would not be valid: %s", err.Error())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(st)
	return &api.AddPermissionResponse{Statement: new(string(b))}, err
}

// changePolicy edits the resource policy of a function, a version or an alias.
func (s *Service) changePolicy(ctx context.Context, n name, revision *string, edit func(*document) error) error {
	err := s.store.Update(ctx, func(t kv.Txn) error {
		f, err := loadFunction(t, n)
		if err != nil {
			return err
		}
		current, err := readRevision(t, n)
		if err != nil {
			return err
		}
		d, _, err := kv.Load[document](t, n.policyKey(n.function, n.qualifier))
		if err != nil {
			return err
		}
		if d.Version == "" {
			d = document{Version: "2012-10-17", ID: "default"}
		}
		if revision != nil && *revision != current {
			return api.PreconditionFailedException("The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id")
		}
		if err := edit(&d); err != nil {
			return err
		}
		if len(d.Statement) == 0 {
			err = t.Delete(n.policyKey(n.function, n.qualifier))
		} else {
			err = kv.Save(t, n.policyKey(n.function, n.qualifier), d)
		}
		if err != nil {
			return err
		}
		if err := bumpRevision(t, n); err != nil {
			return err
		}
		return saveFunction(t, n.place, &f)
	})
	if err == nil {
		s.live.forget(n)
	}
	return err
}

// RemovePermission removes a statement.
func (s *Service) RemovePermission(ctx context.Context, in *api.RemovePermissionRequest) (*wire.Empty, error) {
	n, err := policyName(ctx, *in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, s.changePolicy(ctx, n, in.RevisionId, func(d *document) error {
		if len(d.Statement) == 0 {
			return api.ResourceNotFoundException("No policy is associated with the given resource.")
		}
		for i, st := range d.Statement {
			if st.Sid == *in.StatementId {
				d.Statement = append(d.Statement[:i], d.Statement[i+1:]...)
				return nil
			}
		}
		return api.ResourceNotFoundException("Statement %s is not found in resource policy.", *in.StatementId)
	})
}

// GetPolicy returns a resource policy.
func (s *Service) GetPolicy(ctx context.Context, in *api.GetPolicyRequest) (*api.GetPolicyResponse, error) {
	n, err := parseName(front.CallFrom(ctx), *in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	out := &api.GetPolicyResponse{}
	return out, s.store.View(ctx, func(r kv.Reader) error {
		if _, err := loadFunction(r, n); err != nil {
			return err
		}
		d, ok, err := kv.Load[document](r, n.policyKey(n.function, n.qualifier))
		if err != nil {
			return err
		}
		if !ok {
			return api.ResourceNotFoundException("The resource you requested does not exist.")
		}
		revision, err := readRevision(r, n)
		out.Policy, out.RevisionId = new(d.text()), &revision
		return err
	})
}
