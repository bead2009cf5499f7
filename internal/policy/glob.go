package policy

import "unicode/utf8"

// In a compiled pattern the wildcards are bytes that no UTF-8 text contains,
// so that "*" and "?" are ordinary characters there. They come from ${*} and
// ${?}, from variables, and from operators without wildcards.
const (
	anyRun  = 0xFF // any run of characters, the empty one too
	anyChar = 0xFE // exactly one character
)

type text interface{ ~string | ~[]byte }

// glob reports whether all of s matches the pattern. Its time is bounded by
// len(p)*len(s): only the last run is ever tried again.
func glob[P, S text](p P, s S) bool {
	pi, si := 0, 0
	runP, runS := -1, 0
	for si < len(s) {
		switch {
		case pi < len(p) && p[pi] == anyRun:
			runP, runS = pi, si
			pi++
		case pi < len(p) && p[pi] == anyChar:
			pi++
			si += width(s, si)
		case pi < len(p) && p[pi] == s[si]:
			pi++
			si++
		case runP >= 0:
			runS += width(s, runS)
			pi, si = runP+1, runS
		default:
			return false
		}
	}
	for pi < len(p) && p[pi] == anyRun {
		pi++
	}
	return pi == len(p)
}

// globFold is glob for a pattern in lower case, ignoring the case of ASCII
// letters in s.
func globFold(p, s string) bool {
	pi, si := 0, 0
	runP, runS := -1, 0
	for si < len(s) {
		switch {
		case pi < len(p) && p[pi] == anyRun:
			runP, runS = pi, si
			pi++
		case pi < len(p) && p[pi] == anyChar:
			pi++
			si += width(s, si)
		case pi < len(p) && p[pi] == lower(s[si]):
			pi++
			si++
		case runP >= 0:
			runS += width(s, runS)
			pi, si = runP+1, runS
		default:
			return false
		}
	}
	for pi < len(p) && p[pi] == anyRun {
		pi++
	}
	return pi == len(p)
}

// width is the length of the character of s at i.
func width[S text](s S, i int) int {
	if s[i] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(string(s[i:min(len(s), i+utf8.UTFMax)]))
	return n
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
