// Package jwt signs and verifies JSON Web Tokens (RFC 7519) as Amazon Cognito
// issues them: compact JWS (RFC 7515), RS256 and nothing else.
//
// The verifier is strict, after RFC 8725. The algorithm is fixed by the code
// and never taken from the token, so "none" and an HMAC made with the public
// key are refused alike. Refused are also: a key id that the issuer does not
// have, RSA keys under 2048 bits, critical headers, duplicate members, base64
// that is padded or not canonical, JSON that is too deep, and tokens over
// MaxToken. The issuer and the expiry are checked here; token_use, scopes and
// audience belong to the caller.
//
// Verified tokens are cached under their SHA-256, in a table of fixed size that
// is read without a lock. A cached token is still refused once it has expired,
// once its key has left the issuer's key set, and for any other issuer.
package jwt
