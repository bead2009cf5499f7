package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
)

// signedRequests is how many distinct requests a load goes through; they are
// signed beforehand, so that the load measures the server.
const signedRequests = 1 << 14

// presign makes n requests of a query operation, in the bytes that go over the
// wire, each with the headers of the SDK for Go and an invocation id, and so a
// signature, of its own. They are good for five minutes.
func presign(ctx context.Context, n int, url, service, form string, key aws.Credentials) ([][]byte, error) {
	signer := v4.NewSigner()
	sum := sha256.Sum256([]byte(form))
	hash, now := hex.EncodeToString(sum[:]), clock.Machine()
	out := make([][]byte, n)
	for i := range out {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/", strings.NewReader(form))
		if err != nil {
			return nil, err
		}
		r.Header.Set("User-Agent", "aws-sdk-go-v2/1.47.6 ua/2.1 os/linux lang/go#1.26 md/GOOS#linux md/GOARCH#amd64 api/iam#1.64.7 m/E,g")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Amz-Sdk-Invocation-Id", ids.UUID())
		r.Header.Set("Amz-Sdk-Request", "attempt=1; max=3")
		if err := signer.SignHTTP(ctx, key, r, hash, service, region, now); err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := r.Write(&b); err != nil {
			return nil, err
		}
		if !bytes.HasSuffix(b.Bytes(), []byte(form)) {
			return nil, fmt.Errorf("the request is not plain: %q", b.String())
		}
		out[i] = b.Bytes()
	}
	return out, nil
}
