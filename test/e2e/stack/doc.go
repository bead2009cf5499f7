//go:build e2e

// Package stack deploys stacks/sms-api with the real tools and calls it: the
// acceptance of the first stack.
package stack
