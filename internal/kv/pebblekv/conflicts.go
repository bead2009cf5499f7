package pebblekv

import "github.com/gatehouse-dev/gatehouse/internal/kv/keyset"

// Bounds of the list of recent commits. A transaction during which more was
// committed is tried again.
const (
	maxRecent      = 1024    // commits
	maxRecentBytes = 1 << 20 // of keys
	maxRecentKeys  = 256     // of one commit; beyond, the span of its keys stands for them
)

// commitLog remembers what the latest commits wrote.
type commitLog struct {
	first   uint64 // number of commits[0]
	commits []keyset.Writes
	bytes   int
}

// add appends commit number n, which follows the one added last.
func (l *commitLog) add(n uint64, w keyset.Writes) {
	if len(l.commits) == 0 {
		l.first = n
	}
	w = w.Coarse(maxRecentKeys)
	l.commits = append(l.commits, w)
	l.bytes += w.Size()
	for len(l.commits) > maxRecent || l.bytes > maxRecentBytes {
		l.bytes -= l.commits[0].Size()
		l.commits[0] = keyset.Writes{}
		l.commits = l.commits[1:]
		l.first++
	}
}

// conflicts reports whether a commit after since wrote anything in reads, or
// may have.
func (l *commitLog) conflicts(since uint64, reads *keyset.Reads) bool {
	if len(l.commits) == 0 {
		return false
	}
	if since+1 < l.first {
		return true
	}
	skip := min(since+1-l.first, uint64(len(l.commits)))
	for _, w := range l.commits[skip:] {
		if reads.Meets(w) {
			return true
		}
	}
	return false
}
