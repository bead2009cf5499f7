// Package policy is the IAM policy language: it parses documents, refuses
// malformed ones with IAM's own sentences, and decides requests.
//
// A document is compiled once, by Parse, and is immutable and safe for
// concurrent use from then on. Evaluate decides one request against all the
// policies that apply to it and allocates nothing on the usual path.
//
// The package decides from what it is given and nothing else: it knows no
// service, reads no store and tells no time. Whatever is unknown counts
// against the caller where AWS does not say otherwise: a principal of an
// unknown type matches nothing, an account that is not given is read from the
// resource's name.
//
// Where AWS's documentation leaves a choice, the stricter one was taken:
// condition operators and element names are case-sensitive; NotPrincipal spares
// a caller only when its account, role and session are all listed, and never
// one with a permissions boundary; in trust policies {"AWS": "*"} is everyone
// with an identity, not services or callers of identity providers; dates are
// ISO 8601 or epoch seconds (IAM also takes oddities such as "01T"); an
// ARN operator's value of fewer than six parts matches nothing, but for "*".
//
// Sources, all in the IAM User Guide: "IAM JSON policy elements reference",
// "Grammar of the IAM JSON policy language", "Policy evaluation logic",
// "Permissions boundaries for IAM entities", "Session policies", "Set
// operators for multivalued context keys", "Policy variables and tags",
// "Troubleshoot access denied error messages".
package policy
