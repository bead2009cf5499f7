// Package blob keeps bytes too large for a record of the store: function
// packages, uploaded assets, and later the objects of S3. It is an interface
// with two implementations: fileblob (files of one machine) and kvblob (pieces
// in a kv.Store, for servers that share a database). Package blobtest is the
// one conformance suite that both pass.
//
// A blob is named by the SHA-256 of its content. It never changes, so any copy
// of it is as good as the original, and storing it twice stores it once.
//
// What is promised: a Put that returned nil is on stable storage; a Put that
// was interrupted left no blob; who reads a blob from its begin to its end
// gets its content or ErrCorrupt, never other bytes; storing a corrupt blob
// again heals it.
package blob
