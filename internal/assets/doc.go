// Package assets keeps uploaded function code until a stack uses it, while
// there is no S3. Assets are content-addressed: the name is the SHA-256 of the
// bytes, so an upload is proven by its name and repeating it changes nothing.
//
// PUT /_gatehouse/assets/{sha256} uploads, signed with SigV4 as service
// "gatehouse"; HEAD asks whether an asset is there. The caller needs the action
// gatehouse:PutAsset on arn:aws:gatehouse:REGION:ACCOUNT:asset/SHA256.
package assets
