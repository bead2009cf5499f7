// Package oauth is the data plane of user pools: the OAuth 2.0 token endpoint
// of a pool's domain (RFC 6749), and the issuer's key set and OpenID discovery
// documents.
//
// It reads compiled, immutable pools from a Source and never touches the store
// itself. What cannot be authenticated is refused with Cognito's own error
// codes; the reason is never more precise than Cognito's.
package oauth
