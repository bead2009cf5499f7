// Package kvblob keeps blobs in a kv.Store, cut into pieces of at most 1 MiB,
// so that all servers on one database have the same blobs.
//
// A Put first writes the pieces under the random name of its upload, then, in
// one transaction, the blob's head, which names the upload. Until then there
// is no blob. An upload that nobody continued for an hour was interrupted; the
// next Put or Open of any server removes its pieces.
//
// A blob that is put again gets the new upload's pieces and loses its old
// ones; whoever reads it goes on in the new ones.
package kvblob
