package edge

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
)

// How slowly a body may come: bodyGrace from the request on, and then at least
// bodyRate bytes a second on average.
const (
	bodyGrace = 30 * time.Second
	bodyRate  = 4 << 10
)

// hurry ends connections whose request body comes too slowly, which would hold
// what they have sent in memory for as long as they like, and those whose next
// request could be a part of this one's body.
func hurry(h http.Handler, grace time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			b := &slowBody{ReadCloser: r.Body, conn: http.NewResponseController(w), until: clock.Machine().Add(grace)}
			// What the handler leaves unread, net/http reads: that must end too.
			b.conn.SetReadDeadline(b.until)
			r.Body = b
		}
		if len(r.TransferEncoding) > 0 {
			// A proxy that went by a Content-Length beside it, which net/http has
			// taken away, would see other requests in what follows (RFC 9112
			// section 6.1).
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// slowBody is a body with a deadline that moves with what has come.
type slowBody struct {
	io.ReadCloser
	conn  *http.ResponseController
	until time.Time
}

func (b *slowBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		// While the answer is made, net/http watches whether the client leaves: a
		// deadline would look like that.
		b.conn.SetReadDeadline(time.Time{})
	case n > 0:
		b.until = b.until.Add(time.Duration(n) * time.Second / bodyRate)
		b.conn.SetReadDeadline(b.until)
	}
	return n, err
}
