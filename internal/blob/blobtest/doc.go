// Package blobtest is the conformance suite of package blob, run against each
// implementation.
package blobtest
