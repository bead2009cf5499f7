package execute

import (
	"net"
	"strconv"
	"strings"
	"time"
)

// Formats of $context.requestTime: the Common Log Format's.
const requestTimeFormat = "02/Jan/2006:15:04:05 -0700"

// context returns a variable of $context by its name ("identity.sourceIp") and
// whether it has a value; see "Variables for data transformations for API
// Gateway" and "... for access logging".
func (x *exchange) context(name string) (string, bool) {
	if rest, ok := strings.CutPrefix(name, "authorizer."); ok {
		return x.authorizerContext(rest)
	}
	if rest, ok := strings.CutPrefix(name, "identity."); ok {
		return x.identity(rest)
	}
	if rest, ok := strings.CutPrefix(name, "error."); ok {
		return x.errorContext(rest)
	}
	switch name {
	case "accountId":
		return x.ofStage(func(s *stage) string { return s.account })
	case "deploymentId":
		return x.ofStage(func(s *stage) string { return s.deploymentID })
	case "apiId":
		return x.apiID, true
	case "domainName":
		return x.domainName(), true
	case "domainPrefix":
		return x.domainPrefix(), true
	case "extendedRequestId":
		return x.extendedID, true
	case "requestId":
		return x.requestID, true
	case "httpMethod":
		return x.r.Method, true
	case "path":
		return x.requestPath(), true
	case "protocol":
		return x.r.Proto, true
	case "requestTime":
		return x.start.Format(requestTimeFormat), true
	case "requestTimeEpoch":
		return strconv.FormatInt(x.start.UnixMilli(), 10), true
	case "stage":
		return x.stageName, true
	case "xrayTraceId":
		return strings.TrimPrefix(x.traceID, "Root="), true
	case "resourceId":
		if x.resource != nil {
			return x.resource.id, true
		}
	case "resourcePath":
		if x.resource != nil {
			return x.resource.path, true
		}
	case "operationName":
		if x.method != nil && x.method.operation != "" {
			return x.method.operation, true
		}
	case "isCanaryRequest":
		return "false", true
	}
	return x.resultContext(name)
}

func (x *exchange) ofStage(get func(*stage) string) (string, bool) {
	if x.stage == nil {
		return "", false
	}
	return get(x.stage), true
}

// resultContext are the variables that exist once there is an answer.
func (x *exchange) resultContext(name string) (string, bool) {
	in := &x.integration
	switch name {
	case "status":
		if x.response.status != 0 {
			return strconv.Itoa(x.response.status), true
		}
	case "responseLength":
		return strconv.FormatInt(x.responseLength(), 10), true
	case "responseLatency":
		return milliseconds(x.gateway.o.Clock.Now().Sub(x.start)), true
	case "integrationLatency", "integration.latency":
		if !in.ended.IsZero() {
			return milliseconds(in.ended.Sub(in.started)), true
		}
	case "integrationStatus", "integration.status", "integration.integrationStatus":
		if in.status != 0 {
			return strconv.Itoa(in.status), true
		}
	case "integrationErrorMessage", "integration.error":
		return in.failure, in.failure != ""
	case "integration.requestId", "awsEndpointRequestId":
		return in.requestID, in.requestID != ""
	}
	return "", false
}

func (x *exchange) responseLength() int64 {
	if x.response.stream != nil {
		return x.response.length
	}
	return int64(len(x.response.body))
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

func (x *exchange) authorizerContext(name string) (string, bool) {
	if x.token == nil {
		return "", false
	}
	if claim, ok := strings.CutPrefix(name, "claims."); ok {
		return claimString(x.token.Claims, claim)
	}
	return "", false
}

func (x *exchange) identity(name string) (string, bool) {
	switch name {
	case "sourceIp":
		return x.sourceIP(), true
	case "userAgent":
		ua := x.r.Header.Get("User-Agent")
		return ua, ua != ""
	case "apiKey":
		if x.apiKeyID != "" {
			return x.r.Header.Get("X-Api-Key"), true
		}
	case "apiKeyId":
		return x.apiKeyID, x.apiKeyID != ""
	}
	return "", false
}

func (x *exchange) errorContext(name string) (string, bool) {
	f := x.fault
	if f == nil {
		return "", false
	}
	switch name {
	case "message":
		return f.Message, !f.NoMessage
	case "messageString":
		if f.NoMessage {
			return "null", true
		}
		return string(appendJSONString(nil, f.Message)), true
	case "responseType":
		return f.Type.String(), true
	case "validationErrorString":
		return f.Validation, f.Validation != ""
	}
	return "", false
}

// domainName is the Host header without its port.
func (x *exchange) domainName() string {
	if host, _, err := net.SplitHostPort(x.r.Host); err == nil {
		return host
	}
	return x.r.Host
}

// domainPrefix is the first label of the host where that names the API, and
// the API where the request names it in its path.
func (x *exchange) domainPrefix() string {
	if prefix, _, ok := strings.Cut(x.r.Host, "."); ok {
		if _, named := apiOfHost(x.r.Host); named {
			return prefix
		}
	}
	return x.apiID
}
