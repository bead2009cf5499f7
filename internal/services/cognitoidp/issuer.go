package cognitoidp

import (
	"context"

	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/jwt"
	"github.com/gatehouse-dev/gatehouse/internal/services/cognitoidp/oauth"
)

// issuer names the issuers of pools from the server's URL.
type issuer func() string

func (base issuer) of(p *oauth.Pool) string {
	if url := base(); url != "" {
		return url + "/" + p.ID
	}
	return "https://cognito-idp." + p.Region + ".amazonaws.com/" + p.ID
}

// Keys returns the public keys and the issuer of a pool: what a verifier of its
// tokens needs. ok is false if there is no such pool. It answers from memory
// but for the first time after the pool changed.
func (s *Service) Keys(poolARN string) (keys *jwt.KeySet, issuer string, ok bool) {
	name, err := arn.Parse(poolARN)
	if err != nil {
		return nil, "", false
	}
	id, ok := poolOfResource(name.Resource)
	if !ok {
		return nil, "", false
	}
	p, err := s.live.Pool(context.Background(), id)
	if err != nil || p == nil || p.ARN != poolARN {
		return nil, "", false
	}
	return p.Keys, s.issuer.of(p), true
}
