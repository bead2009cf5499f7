// Package overlay is the part of a transaction that all stores share: it
// buffers writes above a snapshot, lets the transaction read them, enforces
// the limits of package kv, and hands the store what to commit.
package overlay
