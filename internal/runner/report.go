package runner

import (
	"strconv"
	"time"
)

// milliseconds appends a duration as AWS logs it: "1.23 ms".
func milliseconds(b []byte, d time.Duration) []byte {
	b = strconv.AppendFloat(b, float64(d)/float64(time.Millisecond), 'f', 2, 64)
	return append(b, " ms"...)
}

// report is the content of a REPORT line.
type report struct {
	requestID string
	duration  time.Duration
	init      time.Duration // of a cold start, else 0
	memoryMB  int
	usedMB    int
	status    string // "", "timeout" or "error"
	errorType string
}

// billed is the billed time: initialisation counts since August 2025, and each
// millisecond begun ("AWS Lambda standardizes billing for INIT Phase").
func (r report) billed() time.Duration {
	return (r.duration + r.init + time.Millisecond - 1).Truncate(time.Millisecond)
}

func (r report) line() string {
	b := make([]byte, 0, 256)
	b = append(b, "REPORT RequestId: "...)
	b = append(b, r.requestID...)
	b = append(b, "\tDuration: "...)
	b = milliseconds(b, r.duration)
	b = append(b, "\tBilled Duration: "...)
	b = strconv.AppendInt(b, r.billed().Milliseconds(), 10)
	b = append(b, " ms\tMemory Size: "...)
	b = strconv.AppendInt(b, int64(r.memoryMB), 10)
	b = append(b, " MB\tMax Memory Used: "...)
	b = strconv.AppendInt(b, int64(r.usedMB), 10)
	b = append(b, " MB\t"...)
	if r.init > 0 {
		b = append(b, "Init Duration: "...)
		b = milliseconds(b, r.init)
		b = append(b, '\t')
	}
	if r.status != "" {
		b = append(b, "Status: "...)
		b = append(b, r.status...)
		if r.errorType != "" {
			b = append(b, "\tError Type: "...)
			b = append(b, r.errorType...)
		}
	}
	return string(b)
}
