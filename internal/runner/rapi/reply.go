package rapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// reply is an answer to a call.
type reply struct {
	status int
	header []string // name, value, ...
	body   []byte
}

var accepted = reply{status: 202, body: []byte("{\"status\":\"OK\"}\n")}

// refusal is the JSON form of every error of the two APIs.
func refusal(status int, errorType, format string, args ...any) reply {
	body, _ := json.Marshal(struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}{fmt.Sprintf(format, args...), errorType})
	return reply{status: status, body: append(body, '\n')}
}

func outOfTurn(from, to string) reply {
	return refusal(403, "InvalidStateTransition", "Transition from %s to %s is not allowed.", from, to)
}

// append writes the reply's head, and its body, to b.
func (r reply) append(b []byte) []byte {
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(r.status), 10)
	b = append(b, ' ')
	b = append(b, http.StatusText(r.status)...)
	b = append(b, "\r\nContent-Type: application/json\r\n"...)
	for i := 0; i+1 < len(r.header); i += 2 {
		b = appendHeader(b, r.header[i], r.header[i+1])
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(r.body)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, r.body...)
}

// appendHeader writes one header. Control characters become spaces: a value
// from outside (a client context) must not add headers.
func appendHeader(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, ": "...)
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c < ' ' || c == 0x7f {
			c = ' '
		}
		b = append(b, c)
	}
	return append(b, "\r\n"...)
}
