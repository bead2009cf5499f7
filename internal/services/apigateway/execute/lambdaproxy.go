package execute

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// lambdaProxy is an AWS_PROXY integration: the function gets the request as an
// event and answers with status, headers and body.
type lambdaProxy struct {
	function *function
}

func (c *compiler) lambdaProxy(in *api.Integration) (integration, error) {
	f, err := c.functionOf(in)
	if err != nil {
		return nil, err
	}
	return &lambdaProxy{f}, nil
}

func (l *lambdaProxy) run(x *exchange) error {
	out, functionError, err := l.function.invoke(x, x.event())
	if err != nil {
		return err
	}
	if functionError != "" {
		return faultMalformedAnswer.because("the function failed: "+functionError, nil)
	}
	answer, err := parseProxyAnswer(out)
	if err != nil {
		return faultMalformedAnswer.because("Malformed Lambda proxy response: "+err.Error(), err)
	}
	x.integration.status = answer.status
	x.response.status = answer.status
	for i, name := range answer.names {
		setProxyHeader(x.response.header, name, answer.values[i])
	}
	x.response.body = []byte(answer.body)
	if answer.base64 && x.stage.binary.match(x.r.Header.Get("Accept")) {
		decoded, err := base64.StdEncoding.DecodeString(answer.body)
		if err != nil {
			return faultMalformedAnswer.because("the body is not base64", err)
		}
		x.response.body = decoded
	}
	if len(x.response.body) > maxBody {
		return faultMalformedAnswer.because("the body is larger than 10 MB", nil)
	}
	return nil
}

// proxyAnswer is what a function answers.
type proxyAnswer struct {
	status int
	names  []string // canonical
	values [][]string
	body   string
	base64 bool
}

var (
	errNotObject = errors.New("not a JSON object")
	errStatus    = errors.New("statusCode is not an HTTP status")
)

// parseProxyAnswer reads the output format of a proxy function. No member is
// required; one that the format does not have is an error.
func parseProxyAnswer(out []byte) (*proxyAnswer, error) {
	var members map[string]json.RawMessage
	d := json.NewDecoder(bytes.NewReader(out))
	if err := d.Decode(&members); err != nil || members == nil {
		return nil, errNotObject
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errNotObject
	}
	a := &proxyAnswer{status: http.StatusOK}
	var single map[string]any
	var multi map[string][]any
	for name, value := range members {
		var err error
		switch name {
		case "statusCode":
			a.status, err = proxyStatus(value)
		case "headers":
			err = json.Unmarshal(value, &single)
		case "multiValueHeaders":
			err = json.Unmarshal(value, &multi)
		case "isBase64Encoded":
			err = json.Unmarshal(value, &a.base64)
		case "body":
			err = json.Unmarshal(value, &a.body)
		default:
			err = fmt.Errorf("unknown member %q", name)
		}
		if err != nil {
			return nil, err
		}
	}
	return a, a.addHeaders(single, multi)
}

// proxyStatus takes a number or a number in a string.
func proxyStatus(value json.RawMessage) (int, error) {
	text := strings.Trim(string(value), `"`)
	if text == "null" {
		return http.StatusOK, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		f, ferr := strconv.ParseFloat(text, 64)
		if ferr != nil || f != float64(int(f)) {
			return 0, errStatus
		}
		n = int(f)
	}
	if n < 200 || n > 599 {
		return 0, errStatus
	}
	return n, nil
}

// addHeaders merges the two members: of a header in both, the one with several
// values counts.
func (a *proxyAnswer) addHeaders(single map[string]any, multi map[string][]any) error {
	seen := make(map[string]bool, len(multi))
	for name, list := range multi {
		values := make([]string, 0, len(list))
		for _, v := range list {
			s, err := headerValue(v)
			if err != nil {
				return err
			}
			values = append(values, s)
		}
		key := textproto.CanonicalMIMEHeaderKey(name)
		seen[key] = true
		if err := a.addHeader(key, values); err != nil {
			return err
		}
	}
	for name, v := range single {
		key := textproto.CanonicalMIMEHeaderKey(name)
		if seen[key] {
			continue
		}
		s, err := headerValue(v)
		if err != nil {
			return err
		}
		if err := a.addHeader(key, []string{s}); err != nil {
			return err
		}
	}
	return nil
}

func (a *proxyAnswer) addHeader(name string, values []string) error {
	if !validHeaderName(name) {
		return fmt.Errorf("invalid header name %q", name)
	}
	for _, v := range values {
		if !validHeaderValue(v) {
			return fmt.Errorf("invalid value of header %s", name)
		}
	}
	a.names, a.values = append(a.names, name), append(a.values, values)
	return nil
}

func headerValue(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case nil:
		return "", nil
	}
	return "", errors.New("a header is neither text, number nor boolean")
}
