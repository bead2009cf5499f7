// Package edge is where requests come in: listeners, and the table that tells
// by host and path which part of Gatehouse a request is for. It knows no
// service; internal/server fills the table.
//
// Trust. A connection is trusted if it came to a loopback address, from a
// loopback address, and not from a function's sandbox (Trusted). A request of
// such a connection may use the well-known pair test/test unless a web page of
// another machine, a rebound name or a proxy is behind it (OwnUser), and an own
// endpoint (/_gatehouse/...) without credentials if moreover its page, where it
// has one, is Gatehouse's own (Guard).
//
// Time. Headers and bodies must keep coming: a connection that sends too slowly
// is closed.
package edge
