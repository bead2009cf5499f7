package execute

import (
	"net/http"
	"net/textproto"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/upstream"
)

// reservedHeader are integration request headers that a mapping cannot set; an
// API that does fails ("header already present").
func reservedHeader(name string) bool {
	switch name {
	case "Content-Length", "Transfer-Encoding", "X-Amzn-Trace-Id", "X-Amzn-Apigateway-Api-Id", "Connection":
		return true
	}
	return false
}

// droppedFromRequest are request headers that endpoints never see: hop by hop,
// made anew, or the business of the gateway.
func droppedFromRequest(name string) bool {
	switch name {
	case "Connection", "Content-Length", "Content-Md5", "Expect", "Host", "Keep-Alive", "Max-Forwards", "Proxy-Authenticate",
		"Proxy-Connection", "Server", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Via", "Www-Authenticate",
		"X-Amzn-Trace-Id", "X-Amzn-Apigateway-Api-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto":
		return true
	}
	return false
}

// requestHeader makes the fields of the integration request.
func (e *endpoint) requestHeader(x *exchange) []upstream.Field {
	fields := make([]upstream.Field, 0, len(x.r.Header)+8)
	if e.proxy {
		named := x.r.Header["Connection"]
		for name, values := range x.r.Header {
			if droppedFromRequest(name) || len(named) > 0 && namedBy(named, name) {
				continue
			}
			for _, v := range values {
				fields = append(fields, upstream.Field{Name: name, Value: v})
			}
		}
		fields = append(fields, upstream.Field{Name: "X-Forwarded-For", Value: x.forwardedFor()},
			upstream.Field{Name: "X-Forwarded-Port", Value: x.forwardedPort()},
			upstream.Field{Name: "X-Forwarded-Proto", Value: x.scheme()})
	}
	for _, m := range e.mapped.headers {
		if values := m.source.all(x); len(values) > 0 {
			fields = replaceField(fields, m.name, values...)
		}
	}
	if x.overrides != nil {
		overridden(x.overrides.request, "header", func(name, value string) {
			if name = http.CanonicalHeaderKey(name); !reservedHeader(name) && name != "Host" {
				fields = replaceField(fields, name, value)
			}
		})
	}
	fields = withDefault(fields, "Accept", jsonType)
	fields = withDefault(fields, "User-Agent", "AmazonAPIGateway_"+x.apiID)
	if kind := x.r.Header.Get("Content-Type"); !e.proxy && kind != "" && x.r.Method != "GET" && x.r.Method != "HEAD" && x.r.Method != "OPTIONS" {
		fields = withDefault(fields, "Content-Type", kind)
	}
	return append(fields, upstream.Field{Name: "X-Amzn-Trace-Id", Value: x.traceID},
		upstream.Field{Name: "X-Amzn-Apigateway-Api-Id", Value: x.apiID})
}

// namedBy reports whether a Connection header makes a field hop-by-hop.
func namedBy(connection []string, name string) bool {
	for _, value := range connection {
		for option := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(option), name) {
				return true
			}
		}
	}
	return false
}

func replaceField(fields []upstream.Field, name string, values ...string) []upstream.Field {
	kept := fields[:0]
	for _, f := range fields {
		if f.Name != name {
			kept = append(kept, f)
		}
	}
	for _, v := range values {
		kept = append(kept, upstream.Field{Name: name, Value: v})
	}
	return kept
}

func withDefault(fields []upstream.Field, name, value string) []upstream.Field {
	for i := range fields {
		if fields[i].Name == name {
			return fields
		}
	}
	return append(fields, upstream.Field{Name: name, Value: value})
}

// passResponse passes an endpoint's answer on. A body of known length is
// streamed.
func (x *exchange) passResponse(resp *upstream.Response) error {
	if resp.Length > maxBody {
		resp.Close()
		return faultInternal.because("the endpoint's answer is larger than 10 MB", nil)
	}
	x.response.status = resp.Status
	h := x.response.header
	values := make([]string, len(resp.Header))
	for i, f := range resp.Header {
		name := textproto.CanonicalMIMEHeaderKey(f.Name)
		switch {
		case droppedFromResponse(name):
		case len(h[name]) > 0:
			setProxyHeader(h, name, []string{f.Value})
		default:
			if other, ok := remapped(name); ok {
				name = other
			}
			values[i] = f.Value
			h[name] = append(h[name], values[i:i+1:i+1]...)
		}
	}
	if resp.Length > maxInMemory && x.stage.compressOver < 0 {
		x.response.stream, x.response.length = resp, resp.Length
		return nil
	}
	defer resp.Close()
	body, err := resp.ReadAll(maxBody)
	if err != nil {
		return endpointFault(err)
	}
	x.response.body = body
	return nil
}

// maxInMemory is the largest answer that is not streamed.
const maxInMemory = 64 << 10
