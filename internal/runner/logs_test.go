package runner

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func frame(text string, at time.Time) string {
	b := append([]byte{}, frameMagic...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
	b = binary.BigEndian.AppendUint64(b, uint64(at.UnixMicro()))
	return string(b) + text
}

// However the output is cut into reads, the events are the same.
func TestJournalEvents(t *testing.T) {
	at := time.UnixMicro(1700000000123456)
	long := strings.Repeat("l", MaxLine+5)
	output := "one\r\n\ntwo\nno end" + frame("three\nlines\n", at) + frame("", at) + "after\n" + frame(long, at) + long + "\n" + "last"
	want := []string{"one", "two", "no end", "three\nlines", "", "after", long[:MaxLine], "lllll", long[:MaxLine], "lllll", "last"}
	for range 50 {
		logs := &recorder{}
		j := &journal{sink: logs, now: time.Now}
		for rest := output; rest != ""; {
			n := 1 + rand.IntN(min(len(rest), 1<<uint(rand.IntN(19))))
			j.partial = append(j.partial, rest[:n]...)
			used := j.take(j.partial, false)
			j.partial = append(j.partial[:0], j.partial[used:]...)
			rest = rest[n:]
		}
		j.take(j.partial, true)
		var got []string
		for _, e := range logs.entries {
			got = append(got, e.Message)
			if strings.HasPrefix(e.Message, "three") && !e.Time.Equal(at) {
				t.Errorf("time %v", e.Time)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%.80q", got)
		}
	}
}

func FuzzJournal(f *testing.F) {
	f.Add([]byte("a\nb" + frame("c\nd", time.UnixMicro(5)) + "\n"))
	f.Add([]byte("\xa5\x5a\x00\x03\xff\xff\xff\xff12345678tail\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		logs := &recorder{}
		j := &journal{sink: logs, now: time.Now}
		used := j.take(data, false)
		if used > len(data) {
			t.Fatalf("took %d of %d", used, len(data))
		}
		if rest := j.take(data[used:], true); used+rest != len(data) {
			t.Fatalf("left %d of %d", len(data)-used-rest, len(data))
		}
		for _, e := range logs.entries {
			if len(e.Message) > MaxLine {
				t.Fatal("an event is too long")
			}
		}
	})
}

func TestReportLine(t *testing.T) {
	r := report{requestID: "r", duration: 1230 * time.Microsecond, memoryMB: 128, usedMB: 60}
	if got := r.line(); got != "REPORT RequestId: r\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB\t" {
		t.Errorf("%q", got)
	}
	r.init, r.status, r.errorType = 100*time.Millisecond, "error", "Runtime.ExitError"
	if got := r.line(); !strings.HasSuffix(got, "Billed Duration: 102 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB\tInit Duration: 100.00 ms\tStatus: error\tError Type: Runtime.ExitError") {
		t.Errorf("%q", got)
	}
}

func TestSpecIsChecked(t *testing.T) {
	good := Spec{Name: "f", Version: "1", TaskDir: "/x", Runtime: "python3.12", MemoryMB: 128, Timeout: time.Second}
	if err := good.check(); err != nil {
		t.Error(err)
	}
	for i, change := range []func(*Spec){
		func(s *Spec) { s.Name = "" }, func(s *Spec) { s.TaskDir = "x" }, func(s *Spec) { s.MemoryMB = 127 }, func(s *Spec) { s.MemoryMB = 10241 },
		func(s *Spec) { s.TmpMB = 511 }, func(s *Spec) { s.TmpMB = 10241 }, func(s *Spec) { s.Timeout = 0 }, func(s *Spec) { s.Timeout = 901 * time.Second },
		func(s *Spec) { s.Runtime = "cobol" }, func(s *Spec) { s.Layers = make([]string, 6) },
	} {
		s := good
		change(&s)
		if s.check() == nil {
			t.Errorf("change %d is accepted: %s", i, fmt.Sprintf("%+v", s))
		}
	}
}
