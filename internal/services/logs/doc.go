// Package logs is Amazon CloudWatch Logs: groups, streams and events, with
// retention that deletes, filter patterns, and tailing.
//
// Events come in two ways. PutLogEvents writes before it answers. Append is for
// producers inside Gatehouse, functions above all: it only queues, so that a
// function never waits for the disk, and what is queued is written within 100 ms
// and at Close. Whoever reads events, over the API too, sees all that was queued
// before.
//
// Sources: Amazon CloudWatch Logs API Reference; User Guide, "Filter pattern
// syntax" and "CloudWatch Logs quotas".
package logs
