// Package iam is AWS Identity and Access Management: users, groups, roles,
// policies and keys, and the authority that front asks who a caller is and
// what applies to him.
//
// All of an account's identities are held in memory as an immutable snapshot
// with compiled policies, swapped whenever something changed. A change that
// was acknowledged applies to the very next call on this node, and to calls on
// other nodes of the same store within moments. No call reads the store to be
// authorized.
package iam
