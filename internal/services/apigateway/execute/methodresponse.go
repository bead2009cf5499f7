package execute

import (
	"io"
	"net/http"
	"strconv"
)

// completeMethodResponse adds what every answer has.
func (x *exchange) completeMethodResponse() error {
	h := x.response.header
	if _, has := h["Content-Type"]; !has && mayHaveBody(x.r.Method, x.response.status) {
		h["Content-Type"] = []string{jsonType}
	}
	return x.compress()
}

// mayHaveBody follows RFC 9110 section 6.4.1.
func mayHaveBody(method string, status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// write sends the method response.
func (x *exchange) write(w http.ResponseWriter) {
	h := x.response.header
	identifiers := [...]string{x.requestID, x.extendedID, x.traceID}
	h["x-amzn-RequestId"] = identifiers[0:1:1]
	h["x-amz-apigw-id"] = identifiers[1:2:2]
	h["X-Amzn-Trace-Id"] = identifiers[2:3:3]
	if !mayHaveBody(x.r.Method, x.response.status) {
		w.WriteHeader(x.response.status)
		x.closeStream()
		return
	}
	if x.response.stream == nil {
		h["Content-Length"] = []string{strconv.Itoa(len(x.response.body))}
		w.WriteHeader(x.response.status)
		if x.r.Method != http.MethodHead {
			w.Write(x.response.body)
		}
		return
	}
	defer x.closeStream()
	h["Content-Length"] = []string{strconv.FormatInt(x.response.length, 10)}
	w.WriteHeader(x.response.status)
	if x.r.Method == http.MethodHead {
		return
	}
	if n, err := io.Copy(w, x.response.stream); err != nil || n != x.response.length {
		// The status is out. Cutting the connection is the only way left to
		// say that the body is not whole.
		panic(http.ErrAbortHandler)
	}
}

func (x *exchange) closeStream() {
	if x.response.stream != nil {
		x.response.stream.Close()
	}
}
