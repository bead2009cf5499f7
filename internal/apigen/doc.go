// Command apigen turns AWS service models (botocore's service-2.json, gzipped)
// into the packages under internal/api (and a few under
// internal/wire/conformance, for tests only): plain structs, a Server interface with
// one method an operation, an Unimplemented to embed, constructors for the
// modelled errors, and the table that package wire works from.
//
//	go run ./internal/apigen -models DIR [-root .] [-check]
//
// With -check nothing is written; the exit status is 1 if the committed
// packages are not what the models give.
package main
