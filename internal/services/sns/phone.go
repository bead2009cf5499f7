package sns

import "strings"

// validNumber reports whether s can be a phone number in E.164: a plus, a
// country code that does not begin with 0, 15 digits at most. The shortest
// international numbers in use have 8; those of country code 1 always have 11,
// none of whose area codes begins with 0 or 1.
func validNumber(s string) bool {
	digits, ok := strings.CutPrefix(s, "+")
	if !ok || len(digits) < 8 || len(digits) > 15 || digits[0] == '0' || !allDigits(digits) {
		return false
	}
	if digits[0] == '1' {
		return len(digits) == 11 && digits[1] >= '2'
	}
	return true
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// validSender reports whether s is a sender ID: 1 to 11 letters and digits, one
// of them a letter.
func validSender(s string) bool {
	if s == "" || len(s) > 11 || allDigits(s) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// validOrigination reports whether s is an origination number: 5 to 14 digits.
func validOrigination(s string) bool {
	digits := strings.TrimPrefix(s, "+")
	return len(digits) >= 5 && len(digits) <= 14 && allDigits(digits)
}
