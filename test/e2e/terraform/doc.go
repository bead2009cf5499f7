//go:build e2e

// Package terraform drives every resource of the AWS provider that the services
// stand behind with the real Terraform: one wide configuration a service under
// testdata, which is applied, planned again, changed in place, imported anew
// and destroyed. What AWS itself does not tell after an import, and what it
// does not change in place, stands beside the configuration with its reason;
// an exception that nothing needs is a failure.
//
// The provider runs as one process for all commands of a configuration, the way
// its own debug mode offers it: starting it is most of a command's time.
package terraform
