package sns

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/sns"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// The attributes of SetSMSAttributes.
const (
	attrLimit    = "MonthlySpendLimit"
	attrRole     = "DeliveryStatusIAMRole"
	attrSampling = "DeliveryStatusSuccessSamplingRate"
	attrSender   = "DefaultSenderID"
	attrType     = "DefaultSMSType"
	attrBucket   = "UsageReportS3Bucket"
)

const (
	promotional   = "Promotional"
	transactional = "Transactional"
)

// SetSMSAttributes sets the given attributes; an empty value takes one back to
// its default, which is what Terraform does at destroy.
func (s *Service) SetSMSAttributes(ctx context.Context, in *api.SetSMSAttributesInput) (*api.SetSMSAttributesResponse, error) {
	for name, value := range in.Attributes {
		if err := s.checkAttribute(name, value); err != nil {
			return nil, err
		}
	}
	c := front.CallFrom(ctx)
	key := attributesKey(c.Account, c.Region)
	err := s.o.Store.Update(ctx, func(t kv.Txn) error {
		attrs, _, err := kv.Load[map[string]string](t, key)
		if err != nil {
			return err
		}
		if attrs == nil {
			attrs = map[string]string{}
		}
		maps.Copy(attrs, in.Attributes)
		maps.DeleteFunc(attrs, func(_, v string) bool { return v == "" })
		return kv.Save(t, key, attrs)
	})
	if err != nil {
		return nil, err
	}
	return &api.SetSMSAttributesResponse{}, nil
}

func (s *Service) checkAttribute(name, value string) error {
	reason := ""
	switch name {
	case attrLimit:
		if n, err := strconv.ParseInt(value, 10, 64); value != "" && (err != nil || n < 0) {
			reason = "must be a non-negative whole number of US dollars"
		} else if n > s.o.SpendQuota {
			reason = fmt.Sprintf("exceeds the account's spend quota of %d US dollars", s.o.SpendQuota)
		}
	case attrSampling:
		if n, err := strconv.Atoi(value); value != "" && (err != nil || n < 0 || n > 100) {
			reason = "must be a percentage from 0 to 100"
		}
	case attrType:
		if value != "" && value != promotional && value != transactional {
			reason = "must be Promotional or Transactional"
		}
	case attrSender:
		if value != "" && !validSender(value) {
			reason = "must be 1 to 11 letters and digits with at least one letter"
		}
	case attrRole:
		if a, err := arn.Parse(value); value != "" && (err != nil || a.Service != "iam" || !strings.HasPrefix(a.Resource, "role/")) {
			reason = "must be the ARN of an IAM role"
		}
	case attrBucket:
		if value != "" && (len(value) < 3 || len(value) > 63) {
			reason = "must be the name of an S3 bucket"
		}
	default:
		return api.InvalidParameterException("Invalid parameter: Attributes Reason: Unknown attribute: %s", name)
	}
	if reason != "" {
		return api.InvalidParameterException("Invalid parameter: %s Reason: %s", name, reason)
	}
	return nil
}

// GetSMSAttributes returns what was set, and the spend limit in any case.
func (s *Service) GetSMSAttributes(ctx context.Context, in *api.GetSMSAttributesInput) (*api.GetSMSAttributesResponse, error) {
	c := front.CallFrom(ctx)
	var attrs map[string]string
	err := s.o.Store.View(ctx, func(r kv.Reader) (err error) {
		attrs, err = s.attributes(r, c.Account, c.Region)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(in.Attributes) == 0 {
		return &api.GetSMSAttributesResponse{Attributes: attrs}, nil
	}
	out := map[string]string{}
	for _, name := range in.Attributes {
		if err := s.checkAttribute(name, ""); err != nil {
			return nil, err
		}
		if v, ok := attrs[name]; ok {
			out[name] = v
		}
	}
	return &api.GetSMSAttributesResponse{Attributes: out}, nil
}

func (s *Service) attributes(r kv.Reader, account, region string) (map[string]string, error) {
	attrs, _, err := kv.Load[map[string]string](r, attributesKey(account, region))
	if err != nil {
		return nil, err
	}
	if attrs == nil {
		attrs = map[string]string{}
	}
	if attrs[attrLimit] == "" {
		attrs[attrLimit] = strconv.FormatInt(s.o.SpendQuota, 10)
	}
	return attrs, nil
}

// GetSMSSandboxAccountStatus says no: the inbox takes any number.
func (s *Service) GetSMSSandboxAccountStatus(context.Context, *api.GetSMSSandboxAccountStatusInput) (*api.GetSMSSandboxAccountStatusResult, error) {
	return &api.GetSMSSandboxAccountStatusResult{IsInSandbox: new(false)}, nil
}
