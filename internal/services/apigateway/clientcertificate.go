package apigateway

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// certificateLife is how long a client certificate is valid.
const certificateLife = 365 * 24 * time.Hour

func noCertificate() *awserr.Error {
	return api.NotFoundException("Invalid Client Certificate identifier specified")
}

// checkCertificate checks that a certificate that a stage names is there.
func (s space) checkCertificate(r kv.Reader, id *string) error {
	if id == nil {
		return nil
	}
	_, err := load[api.ClientCertificate](r, s.certificate(*id), noCertificate())
	return err
}

// GenerateClientCertificate makes a self-signed certificate with which
// integrations can tell that a request comes from the API. The private key
// stays in the store.
func (s *Service) GenerateClientCertificate(ctx context.Context, in *api.GenerateClientCertificateRequest) (*api.ClientCertificate, error) {
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	sp, made := spaceOf(ctx), now(ctx)
	c := &api.ClientCertificate{ClientCertificateId: new(ids.Lower(6)), Description: filled(in.Description), CreatedDate: made,
		ExpirationDate: new(made.Add(certificateLife)), Tags: in.Tags}
	cert, key, err := selfSigned(*made)
	if err != nil {
		return nil, err
	}
	c.PemEncodedCertificate = new(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	err = s.store.Update(ctx, func(t kv.Txn) error {
		if err := t.Set(sp.certificateKey(*c.ClientCertificateId), key); err != nil {
			return err
		}
		return kv.Save(t, sp.certificate(*c.ClientCertificateId), *c)
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// selfSigned makes a certificate and its private key, both DER.
func selfSigned(from time.Time) (cert, key []byte, err error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(ids.Bytes(8)), Subject: pkix.Name{CommonName: "ApiGateway", Locality: []string{"Seattle"}, Province: []string{"Washington"}, Country: []string{"US"}},
		NotBefore: from, NotAfter: from.Add(certificateLife), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if cert, err = x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private); err != nil {
		return nil, nil, err
	}
	key, err = x509.MarshalPKCS8PrivateKey(private)
	return cert, key, err
}

// GetClientCertificate reads a client certificate.
func (s *Service) GetClientCertificate(ctx context.Context, in *api.GetClientCertificateRequest) (*api.ClientCertificate, error) {
	return read[api.ClientCertificate](ctx, s.store, spaceOf(ctx).certificate(*in.ClientCertificateId), noCertificate())
}

// GetClientCertificates lists client certificates by id.
func (s *Service) GetClientCertificates(ctx context.Context, in *api.GetClientCertificatesRequest) (*api.ClientCertificates, error) {
	all, err := list[api.ClientCertificate](ctx, s.store, spaceOf(ctx).certificates(), nil)
	if err != nil {
		return nil, err
	}
	items, next, err := page(all, func(c api.ClientCertificate) string { return *c.ClientCertificateId }, in.Position, in.Limit)
	if err != nil {
		return nil, err
	}
	return &api.ClientCertificates{Items: items, Position: next}, nil
}

// DeleteClientCertificate removes a client certificate.
func (s *Service) DeleteClientCertificate(ctx context.Context, in *api.DeleteClientCertificateRequest) (*wire.Empty, error) {
	sp := spaceOf(ctx)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		if err := sp.checkCertificate(t, in.ClientCertificateId); err != nil {
			return err
		}
		if err := t.Delete(sp.certificateKey(*in.ClientCertificateId)); err != nil {
			return err
		}
		return t.Delete(sp.certificate(*in.ClientCertificateId))
	})
}

// UpdateClientCertificate patches the description of a client certificate.
func (s *Service) UpdateClientCertificate(ctx context.Context, in *api.UpdateClientCertificateRequest) (*api.ClientCertificate, error) {
	key := spaceOf(ctx).certificate(*in.ClientCertificateId)
	var c *api.ClientCertificate
	err := s.store.Update(ctx, func(t kv.Txn) (err error) {
		if c, err = load[api.ClientCertificate](t, key, noCertificate()); err != nil {
			return err
		}
		if err := certificatePatch.run(c, in.PatchOperations); err != nil {
			return err
		}
		return kv.Save(t, key, *c)
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

var certificatePatch = patch[api.ClientCertificate]{refuse: listing, slots: []slot[api.ClientCertificate]{
	textSlot("/description", func(c *api.ClientCertificate) **string { return &c.Description }),
}}
