// Package wire speaks the five AWS protocols: awsJson 1.0 and 1.1, restJson1,
// restXml, awsQuery and ec2Query (the Smithy specification, "AWS Protocols").
//
// A Service is a generated table of shapes and operations. The generated Go
// structs carry no tags: field i of a struct is member i of its shape, so the
// codecs walk the two side by side. The tables are static data; nothing is
// built when the program starts.
//
// Decoding never trusts its input: depth, counts and sizes are bounded, and
// what cannot be read is an awserr.Error of kind Malformed. Unknown members
// are ignored, as AWS ignores them. Validate then applies what the model
// states, so that no handler checks what the model says.
package wire
