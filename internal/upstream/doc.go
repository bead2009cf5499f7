// Package upstream is an HTTP/1.1 client for proxying (RFC 9110 and 9112):
// requests are written as they are given, answers are read without
// interpretation, redirects, cookies or decompression.
//
// It is made to cost little: connections are kept and taken last in, first out;
// a request is one write, its answer's head one string, its time limit a
// deadline on the connection. There is no goroutine per request, but for bodies
// that do not fit into a socket's buffer.
//
// It is strict where two parsers could disagree about where a message ends:
// answers with both Content-Length and Transfer-Encoding, with several or
// malformed lengths, with any coding but chunked, with folded lines, bare
// carriage returns or names that are no tokens are refused, and a connection
// with bytes left over after an answer is closed.
package upstream
