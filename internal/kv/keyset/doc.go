// Package keyset holds sets of keys, given as single keys and as ranges: what
// a transaction read, what a commit wrote. It answers whether two meet. The
// implementations of package kv use it; nothing else needs to.
package keyset
