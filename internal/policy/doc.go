// Package policy is the IAM policy language: it parses documents, refuses
// malformed ones with IAM's own sentences, and decides requests.
//
// A document is compiled once, by Parse, and is immutable and safe for
// concurrent use from then on. Evaluate decides one request against all the
// policies that apply to it and allocates nothing on the usual path.
//
// The package decides from what it is given and nothing else: it knows no
// service, reads no store and tells no time. Whatever is unknown counts
// against the caller: a key that is absent, a variable without a value and a
// principal of an unknown type never allow.
//
// Sources, all in the IAM User Guide: "IAM JSON policy elements reference",
// "Grammar of the IAM JSON policy language", "Policy evaluation logic",
// "Permissions boundaries for IAM entities", "Session policies", "Set
// operators for multivalued context keys", "Policy variables and tags",
// "Troubleshoot access denied error messages".
package policy
