package sns_test

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awssns "github.com/aws/aws-sdk-go-v2/service/sns"
)

// skewed signs with a clock that is ahead, as the server's is after it moved.
type skewed struct {
	awssns.HTTPSignerV4
	by time.Duration
}

func (s skewed) SignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, hash, service, region string, at time.Time, fns ...func(*v4.SignerOptions)) error {
	return s.HTTPSignerV4.SignHTTP(ctx, c, r, hash, service, region, at.Add(s.by), fns...)
}
