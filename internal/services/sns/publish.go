package sns

import (
	"context"
	"strconv"
	"time"
	"unicode/utf8"

	api "github.com/gatehouse-dev/gatehouse/internal/api/sns"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// maxSMS is the longest text of one Publish, characters.
const maxSMS = 1600

// Why a message was not delivered, in the words of SNS's delivery status logs
// (Developer Guide, "SMS delivery failure reasons").
const (
	reasonOptedOut = "Phone number is opted out"
	reasonPrice    = "This delivery would exceed max price"
	reasonQuota    = "No quota left for account"
	reasonAccepted = "Message has been accepted by phone carrier"
)

// Publish sends a text to a phone number.
func (s *Service) Publish(ctx context.Context, in *api.PublishInput) (*api.PublishResponse, error) {
	targets := 0
	for _, t := range []*string{in.PhoneNumber, in.TopicArn, in.TargetArn} {
		if t != nil {
			targets++
		}
	}
	switch {
	case targets == 0:
		return nil, api.InvalidParameterException("Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter")
	case in.PhoneNumber == nil:
		return nil, awserr.Unimplemented("sns", "Publish to a topic or an endpoint")
	case targets > 1:
		return nil, api.InvalidParameterException("Invalid parameter: PhoneNumber Reason: only one of PhoneNumber, TopicArn and TargetArn may be given")
	case !validNumber(*in.PhoneNumber):
		return nil, api.InvalidParameterException("Invalid parameter: PhoneNumber Reason: %s is not valid to publish to", *in.PhoneNumber)
	case in.MessageGroupId != nil:
		return nil, api.InvalidParameterException("Invalid parameter: MessageGroupId Reason: The request includes MessageGroupId parameter that is not valid for this topic type")
	case in.MessageDeduplicationId != nil:
		return nil, api.InvalidParameterException("Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type")
	}
	text, err := textOf(in)
	if err != nil {
		return nil, err
	}
	opts, err := messageOptions(in.MessageAttributes)
	if err != nil {
		return nil, err
	}
	c := front.CallFrom(ctx)
	m := Message{MessageID: ids.UUID(), Time: c.Time, Account: c.Account, Region: c.Region, PhoneNumber: *in.PhoneNumber,
		Text: text, SenderID: opts.sender, Type: opts.kind, OriginationNumber: opts.origination, Principal: c.Caller.Principal.ARN}
	m.Parts, m.Encoding = Parts(text)
	m.price = int64(m.Parts) * s.o.PartPrice
	m.Price = dollars(m.price)
	if err := s.o.Store.Update(ctx, func(t kv.Txn) error { return s.deliver(t, m, opts) }); err != nil {
		return nil, err
	}
	return &api.PublishResponse{MessageId: &m.MessageID}, nil
}

// textOf is the text for a phone: that of the sms key where the message has
// one text a protocol.
func textOf(in *api.PublishInput) (string, error) {
	text := *in.Message
	if in.MessageStructure != nil {
		var err error
		if text, err = structured(*in.MessageStructure, text); err != nil {
			return "", err
		}
	}
	switch {
	case text == "":
		return "", api.InvalidParameterException("Invalid parameter: Empty message")
	case utf8.RuneCountInString(text) > maxSMS:
		return "", api.InvalidParameterException("Invalid parameter: Message Reason: Message is too long, the limit of an SMS is %d characters", maxSMS)
	}
	return text, nil
}

// deliver decides what becomes of m, counts its price and puts it into the
// inbox.
func (s *Service) deliver(t kv.Txn, m Message, opts options) error {
	attrs, err := s.attributes(t, m.Account, m.Region)
	if err != nil {
		return err
	}
	if m.SenderID == "" {
		m.SenderID = attrs[attrSender]
	}
	if m.Type == "" {
		m.Type = attrs[attrType]
	}
	if m.Type == "" {
		m.Type = promotional
	}
	out, err := t.Get(optOutKey(m.Account, m.Region, m.PhoneNumber))
	if err != nil {
		return err
	}
	spentKey := spendKey(m.Account, m.Region, m.Time)
	spent, _, err := kv.Load[int64](t, spentKey)
	if err != nil {
		return err
	}
	limit, err := strconv.ParseInt(attrs[attrLimit], 10, 64)
	if err != nil {
		return err
	}
	m.Status = Failed
	switch {
	case out != nil:
		m.ProviderResponse = reasonOptedOut
	case opts.hasMaxPrice && m.price > opts.maxPrice:
		m.ProviderResponse = reasonPrice
	case spent+m.price > limit*1_000_000:
		m.ProviderResponse = reasonQuota
	default:
		m.Status, m.ProviderResponse = Delivered, reasonAccepted
		if err := kv.Save(t, spentKey, spent+m.price); err != nil {
			return err
		}
	}
	return s.put(t, m)
}

// Spent is what the messages of the month of at cost, in millionths of a US
// dollar.
func (s *Service) Spent(ctx context.Context, region string, at time.Time) (n int64, err error) {
	err = s.o.Store.View(ctx, func(r kv.Reader) error {
		n, _, err = kv.Load[int64](r, spendKey(s.o.Account, region, at))
		return err
	})
	return n, err
}

// dollars prints millionths of a dollar.
func dollars(micros int64) string {
	return strconv.FormatFloat(float64(micros)/1e6, 'f', 5, 64)
}
