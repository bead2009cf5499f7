// Package bootstrap holds the runtimes that Gatehouse brings: the programs that
// node and python run in order to load a handler and feed it from the Runtime
// API. They are written for Gatehouse and behave as AWS's runtimes do.
package bootstrap
