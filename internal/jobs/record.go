package jobs

import (
	"errors"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

// record is a job as it is stored. It has one entry in an index: while a
// worker holds it among the leases by the lease's end, else among the waiting
// by its next run.
type record struct {
	Kind    string
	ID      string
	Due     time.Time
	Payload []byte `json:",omitempty"`
	Attempt int    `json:",omitempty"` // runs begun
	Version int    `json:",omitempty"` // counts how often it was scheduled anew while held

	Next       time.Time // clock time of the next run, if it is not held
	Token      string    `json:",omitempty"` // of the worker that holds it
	Held       int       `json:",omitempty"` // the version that it holds
	LeaseUntil time.Time // machine time, if it is held
}

// The queue's keys: ("jobs", queue, "job", kind, id) is the record;
// ("jobs", queue, "wait", kind, next, id) and
// ("jobs", queue, "lease", kind, until, id) are the indexes, without values.
func (q *Queue) jobKey(kind, id string) []byte {
	return tuple.Key("jobs", q.name, "job", kind, id)
}

func (q *Queue) waitPrefix() []byte { return tuple.Prefix("jobs", q.name, "wait") }

func (q *Queue) indexPrefix(index, kind string) []byte {
	return tuple.Prefix("jobs", q.name, index, kind)
}

func (q *Queue) indexKey(rec record) []byte {
	if rec.Token != "" {
		return tuple.Key("jobs", q.name, "lease", rec.Kind, rec.LeaseUntil, rec.ID)
	}
	return tuple.Key("jobs", q.name, "wait", rec.Kind, rec.Next, rec.ID)
}

// upTo is the part of an index of a kind that lies at or before t.
func (q *Queue) upTo(index, kind string, t time.Time) kv.Range {
	prefix := q.indexPrefix(index, kind)
	return kv.Range{Start: prefix, End: kv.PrefixEnd(tuple.AppendTime(prefix[:len(prefix):len(prefix)], t))}
}

// indexEntry reads an index key.
func indexEntry(key []byte) (at time.Time, kind, id string, err error) {
	d := tuple.Decode(key)
	d.Skip(3)
	kind, at, id = d.String(), d.Time(), d.String()
	return at, kind, id, d.Err()
}

func (q *Queue) load(r kv.Reader, kind, id string) (record, bool, error) {
	return kv.Load[record](r, q.jobKey(kind, id))
}

// store writes rec in place of old, which is the zero record if there was none.
func (q *Queue) store(txn kv.Txn, old, rec record) error {
	var err error
	if old.ID != "" || old.Kind != "" {
		err = txn.Delete(q.indexKey(old))
	}
	return errors.Join(err, txn.Set(q.indexKey(rec), nil), kv.Save(txn, q.jobKey(rec.Kind, rec.ID), rec))
}

func (q *Queue) remove(txn kv.Txn, rec record) error {
	return errors.Join(txn.Delete(q.indexKey(rec)), txn.Delete(q.jobKey(rec.Kind, rec.ID)))
}

// settle ends a successful run: the job is removed, or waits for the run for
// which it was scheduled meanwhile.
func (q *Queue) settle(txn kv.Txn, rec record) error {
	if rec.Version != rec.Held {
		return q.release(txn, rec, rec.Due)
	}
	return q.remove(txn, rec)
}

// release gives the job back, to run at next. Only fields that are not part of
// its index entry may differ from what is stored.
func (q *Queue) release(txn kv.Txn, rec record, next time.Time) error {
	free := rec
	free.Token, free.Held, free.LeaseUntil, free.Next = "", 0, time.Time{}, next
	return q.store(txn, rec, free)
}

func (q *Queue) job(rec record) Job {
	return Job{
		Kind: rec.Kind, ID: rec.ID, Due: rec.Due, Attempt: rec.Attempt, Payload: rec.Payload,
		queue: q, token: rec.Token,
	}
}
