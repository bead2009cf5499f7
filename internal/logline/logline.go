// Package logline is the vocabulary between what produces log events
// (functions, access logs) and CloudWatch Logs.
package logline

import "time"

// Event is one line of a log stream.
type Event struct {
	Time    time.Time
	Message string
}
