package wire

import (
	"net/http"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
)

// EncodeError writes an error in the form of the service's protocol. Code and
// Status must be set; package front sees to that.
func EncodeError(s *Service, e *awserr.Error, requestID string) *Response {
	resp := &Response{Status: e.Status, Header: http.Header{}}
	for k, v := range e.Headers {
		resp.Header.Set(k, v)
	}
	resp.Header.Set("X-Amzn-Requestid", requestID)
	resp.Header.Set("Content-Type", contentType(s.Protocol))
	sh := exception(s, e.Code)
	writeFaultHeaders(s, sh, e, resp.Header)
	switch s.Protocol {
	case JSON10, JSON11:
		resp.Body = jsonFault(s, sh, e, true)
		if s.QueryCompatible {
			resp.Header.Set("X-Amzn-Query-Error", e.Code+";"+faultType(e))
		}
	case RestJSON:
		resp.Header.Set("X-Amzn-Errortype", e.Code)
		resp.Body = jsonFault(s, sh, e, false)
	default:
		resp.Body = xmlFault(s, sh, e, requestID)
	}
	return resp
}

func faultType(e *awserr.Error) string {
	if e.Status >= 500 {
		return "Receiver"
	}
	return "Sender"
}

func jsonFault(s *Service, sh *Shape, e *awserr.Error, withType bool) []byte {
	b := []byte{'{'}
	if withType {
		code := e.Code
		if s.Protocol == JSON10 && e.Kind == awserr.Modelled {
			code = "com.amazonaws." + s.EndpointPrefix + ".v" + compact(s.APIVersion) + "#" + code
		}
		b = append(b, `"__type":`...)
		b = AppendJSONString(b, code)
		b = append(b, ',')
	}
	member := e.MessageMember
	if member == "" {
		member = "message"
	}
	b = AppendJSONString(b, member)
	b = append(b, ':')
	b = AppendJSONString(b, e.Message)
	for _, k := range memberNames(e) {
		b = appendFaultMember(s, b, sh, k, e.Members[k])
	}
	return append(b, '}')
}

func compact(date string) string {
	out := make([]byte, 0, 8)
	for i := range len(date) {
		if date[i] != '-' {
			out = append(out, date[i])
		}
	}
	return string(out)
}

func xmlFault(s *Service, sh *Shape, e *awserr.Error, requestID string) []byte {
	w := newXMLWriter(s)
	body := func() {
		w.leaf("Code", e.Code)
		w.leaf("Message", e.Message)
		for _, k := range memberNames(e) {
			w.faultMember(sh, k, e.Members[k])
		}
	}
	switch {
	case s.Protocol == EC2:
		w.raw(xmlHeader)
		w.open("Response", "")
		w.open("Errors", "")
		w.open("Error", "")
		body()
		w.close("Error")
		w.close("Errors")
		w.leaf("RequestID", requestID)
		w.close("Response")
	case s.Name == "s3":
		w.raw(xmlHeader)
		w.open("Error", "")
		body()
		w.leaf("RequestId", requestID)
		w.close("Error")
	default:
		w.open("ErrorResponse", s.XMLNamespace)
		w.open("Error", "")
		w.leaf("Type", faultType(e))
		body()
		w.close("Error")
		w.leaf("RequestId", requestID)
		w.close("ErrorResponse")
	}
	return w.b
}
