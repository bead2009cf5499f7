package sns

import (
	"context"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// maxInbox is how many messages are kept; the oldest go first.
const maxInbox = 10_000

// Status of a message.
const (
	Delivered = "SUCCESS"
	Failed    = "FAILURE"
)

// Message is a text in the inbox.
type Message struct {
	Seq               uint64    `json:"seq"` // grows by one a message
	MessageID         string    `json:"messageId"`
	Time              time.Time `json:"time"`
	Account           string    `json:"account"`
	Region            string    `json:"region"`
	PhoneNumber       string    `json:"phoneNumber"`
	Text              string    `json:"message"`
	SenderID          string    `json:"senderId,omitempty"`
	OriginationNumber string    `json:"originationNumber,omitempty"`
	Type              string    `json:"smsType"`
	Encoding          Encoding  `json:"encoding"`
	Parts             int       `json:"parts"`
	Price             string    `json:"priceInUSD"`
	Status            string    `json:"status"`
	ProviderResponse  string    `json:"providerResponse"`
	Principal         string    `json:"principal"` // who published it

	price int64 // millionths of a dollar
}

// Filter chooses messages.
type Filter struct {
	Number string // only this phone number
	After  uint64 // only those with a higher Seq
	Failed bool   // those too that were not delivered
}

func (f *Filter) wants(m *Message) bool {
	return (f.Number == "" || m.PhoneNumber == f.Number) && (f.Failed || m.Status == Delivered)
}

// put appends a message.
func (s *Service) put(t kv.Txn, m Message) error {
	seq, _, err := kv.Load[uint64](t, inboxSeqKey(m.Account))
	if err != nil {
		return err
	}
	m.Seq = seq + 1
	if err := kv.Save(t, inboxSeqKey(m.Account), m.Seq); err != nil {
		return err
	}
	if m.Seq > maxInbox {
		if err := t.Delete(inboxKey(m.Account, m.Seq-maxInbox)); err != nil {
			return err
		}
	}
	return kv.Save(t, inboxKey(m.Account, m.Seq), m)
}

// Inbox returns the messages that the filter wants, oldest first.
func (s *Service) Inbox(ctx context.Context, f Filter) ([]Message, error) {
	out := []Message{}
	rng := kv.Prefix(inboxPrefix(s.o.Account))
	rng.Start = inboxKey(s.o.Account, f.After+1)
	err := s.o.Store.View(ctx, func(r kv.Reader) error {
		all, err := kv.LoadAll[Message](r, rng)
		for i := range all {
			if f.wants(&all[i]) {
				out = append(out, all[i])
			}
		}
		return err
	})
	return out, err
}

// Follow calls fn with each message that the filter wants, those that are there
// and then those that come, until ctx is done or fn fails.
func (s *Service) Follow(ctx context.Context, f Filter, fn func(Message) error) error {
	changes, stop := s.o.Store.Watch(inboxPrefix(s.o.Account))
	defer stop()
	for {
		msgs, err := s.Inbox(ctx, f)
		if err != nil {
			return err
		}
		for _, m := range msgs {
			if err := fn(m); err != nil {
				return err
			}
			f.After = m.Seq
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changes:
		}
	}
}
