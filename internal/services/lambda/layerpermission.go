package lambda

import (
	"context"
	"encoding/json"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// AddLayerVersionPermission adds a statement to the policy of a layer's version.
func (s *Service) AddLayerVersionPermission(ctx context.Context, in *api.AddLayerVersionPermissionRequest) (*api.AddLayerVersionPermissionResponse, error) {
	p, name, err := parseLayer(front.CallFrom(ctx), *in.LayerName)
	if err != nil {
		return nil, err
	}
	st := statement{Sid: *in.StatementId, Effect: "Allow", Action: *in.Action, Resource: (&layerVersion{Layer: name, Number: *in.VersionNumber}).arn(p)}
	var ok bool
	if st.Principal, ok = principalOf(*in.Principal); !ok {
		return nil, invalid("The provided principal was invalid. Please check the principal and try again.")
	}
	if in.OrganizationId != nil {
		if *in.Principal != "*" {
			return nil, invalid("To give layer permission to an organization, the principal must be *.")
		}
		st.Condition = &conditions{StringEquals: map[string]string{"aws:PrincipalOrgID": *in.OrganizationId}}
	}
	v, err := s.changeLayerPolicy(ctx, p, name, *in.VersionNumber, in.RevisionId, func(d *document) error {
		for _, other := range d.Statement {
			if other.Sid == st.Sid {
				return api.ResourceConflictException("The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement.", st.Sid)
			}
		}
		d.Statement = append(d.Statement, st)
		if size := len(d.text()); size > maxPolicy {
			return api.PolicyLengthExceededException("The final policy size (%d) is bigger than the limit (%d).", size, maxPolicy)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(st)
	return &api.AddLayerVersionPermissionResponse{Statement: new(string(b)), RevisionId: &v.Revision}, err
}

// changeLayerPolicy edits the policy of a layer's version.
func (s *Service) changeLayerPolicy(ctx context.Context, p place, name string, number int64, revision *string, edit func(*document) error) (v layerVersion, err error) {
	err = s.store.Update(ctx, func(t kv.Txn) error {
		var err error
		if v, err = loadLayer(t, p, name, number); err != nil {
			return err
		}
		if revision != nil && *revision != v.Revision {
			return api.PreconditionFailedException("The RevisionId provided does not match the latest RevisionId. " +
				"Call the GetLayerVersionPolicy API to retrieve the latest RevisionId for your resource.")
		}
		if v.Policy == nil {
			v.Policy = &document{Version: "2012-10-17", ID: "default"}
		}
		if err := edit(v.Policy); err != nil {
			return err
		}
		if len(v.Policy.Statement) == 0 {
			v.Policy = nil
		}
		v.Revision = ids.UUID()
		return kv.Save(t, p.layerVersionKey(name, number), v)
	})
	return v, err
}

// RemoveLayerVersionPermission removes a statement.
func (s *Service) RemoveLayerVersionPermission(ctx context.Context, in *api.RemoveLayerVersionPermissionRequest) (*wire.Empty, error) {
	p, name, err := parseLayer(front.CallFrom(ctx), *in.LayerName)
	if err != nil {
		return nil, err
	}
	_, err = s.changeLayerPolicy(ctx, p, name, *in.VersionNumber, in.RevisionId, func(d *document) error {
		for i, st := range d.Statement {
			if st.Sid == *in.StatementId {
				d.Statement = append(d.Statement[:i], d.Statement[i+1:]...)
				return nil
			}
		}
		return api.ResourceNotFoundException("Statement %s is not found in resource policy.", *in.StatementId)
	})
	return &wire.Empty{}, err
}

// GetLayerVersionPolicy returns the policy of a layer's version.
func (s *Service) GetLayerVersionPolicy(ctx context.Context, in *api.GetLayerVersionPolicyRequest) (*api.GetLayerVersionPolicyResponse, error) {
	p, name, err := parseLayer(front.CallFrom(ctx), *in.LayerName)
	if err != nil {
		return nil, err
	}
	out := &api.GetLayerVersionPolicyResponse{}
	return out, s.store.View(ctx, func(r kv.Reader) error {
		v, err := loadLayer(r, p, name, *in.VersionNumber)
		if err != nil {
			return err
		}
		if v.Policy == nil {
			return api.ResourceNotFoundException("No policy is associated with the given resource.")
		}
		out.Policy, out.RevisionId = new(v.Policy.text()), &v.Revision
		return nil
	})
}
