// Package lint holds the house rules, each as a Go test: what depends on what,
// where state, time, randomness and output may come from, how long files are,
// what is documented, and that no operation is without an access rule.
//
// A failure gives file and line and why the rule exists. An exception stands
// in the table beside its rule with the reason for it, and an exception that
// nothing needs any more is a failure too. Each rule is itself tested on the
// small trees in testdata, which break it on purpose.
//
// The package also writes docs/coverage.md and fails while that is stale:
//
//	go test ./internal/lint -run Coverage -rewrite
package lint
