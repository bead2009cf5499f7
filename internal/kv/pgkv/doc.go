// Package pgkv keeps package kv's store in a database that speaks PostgreSQL's
// protocol, shared by any number of processes.
//
// # Tables
//
// Everything is in the schema gatehouse, which Open makes if it is missing:
// the table kv (k bytea primary key, v bytea), whose order is bytewise, and
// the sequence commits, of which each commit takes a number.
//
// # Transactions
//
// A View is a REPEATABLE READ READ ONLY transaction, an Update a SERIALIZABLE
// one. Writes stay in memory until the function returns and then go out as one
// batch. Serialization failures and deadlocks are retried; a transaction that
// keeps losing queues up with the other losers at an advisory lock. When the
// connection breaks in COMMIT, Update returns kv.ErrUncertain: the store
// cannot know the outcome, and running the function again might apply it twice.
// Durability is the server's: a session with synchronous_commit off gets it
// turned on.
//
// # Watching
//
// After a commit its process sends NOTIFY with the touched keys, many commits
// in one when they come fast. It is sent outside of the transaction because
// NOTIFY within one makes all commits of the database wait for each other. The
// gap that a crash can leave between the two, and lost connections, are
// covered by looking at the sequence every few seconds: when it moved, all
// watchers are woken. Servers without LISTEN (CockroachDB), and poolers that
// do not pass it on (Options.Poll), are watched by the sequence alone.
package pgkv
