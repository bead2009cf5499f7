package execute

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/jwt"
)

// exchange is one request and its answer: the four messages that API Gateway
// names, and what the phases found out. It belongs to the goroutine that serves
// the request.
type exchange struct {
	gateway *Gateway
	r       *http.Request
	start   time.Time

	requestID  string // x-amzn-RequestId
	extendedID string // x-amz-apigw-id
	traceID    string // X-Amzn-Trace-Id

	apiID, stageName string
	path             string // as sent, after the stage
	query            query

	stage    *stage
	resource *resource
	method   *method
	params   []param
	token    *jwt.Token // of a user pool, nil without
	apiKeyID string
	body     []byte // the method request's

	integration integrationResult
	answer      *result    // of a custom integration
	overrides   *overrides // by templates, nil without
	response    response
	fault       *Fault

	authorized time.Time // when the authorizer had decided

	test       bool // of TestInvokeMethod
	variables  map[string]string
	paramSpace [4]param
}

// integrationResult is the integration response, before it is mapped.
type integrationResult struct {
	started, ended time.Time
	status         int
	failure        string // $context.integrationErrorMessage
	requestID      string
	functionError  string
}

// response is the method response.
type response struct {
	status int
	header http.Header
	body   []byte
	stream stream // where the body is copied from, nil if body has it
	length int64
}

// stream is a body that was not read into memory.
type stream interface {
	io.Reader
	Close() error
}

// begin starts the exchange with its identifiers. The answer's headers go into
// h.
func (g *Gateway) begin(h http.Header, r *http.Request, apiID, stage, path string) *exchange {
	x := &exchange{gateway: g, r: r, start: g.o.Clock.Now(), apiID: apiID, stageName: stage, path: path}
	x.response.header = h
	x.identify()
	return x
}

// identify draws the three identifiers from one read of randomness.
func (x *exchange) identify() {
	random := ids.Bytes(16 + 11 + 12)
	id := random[:16]
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	var uuid [36]byte
	hex.Encode(uuid[0:8], id[0:4])
	hex.Encode(uuid[9:13], id[4:6])
	hex.Encode(uuid[14:18], id[6:8])
	hex.Encode(uuid[19:23], id[8:10])
	hex.Encode(uuid[24:36], id[10:16])
	uuid[8], uuid[13], uuid[18], uuid[23] = '-', '-', '-', '-'
	x.requestID = string(uuid[:])

	x.extendedID = base64.URLEncoding.EncodeToString(random[16:27])

	if sent := x.r.Header.Get("X-Amzn-Trace-Id"); strings.HasPrefix(sent, "Root=1-") && validTrace(sent) {
		x.traceID = sent
		return
	}
	var seconds [4]byte
	binary.BigEndian.PutUint32(seconds[:], uint32(x.start.Unix()))
	var root [7 + 8 + 1 + 24]byte
	copy(root[:], "Root=1-")
	hex.Encode(root[7:15], seconds[:])
	root[15] = '-'
	hex.Encode(root[16:], random[27:])
	x.traceID = string(root[:])
}

// validTrace bounds the trace header that a client may choose.
func validTrace(s string) bool {
	if len(s) > 256 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// maxHeaders is the quota "Total combined size of request line and header
// values", bytes.
const maxHeaders = 10240

// parse checks what can be said of the request before its stage is known.
func (x *exchange) parse() error {
	size := len(x.r.Method) + len(x.r.RequestURI) + len(x.r.Proto) + 2 + len(x.r.Host)
	for _, values := range x.r.Header {
		for _, v := range values {
			size += len(v)
		}
	}
	if size > maxHeaders {
		return faultHeadersTooLarge.because("request line and header values have "+strconv.Itoa(size)+" bytes", nil)
	}
	x.query.raw = x.r.URL.RawQuery
	return nil
}

// findDeployment finds the stage. An API that does not exist and a stage that
// does not are answered alike.
func (x *exchange) findDeployment() error {
	if x.stage != nil {
		return nil // TestInvokeMethod brings its own
	}
	st, err := x.gateway.stages.get(x.r.Context(), x.apiID, x.stageName)
	if err != nil {
		return faultInternal.because("the stage could not be read", err)
	}
	if st == nil || st.disabled {
		return faultForbidden.because("no such API or stage", nil)
	}
	x.stage, x.variables = st, st.variables
	return nil
}

// maxBody is the quota "Payload size", bytes.
const maxBody = 10 << 20

// readBody reads the body of the request as a whole: API Gateway buffers it,
// and mappings, validators and retries need it.
func (x *exchange) readBody() error {
	r := x.r
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return nil
	}
	if r.ContentLength > maxBody {
		return faultRequestTooLarge
	}
	var body bytes.Buffer
	// A length is only a promise: memory follows what really comes.
	body.Grow(int(min(max(r.ContentLength, 512), firstRead)))
	if _, err := body.ReadFrom(io.LimitReader(r.Body, maxBody+1)); err != nil {
		return faultBadRequest.because("the body could not be read", err)
	}
	if body.Len() > maxBody {
		return faultRequestTooLarge
	}
	x.body = body.Bytes()
	return nil
}

// firstRead is how much memory a body gets before any of it has come.
const firstRead = 64 << 10

// header returns a header of the method request; of several, the last counts.
func (x *exchange) header(name string) (string, bool) {
	if strings.EqualFold(name, "host") {
		return x.r.Host, x.r.Host != ""
	}
	values := x.r.Header[http.CanonicalHeaderKey(name)]
	if len(values) == 0 {
		return "", false
	}
	return values[len(values)-1], true
}

// requestPath is $context.path: the path with the stage.
func (x *exchange) requestPath() string {
	if x.path == "" {
		return "/" + x.stageName
	}
	return "/" + x.stageName + x.path
}

// resourcePathSent is the path without the stage, never empty.
func (x *exchange) resourcePathSent() string {
	if x.path == "" {
		return "/"
	}
	return x.path
}

// sourceIP is the address of the client.
func (x *exchange) sourceIP() string {
	host := x.r.RemoteAddr
	if i := strings.LastIndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	return strings.Trim(host, "[]")
}
