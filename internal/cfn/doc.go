// Package cfn is the vocabulary between the CloudFormation engine and the
// resource types that it deploys: what a type's properties are, which of their
// changes need a new resource, and how one is created, updated and deleted.
//
// Handlers live beside each service, in internal/services/<service>/cfn, and
// reach it only through the front pipeline, as the caller of the stack
// operation or the stack's role: IAM applies to each step. A property that a
// type does not know is an error that names it.
//
// Templates are read by the package template below this one.
package cfn
