package execute

import (
	"sync/atomic"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// limiter is a token bucket, kept as the time at which it will be full again
// (the generic cell rate algorithm), so that it is one atomic number.
type limiter struct {
	interval  time.Duration // between two tokens
	tolerance time.Duration // how far ahead a burst may go
	closed    bool          // a rate or a burst of zero lets nothing through
	full      atomic.Int64  // Unix nanoseconds
}

// newLimiter returns the limiter of a method's settings, nil without one. The
// account's own limits (10,000 requests/s) are not applied: they protect AWS.
func newLimiter(s api.MethodSetting) *limiter {
	if s.ThrottlingRateLimit == nil && s.ThrottlingBurstLimit == nil {
		return nil
	}
	rate, burst := 10000.0, int32(5000)
	if s.ThrottlingRateLimit != nil {
		rate = *s.ThrottlingRateLimit
	}
	if s.ThrottlingBurstLimit != nil {
		burst = *s.ThrottlingBurstLimit
	}
	if rate < 0 || burst < 0 { // -1 in the API means none
		return nil
	}
	if rate == 0 || burst == 0 {
		return &limiter{closed: true}
	}
	interval := max(time.Duration(float64(time.Second)/rate), 1)
	return &limiter{interval: interval, tolerance: interval * time.Duration(burst-1)}
}

// allow takes a token if there is one.
func (l *limiter) allow(now time.Time) bool {
	if l.closed {
		return false
	}
	at := now.UnixNano()
	for {
		full := l.full.Load()
		next := max(full, at)
		if next-at > int64(l.tolerance) {
			return false
		}
		if l.full.CompareAndSwap(full, next+int64(l.interval)) {
			return true
		}
	}
}

func (x *exchange) throttle() error {
	if l := x.method.limiter; l != nil && !x.test && !l.allow(x.start) {
		return faultThrottled
	}
	return nil
}

// checkAPIKey demands a key where the method requires one.
func (x *exchange) checkAPIKey() error {
	if !x.method.keyRequired || x.test {
		return nil
	}
	key, sent := x.r.Header.Get("X-Api-Key"), x.stage.keyFromHeader
	if !sent || key == "" || x.gateway.o.Keys == nil {
		return faultInvalidAPIKey
	}
	id, ok := x.gateway.o.Keys.Allow(x.stage.account, x.stage.region, x.stage.apiID, x.stage.name, key)
	if !ok {
		return faultInvalidAPIKey
	}
	x.apiKeyID = id
	return nil
}
