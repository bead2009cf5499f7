package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// table is what a run found out.
type table struct {
	// unjudged tables show no verdict: one round of a second says that a row
	// works, not how fast it is.
	unjudged bool
	rows     []row
	notes    []string // under the table
}

// row compares ours with a goal, or with a peer times a goal.
type row struct {
	what        string
	ours, peer  string // as shown; peer may be empty
	ratio, goal string
	cpu         string // microseconds a request, ours and the peer's
	verdict     verdict
}

type verdict string

const (
	met    verdict = "met"
	missed verdict = "**missed**"
	noGoal verdict = "-"
)

func judge(ok bool) verdict {
	if ok {
		return met
	}
	return missed
}

// note says what was left out and why.
func (t *table) note(format string, args ...any) { t.remark("Not measured: "+format, args...) }

// remark adds a line under the table.
func (t *table) remark(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// rate adds a row of ours beside a peer. A goal of 0 is none.
func (t *table) rate(what string, ours, peer *score, peerName string, goal float64) {
	ratio := paired(ours.rate, peer.rate).median()
	r := row{what: what, ours: perSecond(ours.rate), peer: peerName + " " + perSecond(peer.rate),
		ratio: fmt.Sprintf("%.2f", ratio), cpu: cpuCosts(ours, peer), verdict: noGoal}
	if goal > 0 {
		r.goal, r.verdict = fmt.Sprintf(">= %.2f", goal), judge(ratio >= goal)
	}
	t.rows = append(t.rows, r)
}

func (t *table) add(r row) { t.rows = append(t.rows, r) }

func (t *table) print(w io.Writer) {
	fmt.Fprintln(w, "| what | Gatehouse | peer | ratio | goal | | CPU a request, ours / peer |")
	fmt.Fprintln(w, "|---|---:|---:|---:|---:|---|---:|")
	for _, r := range t.rows {
		if t.unjudged {
			r.verdict = noGoal
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s |\n", r.what, r.ours, r.peer, r.ratio, r.goal, r.verdict, r.cpu)
	}
	for _, n := range t.notes {
		fmt.Fprintf(w, "\n%s\n", n)
	}
}

// rounds are the results of one contender: requests a second, or milliseconds.
type rounds []float64

func (r rounds) median() float64 {
	if len(r) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(r))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// paired is the ratio of each round: its two loads ran one after the other, so
// what the neighbours did then is in both.
func paired(ours, peer rounds) rounds {
	out := make(rounds, min(len(ours), len(peer)))
	for i := range out {
		out[i] = ours[i] / peer[i]
	}
	return out
}

func cpuCosts(ours, peer *score) string {
	return fmt.Sprintf("%.0f / %.0f µs", ours.cpu.median(), peer.cpu.median())
}

// perSecond is the median with the range of the rounds: a wide one says that
// the machine was busy and the ratio is worth little.
func perSecond(r rounds) string {
	s := thousands(int64(r.median()+0.5)) + "/s"
	if len(r) > 1 {
		s += fmt.Sprintf(" (%.1fk to %.1fk)", slices.Min(r)/1000, slices.Max(r)/1000)
	}
	return s
}

func milliseconds(r rounds) string {
	return fmt.Sprintf("%.1f ms (%.1f to %.1f)", r.median(), slices.Min(r), slices.Max(r))
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }

// thousands writes 12345 as 12,345.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}
