// Package edge is where requests come in: listeners, and the table that tells
// by host and path which part of Gatehouse a request is for. It knows no
// service; internal/server fills the table.
//
// Trust. A request is of the machine's own user if it arrived on a loopback
// listener, from a loopback address, and not from a function's sandbox. Only
// such a request may use the well-known pair test/test or an own endpoint
// (/_gatehouse/...) without credentials. Own endpoints moreover refuse names
// that are not of this machine and requests that a foreign web page made, so
// that no page in the user's browser can drive them.
package edge
