// Package watch tells waiting goroutines that keys with a prefix may have
// changed. Both stores use it within their process.
package watch
