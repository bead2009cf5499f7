package jobs

import (
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// Schedule makes a job due at the given time, as part of txn. A job of the
// same kind and id is replaced, its attempts forgotten; if it is running just
// now, that run goes on and the new one follows it.
func (q *Queue) Schedule(txn kv.Txn, kind, id string, due time.Time, payload []byte) error {
	if len(payload) > MaxPayload {
		return ErrTooLarge
	}
	old, ok, err := q.load(txn, kind, id)
	if err != nil {
		return err
	}
	due = due.UTC()
	rec := record{Kind: kind, ID: id, Due: due, Next: due, Payload: payload}
	if ok && old.Token != "" {
		rec.Version = old.Version + 1
		rec.Token, rec.Held, rec.LeaseUntil = old.Token, old.Held, old.LeaseUntil
	}
	return q.store(txn, old, rec)
}

// Cancel removes a job, as part of txn; one that is not there is no error. The
// context of a running handler is cancelled within a third of the lease.
func (q *Queue) Cancel(txn kv.Txn, kind, id string) error {
	rec, ok, err := q.load(txn, kind, id)
	if err != nil || !ok {
		return err
	}
	return q.remove(txn, rec)
}

// Lookup returns a job that is waiting or running; ok is false if there is none.
func (q *Queue) Lookup(r kv.Reader, kind, id string) (job Job, ok bool, err error) {
	rec, ok, err := q.load(r, kind, id)
	return q.job(rec), ok, err
}
