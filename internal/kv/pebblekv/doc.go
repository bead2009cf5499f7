// Package pebblekv keeps package kv's store in a directory of this machine,
// for one process at a time, on Pebble.
//
// # Transactions
//
// Concurrency control is optimistic. An Update runs on a snapshot and notes
// the keys and ranges that it read. To commit, it takes one short lock, checks
// that no commit since its snapshot wrote any of them, writes its batch to
// Pebble, and leaves the lock; it then waits for the log's sync outside of it,
// so that concurrent commits share a sync. The keys of recent commits are kept
// in a bounded list; a transaction older than the list counts as conflicting.
// After a few conflicts a transaction runs once more while it holds the lock,
// so it always makes progress: Update must not be called from within Update.
//
// # Durability
//
// A commit becomes visible to snapshots when it is in Pebble's memory, a
// moment before it is on stable storage. Nobody may act on such data, for a
// crash could still take it back. So View, having taken its snapshot, waits
// until everything in it is synced before it runs its function; with no write
// in flight that is one atomic load. An Update may run on unsynced data, as its
// own sync comes after that of all it saw (the log is synced in order); if it
// writes nothing or fails, it waits in the same way before it returns.
//
// # Failure
//
// When the log cannot be written or synced, that Update and all later ones
// return kv.ErrFailed, as does a View that would see data of unknown fate. The
// store must be opened again. Pebble itself ends the process in a few cases
// where its own state is in doubt (it cannot write its manifest, or cannot
// begin a new log file); acknowledged data is safe then too.
package pebblekv
