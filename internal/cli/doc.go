// Package cli is the command line: one file a command, one table of all.
// Commands that ask a running server do so over HTTP, as any client would.
package cli
