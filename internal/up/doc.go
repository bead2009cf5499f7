// Package up is what `gatehouse up DIR` and `gatehouse down DIR` do: read
// DIR/template.yaml (or .yml, .json), build and upload the functions whose Code
// is a local directory, and create, update or delete the stack through the
// ordinary CloudFormation API, telling what happens as it happens.
//
// A function with `Metadata: {BuildMethod: go1.x}` is built as a Go program for
// the provided runtimes; the code of any other is packed as it is. Nothing is
// written into DIR.
package up
