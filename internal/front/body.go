package front

import (
	"errors"
	"io"
	"net/http"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front/sigv4"
)

const (
	// strangerBody is how much is read of a body before it can be told whose it
	// is, bytes. No operation for everybody needs as much.
	strangerBody = 1 << 20
	// firstRead is the memory that a body gets before it has come, bytes.
	firstRead = 64 << 10
)

// body reads the body of a request to s. A large one is read only if the
// request names a key that exists and claims nothing that is wrong at once;
// whether the claim is true cannot be told before the body is there.
func (p *Pipeline) body(s *Service, r *http.Request) ([]byte, error) {
	limit := s.maxBody()
	if n := r.ContentLength; n >= 0 && n <= strangerBody || limit <= strangerBody {
		return readBody(r, limit)
	}
	if err := p.plausible(s, r); err != nil {
		body, tooLarge := readBody(r, strangerBody)
		if tooLarge != nil {
			return nil, err
		}
		return body, nil
	}
	return readBody(r, limit)
}

// plausible says what is wrong with a signature that can be told without the
// body.
func (p *Pipeline) plausible(s *Service, r *http.Request) error {
	sig, err := sigv4.Parse(r)
	if err != nil {
		return err
	}
	if err := sig.Check(r, sigv4.Rules{Now: clock.Machine(), Service: s.API.SigningName}); err != nil {
		return err
	}
	_, err = p.credential(r, sig)
	return err
}

// readBody reads a whole body of at most limit bytes. It gets memory as it
// comes, not as it is announced.
func readBody(r *http.Request, limit int64) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return []byte{}, nil
	}
	n := r.ContentLength
	if n > limit {
		return nil, tooLarge(limit)
	}
	if n >= 0 && n <= firstRead {
		b := make([]byte, n)
		if _, err := io.ReadFull(r.Body, b); err != nil {
			return nil, awserr.Of(awserr.Malformed, "The request body is shorter than its Content-Length")
		}
		return b, nil
	}
	b, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, limit))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, tooLarge(limit)
	case err != nil && n >= 0:
		return nil, awserr.Of(awserr.Malformed, "The request body is shorter than its Content-Length")
	case err != nil:
		return nil, awserr.Of(awserr.Malformed, "The request body could not be read")
	}
	return b, nil
}

func tooLarge(limit int64) error {
	return awserr.New(http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", "Request must be smaller than %d bytes", limit)
}
