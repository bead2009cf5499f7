// Package testkit builds what service tests need: a store in memory and a
// front pipeline on a loopback server, called through the AWS SDK as root.
// Only tests import it.
package testkit
