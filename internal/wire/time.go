package wire

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// parseTime reads a timestamp in any of the forms that clients send: seconds
// since the epoch, ISO 8601 (RFC 3339), RFC 7231's date.
func parseTime(s string) (time.Time, error) {
	if f, err := strconv.ParseFloat(s, 64); err == nil && strings.Trim(s, "0123456789.eE+-") == "" && math.Abs(f) < 1e12 {
		sec, frac := math.Modf(f)
		return time.Unix(int64(sec), int64(math.Round(frac*1e3))*1e6).UTC(), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02", "20060102T150405Z", http.TimeFormat, time.RFC1123Z} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, malformed("%.64q is not a valid timestamp", s)
}

// formatTime writes a timestamp; milliseconds appear where there are any.
func formatTime(t time.Time, f TimeFormat) string {
	t = t.UTC()
	ms := t.Nanosecond() / 1e6
	switch f {
	case UnixTime:
		if ms == 0 {
			return strconv.FormatInt(t.Unix(), 10)
		}
		return strconv.FormatFloat(float64(t.UnixMilli())/1e3, 'f', 3, 64)
	case RFC822:
		return t.Format(http.TimeFormat)
	}
	if ms == 0 {
		return t.Format("2006-01-02T15:04:05Z")
	}
	return t.Format("2006-01-02T15:04:05.000Z")
}
