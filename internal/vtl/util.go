package vtl

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"unicode/utf16"
)

// Util is $util: the functions of API Gateway's templates.
type Util struct{}

var (
	errBase64 = errors.New("malformed base64")
	errURL    = errors.New("malformed URL encoding")
)

// Get implements Object.
func (Util) Get(string) any { return nil }

// Call implements Object.
func (Util) Call(name string, args []any) (any, bool, error) {
	if len(args) != 1 {
		return nil, false, nil
	}
	if args[0] == nil {
		return nil, true, nil
	}
	in := Text(args[0])
	switch name {
	case "escapeJavaScript":
		return escapeJavaScript(in), true, nil
	case "parseJson":
		v, err := ParseJSON([]byte(in))
		return v, true, err
	case "urlEncode":
		return url.QueryEscape(in), true, nil
	case "urlDecode":
		out, err := url.QueryUnescape(in)
		if err != nil {
			return nil, true, errURL
		}
		return out, true, nil
	case "base64Encode":
		return base64.StdEncoding.EncodeToString([]byte(in)), true, nil
	case "base64Decode":
		out, err := base64.StdEncoding.DecodeString(in)
		if err != nil {
			return nil, true, errBase64
		}
		return string(out), true, nil
	}
	return nil, false, nil
}

// escapeJavaScript follows commons-lang's StringEscapeUtils, which API Gateway
// names as its own: quotes and slashes get a backslash, what is not ASCII an
// upper-case \u escape.
func escapeJavaScript(in string) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	for _, u := range utf16.Encode([]rune(in)) {
		switch {
		case u == '\b':
			out.WriteString(`\b`)
		case u == '\n':
			out.WriteString(`\n`)
		case u == '\t':
			out.WriteString(`\t`)
		case u == '\f':
			out.WriteString(`\f`)
		case u == '\r':
			out.WriteString(`\r`)
		case u == '\'' || u == '"' || u == '\\' || u == '/':
			out.WriteByte('\\')
			out.WriteByte(byte(u))
		case u < ' ' || u > '~':
			out.WriteString(`\u`)
			for shift := 12; shift >= 0; shift -= 4 {
				out.WriteByte(digits[u>>shift&15])
			}
		default:
			out.WriteByte(byte(u))
		}
	}
	return out.String()
}
