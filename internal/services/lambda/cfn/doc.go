// Package lambdacfn has CloudFormation's resource types of Lambda:
// AWS::Lambda::Function, Permission, Version and Alias.
//
// A function's code is inline (Code.ZipFile, for the interpreted runtimes), or
// an asset that was uploaded to Gatehouse: Code.S3Bucket is AssetBucket and
// Code.S3Key is the SHA-256 of the zip. Any other bucket is left to Lambda.
//
// Source: CloudFormation Template Reference, "AWS Lambda resource type
// reference".
package lambdacfn

import (
	"context"

	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

const service = "lambda"

// AssetBucket is the S3Bucket that means: an uploaded asset.
const AssetBucket = "gatehouse-assets"

// Assets gives the bytes of uploaded assets.
type Assets interface {
	// Asset returns the asset whose SHA-256 is sum, in lower-case hexadecimal.
	Asset(ctx context.Context, sum string) ([]byte, error)
}

// Types are the resource types of Lambda.
func Types(assets Assets) []*cfn.Type {
	return []*cfn.Type{function(assets), permission(), version(), alias()}
}
