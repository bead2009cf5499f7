package lambdacfn

import (
	"archive/zip"
	"bytes"
	"context"
	"strings"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
)

// codeProperty is Code as templates write it: ZipFile is a source text.
var codeProperty = cfn.Property{Kind: cfn.Object, Required: true, Fields: cfn.Schema{
	"ZipFile": cfn.TextProperty, "S3Bucket": cfn.TextProperty, "S3Key": cfn.TextProperty,
	"S3ObjectVersion": cfn.TextProperty, "ImageUri": cfn.TextProperty}}

// code makes Lambda's form of a function's code.
func code(ctx context.Context, assets Assets, p cfn.Properties) (*api.FunctionCode, error) {
	var c struct{ ZipFile, S3Bucket, S3Key, S3ObjectVersion, ImageUri *string }
	if _, err := p.Part("Code", &c); err != nil {
		return nil, err
	}
	switch {
	case c.ZipFile != nil:
		b, err := inlineZip(p.Text("Runtime"), *c.ZipFile)
		return &api.FunctionCode{ZipFile: b}, err
	case c.S3Bucket != nil && *c.S3Bucket == AssetBucket && c.S3Key != nil:
		b, err := assets.Asset(ctx, *c.S3Key)
		return &api.FunctionCode{ZipFile: b}, err
	}
	return &api.FunctionCode{S3Bucket: c.S3Bucket, S3Key: c.S3Key, S3ObjectVersion: c.S3ObjectVersion, ImageUri: c.ImageUri}, nil
}

// inlineZip puts a source text into the file that CloudFormation names index.
func inlineZip(runtime, source string) ([]byte, error) {
	var name string
	switch {
	case strings.HasPrefix(runtime, "nodejs"):
		name = "index.js"
	case strings.HasPrefix(runtime, "python"):
		name = "index.py"
	default:
		return nil, &cfn.PropertyError{Message: "ZipFile can only be used when Runtime is set to either of nodejs or python"}
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	h.SetMode(0o644)
	f, err := w.CreateHeader(h)
	if err != nil {
		return nil, err
	}
	if _, err := f.Write([]byte(source)); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}
