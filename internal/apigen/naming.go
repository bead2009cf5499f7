package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
)

func bytesReader(b []byte) io.Reader { return bytes.NewReader(b) }

// exported makes a Go name of a model's name: its first letter in upper case,
// characters that Go has not left out.
func exported(s string) string {
	var b strings.Builder
	up := true
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			up = true
			continue
		}
		if up {
			r = unicode.ToUpper(r)
			up = false
		}
		b.WriteRune(r)
	}
	out := b.String()
	if out == "" || unicode.IsDigit(rune(out[0])) {
		out = "X" + out
	}
	return out
}

// constant makes the Go name of an enum value: RuntimeNodejs22X.
func constant(enum, value string) string {
	if strings.ToUpper(value) == value {
		value = strings.ToLower(value)
	}
	v := exported(value)
	if strings.HasPrefix(v, "X") && !strings.HasPrefix(strings.ToUpper(value), "X") {
		v = v[1:]
	}
	return exported(enum) + v
}

// uniq hands out names, each once.
type uniq map[string]bool

func (u uniq) take(name string) string {
	n := name
	for i := 2; u[n]; i++ {
		n = fmt.Sprintf("%s%d", name, i)
	}
	u[n] = true
	return n
}
