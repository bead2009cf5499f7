package jwt

import "strings"

// Issuer reads the issuer that a token claims, to find the keys to verify it
// with. Nothing of it is proven.
func Issuer(token string) (string, error) {
	if len(token) > MaxToken {
		return "", invalid("too large")
	}
	signed, _, ok := cutLast(token)
	if !ok {
		return "", invalid("not three parts")
	}
	_, body64, ok := strings.Cut(signed, ".")
	if !ok {
		return "", invalid("not three parts")
	}
	body, err := decodePart(body64)
	if err != nil {
		return "", invalid("claims: " + err.Error())
	}
	iss, ok := body["iss"].(string)
	if !ok || iss == "" {
		return "", invalid("no issuer")
	}
	return iss, nil
}
