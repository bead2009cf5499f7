package jobs

import (
	"errors"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// MaxPayload is the size limit of a job's payload in bytes.
const MaxPayload = 1 << 20

var (
	// ErrTooLarge is returned by Schedule for a payload above MaxPayload.
	ErrTooLarge = errors.New("jobs: payload is too large")
	// ErrLost is returned by Job.Finish when the job was cancelled, or is no
	// longer this worker's because its lease ran out.
	ErrLost = errors.New("jobs: job is no longer held by this worker")
	// errVanished is the cause of death of a job whose worker never came back.
	errVanished = errors.New("jobs: the process running the job ended")
)

// Job is what a handler gets. Kind and ID name it; scheduling the same name
// again replaces it.
type Job struct {
	Kind, ID string
	Due      time.Time // as scheduled, not the time of a retry
	Attempt  int       // number of this run, from 1
	Payload  []byte

	queue *Queue
	token string
}

// Finish removes the job within txn, so that whatever else txn does happens
// once however often the job runs. It returns ErrLost, and txn must not commit
// then, if the job is no longer this worker's. The handler returns nil after it.
func (j Job) Finish(txn kv.Txn) error {
	rec, ok, err := j.queue.load(txn, j.Kind, j.ID)
	if err != nil {
		return err
	}
	if !ok || rec.Token != j.token {
		return ErrLost
	}
	return j.queue.settle(txn, rec)
}
