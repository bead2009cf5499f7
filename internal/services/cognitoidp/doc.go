// Package cognitoidp is Amazon Cognito user pools: the control plane of pools,
// app clients, domains, resource servers, groups and identity providers. The
// endpoints that tokens come from are in the subfolder oauth.
//
// Settings are returned as they were written, with the defaults that AWS fills
// in. What a setting has no effect on yet is listed in
// docs/services/cognito-idp.md. Users are not here yet: their operations
// answer 501.
//
// Each pool signs with RSA keys of its own. The private halves live in records
// that no operation reads or returns.
package cognitoidp
