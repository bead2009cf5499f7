// Package fileblob keeps blobs as files of one directory that only its owner
// can enter, for one process at a time.
//
// A blob is written to a file in new/ and synced, renamed to its place
// objects/HH/HASH, HH being the hash's first two digits, and the directory is
// synced too: after a crash a blob is there as a whole or not at all. What a
// crash left in new/ is removed by the next Open.
package fileblob
