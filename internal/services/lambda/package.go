package lambda

import (
	"context"
	"errors"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/services/lambda/code"
)

const (
	maxZip = 50 << 20 // bytes, of a package in the request
	// maxBody is the largest request, which has the package in base64.
	maxBody = 70_167_211
)

// source is where a request says that a package is.
type source struct {
	zip                           []byte
	bucket, key, image, sourceKMS *string
}

// take stores the package of a request.
func (s *Service) take(ctx context.Context, operation string, from source) (p code.Package, err error) {
	switch {
	case from.image != nil:
		return p, invalid("Gatehouse does not run container images: give the code as a zip package in ZipFile.")
	case from.bucket != nil || from.key != nil:
		return p, invalid("Gatehouse has no S3 yet: give the code as a zip package in ZipFile.")
	case from.sourceKMS != nil:
		return p, invalid("Gatehouse has no KMS: SourceKMSKeyArn cannot be used.")
	case len(from.zip) > maxZip:
		return p, awserr.New(413, "RequestEntityTooLargeException", "Request must be smaller than %d bytes for the %s operation", maxBody, operation)
	}
	p, err = s.code.Put(ctx, from.zip)
	switch {
	case err == nil:
		return p, nil
	case errors.Is(err, code.ErrEmpty):
		return p, invalid("Uploaded file must be a non-empty zip")
	case errors.Is(err, code.ErrTooLarge):
		return p, invalid("Unzipped size must be smaller than %d bytes", int64(code.MaxUnpacked))
	case errors.Is(err, code.ErrZip):
		e := invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
		e.Cause = err
		return p, e
	}
	return p, err
}

// checkQuota refuses what is over the account's quota of code.
func (s *Service) checkQuota(u *usage) error {
	if u.Code > s.codeQuota {
		return api.CodeStorageExceededException("Code storage limit exceeded.")
	}
	return nil
}

func (v *version) setPackage(p code.Package) {
	v.Hash, v.Size, v.Unpacked = p.Hash, p.Size, p.Unpacked
}
