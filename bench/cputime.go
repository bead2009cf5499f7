package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU time in /proc (sysconf _SC_CLK_TCK, 100 a second on
// every Linux that Go runs on).
const tick = 10 * time.Millisecond

// cpuTime is what the processes have used, and what their descendants that
// still run have; 0 where there is no /proc.
func cpuTime(ps ...*process) (own, below time.Duration) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, 0
	}
	used, parent := map[int]time.Duration{}, map[int]int{}
	for _, path := range stats {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // it ended
		}
		pid, err := strconv.Atoi(strings.Split(path, "/")[2])
		if err != nil {
			continue
		}
		parent[pid], used[pid] = readStat(string(b))
	}
	roots := map[int]bool{}
	for _, p := range ps {
		roots[p.cmd.Process.Pid] = true
	}
	for pid := range used {
		for at := pid; at > 1; at = parent[at] {
			if !roots[at] {
				continue
			}
			if at == pid {
				own += used[pid]
			} else {
				below += used[pid]
			}
			break
		}
	}
	return own, below
}

// readStat reads the parent and the user and system time of proc_pid_stat(5).
// The command, in parentheses, may hold anything.
func readStat(s string) (parent int, used time.Duration) {
	f := strings.Fields(s[strings.LastIndexByte(s, ')')+1:])
	if len(f) < 13 {
		return 0, 0
	}
	parent, _ = strconv.Atoi(f[1])
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return parent, time.Duration(user+system) * tick
}
