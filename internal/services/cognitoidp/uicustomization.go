package cognitoidp

import (
	"context"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// uiRecord is the looks of the hosted pages. The image is kept until the pages
// exist that show it.
type uiRecord struct {
	UI    cognitoidp.UICustomizationType
	Image []byte `json:",omitzero"`
}

func (s *Service) SetUICustomization(ctx context.Context, in *cognitoidp.SetUICustomizationRequest) (*cognitoidp.SetUICustomizationResponse, error) {
	now := front.CallFrom(ctx).Time
	client := *or(in.ClientId, everyClient)
	out := &cognitoidp.SetUICustomizationResponse{}
	return out, s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, at space, p *poolRecord) error {
		if p.Pool.Domain == nil && p.Pool.CustomDomain == nil {
			return invalid("There has to be an existing domain associated with this user pool")
		}
		if client != everyClient {
			if _, err := findClient(t, at, *in.UserPoolId, client); err != nil {
				return err
			}
		}
		rec, ok, err := kv.Load[uiRecord](t, at.ui(*in.UserPoolId, client))
		if err != nil {
			return err
		}
		if !ok {
			rec.UI = cognitoidp.UICustomizationType{UserPoolId: in.UserPoolId, ClientId: &client, CreationDate: stamp(now)}
		}
		rec.UI.CSS, rec.UI.CSSVersion = in.CSS, new(now.UTC().Format("20060102150405"))
		if in.ImageFile != nil {
			rec.Image = in.ImageFile
		}
		rec.UI.LastModifiedDate = stamp(now)
		out.UICustomization = &rec.UI
		return kv.Save(t, at.ui(*in.UserPoolId, client), rec)
	})
}

// GetUICustomization answers with a client's own looks, else with those of all
// clients, else with nothing but the names.
func (s *Service) GetUICustomization(ctx context.Context, in *cognitoidp.GetUICustomizationRequest) (*cognitoidp.GetUICustomizationResponse, error) {
	client := *or(in.ClientId, everyClient)
	out := &cognitoidp.GetUICustomizationResponse{}
	return out, s.inspect(ctx, *in.UserPoolId, func(r kv.Reader, at space, _ *poolRecord) error {
		if client != everyClient {
			if _, err := findClient(r, at, *in.UserPoolId, client); err != nil {
				return err
			}
		}
		for _, id := range []string{client, everyClient} {
			rec, ok, err := kv.Load[uiRecord](r, at.ui(*in.UserPoolId, id))
			if err != nil {
				return err
			}
			if ok {
				out.UICustomization = &rec.UI
				return nil
			}
		}
		out.UICustomization = &cognitoidp.UICustomizationType{}
		return nil
	})
}
