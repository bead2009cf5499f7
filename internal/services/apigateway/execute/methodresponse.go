package execute

import (
	"io"
	"net/http"
	"strconv"
)

// completeMethodResponse adds what every answer has.
func (x *exchange) completeMethodResponse() error {
	h := x.response.header
	if _, has := h["Content-Type"]; !has && mayHaveBody(x.response.status) {
		h["Content-Type"] = []string{jsonType}
	}
	return x.compress()
}

// mayHaveBody follows RFC 9110 section 6.4.1.
func mayHaveBody(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// write sends the method response. Its error is a body that broke off.
func (x *exchange) write(w http.ResponseWriter) error {
	h := x.response.header
	identifiers := [...]string{x.requestID, x.extendedID, x.traceID}
	h["x-amzn-RequestId"] = identifiers[0:1:1]
	h["x-amz-apigw-id"] = identifiers[1:2:2]
	h["X-Amzn-Trace-Id"] = identifiers[2:3:3]
	defer x.closeStream()
	if !mayHaveBody(x.response.status) {
		w.WriteHeader(x.response.status)
		return nil
	}
	h["Content-Length"] = []string{strconv.FormatInt(x.responseLength(), 10)}
	w.WriteHeader(x.response.status)
	if x.r.Method == http.MethodHead {
		return nil
	}
	if x.response.stream == nil {
		w.Write(x.response.body) // the client is gone where it fails
		return nil
	}
	n, err := io.Copy(w, x.response.stream)
	if err == nil && n != x.response.length {
		err = io.ErrUnexpectedEOF
	}
	return err
}

func (x *exchange) closeStream() {
	if x.response.stream != nil {
		x.response.stream.Close()
	}
}
