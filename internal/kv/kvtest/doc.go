// Package kvtest is the conformance suite of package kv. Run checks one store;
// RunShared checks two handles on one database; Metamorphic runs the same
// random transactions on two stores and compares every answer. Model is a
// store so simple that it is right, to compare with.
package kvtest
