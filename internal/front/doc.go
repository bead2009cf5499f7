// Package front is the one pipeline through which every API call goes, over
// HTTP or from inside: recognise, authenticate, decode, validate, authorize,
// operate, encode. No operation can forget a phase, since none performs one.
//
// A service registers its generated description, the server that implements
// it, and the table of what each operation demands of its caller (Access). An
// operation that is not in the table is allowed only to those who may do it on
// every resource.
package front
