package sns

import (
	api "github.com/gatehouse-dev/gatehouse/internal/api/sns"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Options are what a Service is made of.
type Options struct {
	Store kv.Store
	Clock *clock.Clock
	// Account is whose inbox Inbox and the HTTP handlers show.
	Account string
	// PartPrice is what a message part costs, in millionths of a US dollar;
	// 0 means 6450, AWS's price for the United States.
	PartPrice int64
	// SpendQuota is the largest MonthlySpendLimit that may be set, US dollars,
	// and the limit where none is set; 0 means 1000.
	SpendQuota int64
}

// Service implements the SMS operations of SNS. It is safe for concurrent use.
type Service struct {
	api.Unimplemented
	o Options
}

// New returns the service.
func New(o Options) *Service {
	if o.PartPrice == 0 {
		o.PartPrice = 6450
	}
	if o.SpendQuota == 0 {
		o.SpendQuota = 1000
	}
	return &Service{o: o}
}
