// Package security attacks the real program: as a function that wants more than
// its role has, as an API that points back at Gatehouse, as a client of a
// listener that is not loopback, as one that speaks broken HTTP or signs what it
// may not, and as a user who wants to be root. Each attack must fail with the
// right answer while what is allowed beside it works.
//
// After each test the server's log, written at level debug, is searched for
// every secret that the test came to know.
//
// docs/security.md says what this defends, and what it does not.
//
// The tests need the build tag e2e. Those that need root, for sandboxes with a
// user each and for a network namespace, say so when they are skipped. Nothing
// is sent beyond loopback but inside of such a namespace.
package security
