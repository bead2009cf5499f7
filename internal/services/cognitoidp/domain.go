package cognitoidp

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// domainRecord is a domain, of which each name is one in its region; a custom
// one is one in all.
type domainRecord struct {
	Name, Account, Region, Pool string
	Certificate                 string // of a custom domain
	Distribution                string // the host name that the domain's DNS record leads to
	Version                     string
	ManagedLogin                *int32 `json:",omitzero"`
}

func (d *domainRecord) key() []byte {
	if d.custom() {
		return domainKey(d.Name, customRegion)
	}
	return domainKey(d.Name, d.Region)
}

func (d *domainRecord) custom() bool { return d.Certificate != "" }

// target is where the owner of a custom domain must lead it, nil for a prefix.
func (d *domainRecord) target() *string {
	if !d.custom() {
		return nil
	}
	return &d.Distribution
}

// The model has a pattern for prefixes only; custom domains are host names.
var (
	prefixPattern = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$`)
	hostPattern   = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`)
)

func (s *Service) CreateUserPoolDomain(ctx context.Context, in *cognitoidp.CreateUserPoolDomainRequest) (*cognitoidp.CreateUserPoolDomainResponse, error) {
	c := front.CallFrom(ctx)
	d := domainRecord{Name: *in.Domain, Account: c.Account, Region: c.Region, Pool: *in.UserPoolId, Version: c.Time.UTC().Format("20060102150405"),
		Distribution: "d" + ids.Lower(13) + ".cloudfront.net", ManagedLogin: or(in.ManagedLoginVersion, 1)}
	if in.CustomDomainConfig != nil {
		d.Certificate = text(in.CustomDomainConfig.CertificateArn)
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	err := s.mutate(ctx, d.Pool, func(t kv.Txn, _ space, p *poolRecord) error {
		taken, err := t.Get(d.key())
		if err != nil {
			return err
		}
		if taken != nil {
			return invalid("Domain already associated with another user pool.")
		}
		slot := &p.Pool.Domain
		if d.custom() {
			slot = &p.Pool.CustomDomain
		}
		if *slot != nil {
			return invalid("User pool already has a domain configured.")
		}
		*slot = &d.Name
		return kv.Save(t, d.key(), d)
	})
	if err != nil {
		return nil, err
	}
	return &cognitoidp.CreateUserPoolDomainResponse{ManagedLoginVersion: d.ManagedLogin, CloudFrontDomain: d.target()}, nil
}

// reserved words may not stand between a prefix's hyphens ("Configuring a user
// pool domain", developer guide); within a longer word they may.
var reserved = []string{"aws", "amazon", "cognito"}

func (d *domainRecord) check() error {
	if v := *d.ManagedLogin; v != 1 && v != 2 {
		return invalid("Invalid ManagedLoginVersion: %d. It must be 1, the hosted UI, or 2, managed login.", v)
	}
	if d.custom() {
		if a, err := arn.Parse(d.Certificate); err != nil || a.Service != "acm" || a.Region != "us-east-1" {
			return invalid("The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain.")
		}
		if len(d.Name) > 255 || !hostPattern.MatchString(d.Name) {
			return invalid("Custom domain is not a valid subdomain")
		}
		return nil
	}
	if !prefixPattern.MatchString(d.Name) {
		return invalid("The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, and hyphens. Please enter a different name that follows this format: %s", prefixPattern)
	}
	for word := range strings.SplitSeq(d.Name, "-") {
		if slices.Contains(reserved, word) {
			return invalid("Domain cannot contain reserved word: %s", word)
		}
	}
	return nil
}

// findDomainOf loads a domain that a call of the region can name, ok false if
// there is none.
func findDomainOf(r kv.Reader, c *front.Call, name string) (domainRecord, bool, error) {
	d, ok, err := kv.Load[domainRecord](r, domainKey(name, c.Region))
	if err != nil || ok {
		return d, ok, err
	}
	return kv.Load[domainRecord](r, domainKey(name, customRegion))
}

// DescribeUserPoolDomain answers with an empty description where there is no
// such domain, or it is another account's.
func (s *Service) DescribeUserPoolDomain(ctx context.Context, in *cognitoidp.DescribeUserPoolDomainRequest) (*cognitoidp.DescribeUserPoolDomainResponse, error) {
	c := front.CallFrom(ctx)
	out := &cognitoidp.DescribeUserPoolDomainResponse{DomainDescription: &cognitoidp.DomainDescriptionType{}}
	return out, s.store.View(ctx, func(r kv.Reader) error {
		d, ok, err := findDomainOf(r, c, *in.Domain)
		if err != nil || !ok || d.Account != c.Account || d.Region != c.Region {
			return err
		}
		out.DomainDescription = d.describe()
		return nil
	})
}

func (d *domainRecord) describe() *cognitoidp.DomainDescriptionType {
	out := &cognitoidp.DomainDescriptionType{
		UserPoolId: &d.Pool, AWSAccountId: &d.Account, Domain: &d.Name, S3Bucket: new("aws-cognito-prod-" + d.Region + "-assets"),
		Version: &d.Version, Status: new(cognitoidp.DomainStatusTypeActive), CustomDomainConfig: &cognitoidp.CustomDomainConfigType{},
		ManagedLoginVersion: d.ManagedLogin, CloudFrontDistribution: &d.Distribution,
	}
	if d.custom() {
		out.CustomDomainConfig.CertificateArn = &d.Certificate
	}
	return out
}

// own loads a domain of a pool.
func ownDomain(r kv.Reader, c *front.Call, name, pool string) (domainRecord, error) {
	d, ok, err := findDomainOf(r, c, name)
	if err == nil && (!ok || d.Pool != pool) {
		err = cognitoidp.ResourceNotFoundException("No such domain or user pool exists.")
	}
	return d, err
}

func (s *Service) UpdateUserPoolDomain(ctx context.Context, in *cognitoidp.UpdateUserPoolDomainRequest) (*cognitoidp.UpdateUserPoolDomainResponse, error) {
	c := front.CallFrom(ctx)
	out := &cognitoidp.UpdateUserPoolDomainResponse{}
	return out, s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, _ space, _ *poolRecord) error {
		d, err := ownDomain(t, c, *in.Domain, *in.UserPoolId)
		if err != nil {
			return err
		}
		if in.CustomDomainConfig != nil {
			if !d.custom() {
				return invalid("CustomDomainConfig can not be set for a prefix domain.")
			}
			d.Certificate = text(in.CustomDomainConfig.CertificateArn)
		}
		if in.ManagedLoginVersion != nil {
			d.ManagedLogin = in.ManagedLoginVersion
		}
		if err := d.check(); err != nil {
			return err
		}
		d.Version = c.Time.UTC().Format("20060102150405")
		out.ManagedLoginVersion, out.CloudFrontDomain = d.ManagedLogin, d.target()
		return kv.Save(t, d.key(), d)
	})
}

func (s *Service) DeleteUserPoolDomain(ctx context.Context, in *cognitoidp.DeleteUserPoolDomainRequest) (*cognitoidp.DeleteUserPoolDomainResponse, error) {
	c := front.CallFrom(ctx)
	return &cognitoidp.DeleteUserPoolDomainResponse{}, s.mutate(ctx, *in.UserPoolId, func(t kv.Txn, _ space, p *poolRecord) error {
		d, err := ownDomain(t, c, *in.Domain, *in.UserPoolId)
		if err != nil {
			return err
		}
		if d.custom() {
			p.Pool.CustomDomain = nil
		} else {
			p.Pool.Domain = nil
		}
		return t.Delete(d.key())
	})
}
