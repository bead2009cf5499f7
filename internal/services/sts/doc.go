// Package sts is the AWS Security Token Service: it makes temporary
// credentials of roles, users and web identities.
//
// Credentials are self-contained (internal/identity): nothing is stored when
// they are made, and they end when their time is over, when their role is
// deleted, or when a policy denies them by aws:TokenIssueTime.
package sts
