package execute

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/jwt"
)

// claimString is a claim as $context.authorizer.claims has it: always text.
// Dates of issue and expiry are spelled out, lists joined by commas.
func claimString(c jwt.Claims, name string) (string, bool) {
	v, ok := c[name]
	if !ok {
		return "", false
	}
	if name == "exp" || name == "iat" {
		if t, ok := c.Time(name); ok {
			return t.Format("Mon Jan 02 15:04:05 MST 2006"), true
		}
	}
	return valueString(v), true
}

func valueString(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case nil:
		return ""
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = valueString(e)
		}
		return strings.Join(parts, ",")
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return ""
	}
	return strings.TrimSuffix(out.String(), "\n")
}
