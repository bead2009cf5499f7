// Package conformance holds no code, only tests: every generated operation is
// called with the AWS SDK for Go, whose request our decoders must understand
// and which must understand our answers and errors in turn. For the protocols
// that no generated service speaks yet, the same is asked of recorded
// exchanges of botocore, the library under the AWS CLI.
package conformance
