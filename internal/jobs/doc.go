// Package jobs runs work later: timers, deliveries with retries, expiries. A
// job is scheduled in the caller's own kv transaction, so it exists exactly if
// the change that asked for it does, and survives a restart.
//
// Promises:
//   - A job runs at least once, not before it is due, on one worker at a time,
//     also when several processes share the store. Handlers must bear to run
//     again; Job.Finish, inside the transaction that has the job's effect,
//     makes the effect happen exactly once.
//   - A failed job runs again after an exponentially growing pause, until its
//     Policy gives it up; it then goes to the policy's Dead function within
//     the transaction that removes it.
//   - No kind of job can starve another, and no more jobs run at once than
//     there are workers.
//
// Due times and pauses are times of clock.Clock, so moving the clock makes jobs
// due. A worker holds a job by a lease, which it renews while the handler runs
// and which another process takes over when it runs out; leases are in the
// machine's time, as they are about whether a process lives. The clocks of the
// processes must agree to within a fraction of the lease.
package jobs
