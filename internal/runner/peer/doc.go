// Package peer tells which user a connection from this machine comes from.
//
// Functions share the machine's loopback, where being local is proof of nothing:
// what trusts loopback has to ask who is calling. On Linux the kernel answers
// from its socket table (sock_diag(7)); elsewhere the answer is always unknown,
// and unknown means denied.
package peer
