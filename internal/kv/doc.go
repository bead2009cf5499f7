// Package kv is the ordered, transactional key-value store that holds all of
// Gatehouse's durable state, as an interface with two implementations:
// pebblekv (embedded, one process) and pgkv (any PostgreSQL-wire database).
// Package kvtest is the one conformance suite that both pass.
//
// Keys are bytes, ordered bytewise, and are built with package tuple. Values
// are opaque; Get and Put in this package store Go structs as JSON.
//
// What is promised: an Update that returned nil is on stable storage; Updates
// are serializable; a View sees one consistent snapshot; a conflict is retried
// by the store, so the function given to Update may run more than once and
// must have no effect but on its Txn.
package kv
