package sns

import (
	"strings"
	"unicode/utf16"
)

// Encoding is how a text travels over the air.
type Encoding string

const (
	GSM7 Encoding = "GSM-7" // 3GPP TS 23.038, 7 bits a character
	UCS2 Encoding = "UCS-2" // 16 bits a unit
)

// The basic character set of GSM 7-bit, and its extension, whose characters
// take two septets (3GPP TS 23.038, section 6.2.1).
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtension = "\f^{}\\[~]|€"
)

// Parts returns how many messages a text is sent as, and in which encoding:
// 160 septets or 70 units in one, 153 or 67 in each of several. A character
// that takes two is not split between parts.
func Parts(text string) (n int, e Encoding) {
	var widths []int
	for _, r := range text {
		switch {
		case strings.ContainsRune(gsmBasic, r):
			widths = append(widths, 1)
		case strings.ContainsRune(gsmExtension, r):
			widths = append(widths, 2)
		default:
			return pack(ucs2Widths(text), 70, 67), UCS2
		}
	}
	return pack(widths, 160, 153), GSM7
}

func ucs2Widths(text string) []int {
	var widths []int
	for _, r := range text {
		widths = append(widths, max(1, utf16.RuneLen(r)))
	}
	return widths
}

func pack(widths []int, single, each int) int {
	total := 0
	for _, w := range widths {
		total += w
	}
	if total <= single {
		return 1
	}
	parts, used := 1, 0
	for _, w := range widths {
		if used+w > each {
			parts, used = parts+1, 0
		}
		used += w
	}
	return parts
}
