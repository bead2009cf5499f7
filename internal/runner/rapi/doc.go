// Package rapi serves one sandbox's side of the Lambda Runtime API
// (2018-06-01) and Extensions API (2020-01-01): the HTTP calls by which a
// runtime and its extensions fetch invocations and deliver results.
//
// An API belongs to one sandbox and knows no network policy: whoever gives it
// connections has checked that they come from that sandbox. It trusts nothing
// that arrives on them: sizes, counts and the order of calls are bounded and
// checked.
//
// HTTP is parsed here rather than by net/http: a parked GET .../next needs no
// goroutine switch to be answered, and streamed responses end with trailers that
// carry an error. Only what these two APIs use is understood (RFC 9112, with
// Content-Length and chunked bodies); anything else closes the connection.
//
// Sources: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom
// runtimes", "Extensions API reference", "Invoke with response streaming".
package rapi
