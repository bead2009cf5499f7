// Package identity is the vocabulary between IAM, which knows users and roles,
// STS, which makes sessions of them, and the services that act in a role: what
// a role is, what a session is, and how a session travels in a token.
package identity
