package execute

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// event is the input of a proxy function, payload format 1.0; see "Input format
// of a Lambda function for proxy integration".
func (x *exchange) event() []byte {
	out := make([]byte, 0, 2048+2*len(x.body))
	out = append(out, `{"resource":`...)
	out = appendJSONString(out, x.resource.path)
	out = append(out, `,"path":`...)
	out = appendJSONString(out, x.resourcePathSent())
	out = append(out, `,"httpMethod":`...)
	out = appendJSONString(out, x.r.Method)
	out = x.appendHeaders(out)
	out = x.appendQuery(out)
	out = append(out, `,"pathParameters":`...)
	out = x.appendPathParameters(out)
	out = append(out, `,"stageVariables":`...)
	out = appendMap(out, x.variables)
	out = append(out, `,"requestContext":`...)
	out = x.appendRequestContext(out)
	out = x.appendBody(out)
	return append(out, '}')
}

// headerFields are the headers of the event, sorted.
func (x *exchange) headerFields() (names []string, values [][]string) {
	h := x.r.Header
	names = make([]string, 0, len(h)+5)
	for name := range h {
		switch {
		case withheldFromFunctions(name):
		case name == "X-Forwarded-For" || name == "X-Forwarded-Port" || name == "X-Forwarded-Proto" || name == "X-Amzn-Trace-Id":
		default:
			names = append(names, name)
		}
	}
	names = append(names, "Host", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto")
	slices.Sort(names)
	values = make([][]string, len(names))
	for i, name := range names {
		switch name {
		case "Host":
			values[i] = []string{x.r.Host}
		case "X-Amzn-Trace-Id":
			values[i] = []string{x.traceID}
		case "X-Forwarded-For":
			values[i] = []string{x.forwardedFor()}
		case "X-Forwarded-Port":
			values[i] = []string{x.forwardedPort()}
		case "X-Forwarded-Proto":
			values[i] = []string{x.scheme()}
		default:
			values[i] = h[name]
		}
	}
	return names, values
}

func (x *exchange) scheme() string {
	if x.r.TLS != nil {
		return "https"
	}
	return "http"
}

// forwardedFor appends the client to what proxies before us have said.
func (x *exchange) forwardedFor() string {
	if before := x.r.Header["X-Forwarded-For"]; len(before) > 0 {
		return strings.Join(before, ", ") + ", " + x.sourceIP()
	}
	return x.sourceIP()
}

func (x *exchange) forwardedPort() string {
	if i := strings.LastIndexByte(x.r.Host, ':'); i >= 0 && !strings.HasSuffix(x.r.Host, "]") {
		return x.r.Host[i+1:]
	}
	if x.r.TLS != nil {
		return "443"
	}
	return "80"
}

func (x *exchange) appendHeaders(out []byte) []byte {
	names, values := x.headerFields()
	out = append(out, `,"headers":{`...)
	for i, name := range names {
		out = appendName(out, i, name)
		out = appendJSONString(out, values[i][len(values[i])-1])
	}
	out = append(out, `},"multiValueHeaders":{`...)
	for i, name := range names {
		out = appendName(out, i, name)
		out = appendList(out, values[i])
	}
	return append(out, '}')
}

func (x *exchange) appendQuery(out []byte) []byte {
	q := &x.query
	q.parse()
	if len(q.names) == 0 {
		return append(out, `,"queryStringParameters":null,"multiValueQueryStringParameters":null`...)
	}
	out = append(out, `,"queryStringParameters":{`...)
	for i, name := range q.names {
		out = appendName(out, i, name)
		v := q.values[name]
		out = appendJSONString(out, v[len(v)-1])
	}
	out = append(out, `},"multiValueQueryStringParameters":{`...)
	for i, name := range q.names {
		out = appendName(out, i, name)
		out = appendList(out, q.values[name])
	}
	return append(out, '}')
}

// appendPathParameters writes them as they were sent: a proxy function gets
// percent encodings, unlike a mapping.
func (x *exchange) appendPathParameters(out []byte) []byte {
	if len(x.params) == 0 {
		return append(out, "null"...)
	}
	out = append(out, '{')
	for i, p := range x.params {
		out = appendName(out, i, p.name)
		out = appendJSONString(out, p.value)
	}
	return append(out, '}')
}

func (x *exchange) appendRequestContext(out []byte) []byte {
	st := x.stage
	out = append(out, `{"resourceId":`...)
	out = appendJSONString(out, x.resource.id)
	out = x.appendAuthorizer(out)
	out = appendMember(out, "resourcePath", x.resource.path)
	if x.method.operation != "" {
		out = appendMember(out, "operationName", x.method.operation)
	}
	out = appendMember(out, "httpMethod", x.r.Method)
	out = appendMember(out, "extendedRequestId", x.extendedID)
	out = appendMember(out, "requestTime", x.start.Format(requestTimeFormat))
	out = appendMember(out, "path", x.requestPath())
	out = appendMember(out, "accountId", st.account)
	out = appendMember(out, "protocol", x.r.Proto)
	out = appendMember(out, "stage", st.name)
	out = appendMember(out, "domainPrefix", x.domainPrefix())
	out = append(out, `,"requestTimeEpoch":`...)
	out = strconv.AppendInt(out, x.start.UnixMilli(), 10)
	out = appendMember(out, "requestId", x.requestID)
	out = x.appendIdentity(out)
	out = appendMember(out, "domainName", x.domainName())
	out = appendMember(out, "deploymentId", st.deploymentID)
	out = appendMember(out, "apiId", st.apiID)
	return append(out, '}')
}

func (x *exchange) appendAuthorizer(out []byte) []byte {
	if x.token == nil {
		return out
	}
	out = append(out, `,"authorizer":{"claims":{`...)
	for i, name := range slices.Sorted(maps.Keys(x.token.Claims)) {
		out = appendName(out, i, name)
		v, _ := claimString(x.token.Claims, name)
		out = appendJSONString(out, v)
	}
	return append(out, "}}"...)
}

// identityMembers are those that are null without IAM.
const identityNulls = `"cognitoIdentityPoolId":null,"accountId":null,"cognitoIdentityId":null,"caller":null,"principalOrgId":null,` +
	`"accessKey":null,"cognitoAuthenticationType":null,"cognitoAuthenticationProvider":null,"userArn":null,"user":null`

func (x *exchange) appendIdentity(out []byte) []byte {
	out = append(out, `,"identity":{`...)
	out = append(out, identityNulls...)
	out = appendMember(out, "sourceIp", x.sourceIP())
	if ua := x.r.Header.Get("User-Agent"); ua != "" {
		out = appendMember(out, "userAgent", ua)
	} else {
		out = append(out, `,"userAgent":null`...)
	}
	if x.apiKeyID != "" {
		out = appendMember(out, "apiKey", x.r.Header.Get("X-Api-Key"))
		out = appendMember(out, "apiKeyId", x.apiKeyID)
	}
	return append(out, '}')
}

func (x *exchange) appendBody(out []byte) []byte {
	if len(x.body) == 0 {
		return append(out, `,"body":null,"isBase64Encoded":false`...)
	}
	if x.stage.binary.match(x.r.Header.Get("Content-Type")) {
		out = append(out, `,"body":"`...)
		out = base64.StdEncoding.AppendEncode(out, x.body)
		return append(out, `","isBase64Encoded":true`...)
	}
	out = append(out, `,"body":`...)
	out = appendJSONString(out, string(x.body))
	return append(out, `,"isBase64Encoded":false`...)
}

func appendName(out []byte, i int, name string) []byte {
	if i > 0 {
		out = append(out, ',')
	}
	return append(appendJSONString(out, name), ':')
}

func appendMember(out []byte, name, value string) []byte {
	out = append(out, ',', '"')
	out = append(out, name...)
	out = append(out, '"', ':')
	return appendJSONString(out, value)
}

func appendList(out []byte, values []string) []byte {
	out = append(out, '[')
	for i, v := range values {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendJSONString(out, v)
	}
	return append(out, ']')
}

func appendMap(out []byte, m map[string]string) []byte {
	if len(m) == 0 {
		return append(out, "null"...)
	}
	out = append(out, '{')
	for i, k := range slices.Sorted(maps.Keys(m)) {
		out = appendName(out, i, k)
		out = appendJSONString(out, m[k])
	}
	return append(out, '}')
}
