//go:build e2e

// Package scale runs two servers on one PostgreSQL database and tests that they
// behave as one: what is done at the one is seen, and gone on with, at the other.
package scale
