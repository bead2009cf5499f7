package sns

import (
	"context"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/sns"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/paging"
)

const (
	optOutPage = 100
	// A number can be opted in only once in this time (OptInPhoneNumber).
	optInPause = 30 * 24 * time.Hour
)

// optOut is a number that replied STOP, by region.
type optOut struct {
	Number string    `json:"number"`
	Time   time.Time `json:"time"`
}

func checkNumber(number string) error {
	if !validNumber(number) {
		return api.InvalidParameterException("Invalid parameter: PhoneNumber Reason: input incorrectly formatted")
	}
	return nil
}

// CheckIfPhoneNumberIsOptedOut says whether a number replied STOP.
func (s *Service) CheckIfPhoneNumberIsOptedOut(ctx context.Context, in *api.CheckIfPhoneNumberIsOptedOutInput) (*api.CheckIfPhoneNumberIsOptedOutResponse, error) {
	if err := checkNumber(*in.PhoneNumber); err != nil {
		return nil, err
	}
	c := front.CallFrom(ctx)
	out := &api.CheckIfPhoneNumberIsOptedOutResponse{}
	err := s.o.Store.View(ctx, func(r kv.Reader) error {
		b, err := r.Get(optOutKey(c.Account, c.Region, *in.PhoneNumber))
		out.IsOptedOut = new(b != nil)
		return err
	})
	return out, err
}

// ListPhoneNumbersOptedOut lists 100 numbers a page.
func (s *Service) ListPhoneNumbersOptedOut(ctx context.Context, in *api.ListPhoneNumbersOptedOutInput) (*api.ListPhoneNumbersOptedOutResponse, error) {
	c := front.CallFrom(ctx)
	var all []optOut
	err := s.o.Store.View(ctx, func(r kv.Reader) (err error) {
		all, err = kv.LoadAll[optOut](r, optOuts(c.Account, c.Region))
		return err
	})
	if err != nil {
		return nil, err
	}
	page, next, err := paging.Slice(all, func(o optOut) string { return o.Number }, in.NextToken, optOutPage)
	if err != nil {
		return nil, api.InvalidParameterException("Invalid parameter: NextToken")
	}
	out := &api.ListPhoneNumbersOptedOutResponse{PhoneNumbers: []string{}, NextToken: next}
	for _, o := range page {
		out.PhoneNumbers = append(out.PhoneNumbers, o.Number)
	}
	return out, nil
}

// OptInPhoneNumber takes a number off the list, once in 30 days.
func (s *Service) OptInPhoneNumber(ctx context.Context, in *api.OptInPhoneNumberInput) (*api.OptInPhoneNumberResponse, error) {
	if err := checkNumber(*in.PhoneNumber); err != nil {
		return nil, err
	}
	c := front.CallFrom(ctx)
	err := s.o.Store.Update(ctx, func(t kv.Txn) error {
		key := optOutKey(c.Account, c.Region, *in.PhoneNumber)
		if b, err := t.Get(key); err != nil || b == nil {
			return err
		}
		last, ok, err := kv.Load[time.Time](t, optInKey(c.Account, c.Region, *in.PhoneNumber))
		if err != nil {
			return err
		}
		if ok && c.Time.Before(last.Add(optInPause)) {
			return api.InvalidParameterException("Invalid parameter: PhoneNumber Reason: a number can be opted in only once every 30 days")
		}
		if err := kv.Save(t, optInKey(c.Account, c.Region, *in.PhoneNumber), c.Time); err != nil {
			return err
		}
		return t.Delete(key)
	})
	if err != nil {
		return nil, err
	}
	return &api.OptInPhoneNumberResponse{}, nil
}

// OptOut does what a phone's reply of STOP does: the number gets no more
// messages of the region until it is opted in. An empty region is that of the
// last message which the number received.
func (s *Service) OptOut(ctx context.Context, region, number string) error {
	if err := checkNumber(number); err != nil {
		return err
	}
	if region == "" {
		region = front.DefaultRegion
		msgs, err := s.Inbox(ctx, Filter{Number: number})
		if err != nil {
			return err
		}
		if n := len(msgs); n > 0 {
			region = msgs[n-1].Region
		}
	}
	return s.o.Store.Update(ctx, func(t kv.Txn) error {
		return kv.Save(t, optOutKey(s.o.Account, region, number), optOut{number, s.o.Clock.Now()})
	})
}
