// Package sigv4 verifies AWS Signature Version 4 on incoming requests, in the
// Authorization header and in presigned URLs, with signed and streamed
// payloads.
//
// It works in three steps, so that a caller's mistakes are answered in the
// order in which AWS answers them:
//
//	sig, err := sigv4.Parse(r)      // well-formed? whose key?
//	err = sig.Check(r, rules)       // in time, everything signed, right scope?
//	                                // (the caller looks the key up here)
//	err = verifier.Verify(r, sig, rules, secret, body)
//
// Errors are *awserr.Error of the frame's kinds; package front gives them the
// code of the protocol at hand. The package knows no users and reads no clock.
//
// Sources: IAM User Guide, "AWS Signature Version 4 for API requests"; S3 API
// Reference, "Authenticating Requests (AWS Signature Version 4)".
package sigv4
