// Package server is the one place that knows every service: it opens the
// store, wires the services to one another through the small interfaces that
// they declare, registers them with the front, and listens.
//
// Adding a service is one line in services.go.
package server
