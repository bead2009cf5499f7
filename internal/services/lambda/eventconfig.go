package lambda

import (
	"time"
)

// eventConfig is the record of how events are handled.
type eventConfig struct {
	Qualifier string    `json:"qualifier"` // "$LATEST", a version or an alias
	Modified  time.Time `json:"modified"`
	Retries   *int32    `json:"retries,omitempty"`
	MaxAge    *int32    `json:"maxAge,omitempty"` // seconds
	OnSuccess string    `json:"onSuccess,omitempty"`
	OnFailure string    `json:"onFailure,omitempty"`
}

// rules are what holds for an event.
type rules struct {
	retries              int
	maxAge               time.Duration
	onSuccess, onFailure string
}

// rules returns what holds for the events of a qualifier.
func (f *compiled) rules(qualifier string) rules {
	if qualifier == "" {
		qualifier = latest
	}
	e := f.events[qualifier]
	out := rules{retries: defaultRetries, maxAge: defaultMaxAge, onSuccess: e.OnSuccess, onFailure: e.OnFailure}
	if e.Retries != nil {
		out.retries = int(*e.Retries)
	}
	if e.MaxAge != nil {
		out.maxAge = time.Duration(*e.MaxAge) * time.Second
	}
	return out
}
