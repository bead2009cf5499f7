package runner

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// memoryGroups makes one memory control group per instance.
type memoryGroups struct {
	parent string // a directory in which groups can be made
	limit  string // the file with the limit
	serial atomic.Int64
}

// findMemoryGroups returns nil when no memory control group can be made here.
// serial tells the runners of one process apart.
func findMemoryGroups(serial string) *memoryGroups {
	name := groupPrefix + strconv.Itoa(os.Getpid()) + "-" + serial
	for _, c := range groupCandidates() {
		parent := filepath.Join(c.dir, name)
		if err := os.Mkdir(parent, 0o755); err != nil && !os.IsExist(err) {
			continue
		}
		if c.limit == "memory.max" {
			if os.WriteFile(filepath.Join(parent, "cgroup.subtree_control"), []byte("+memory"), 0o644) != nil {
				os.Remove(parent)
				continue
			}
		}
		removeStale(c.dir)
		return &memoryGroups{parent: parent, limit: c.limit}
	}
	return nil
}

// groupPrefix begins the name of a runner's group: then come the process id, a
// dash and a serial.
const groupPrefix = "gatehouse-"

// removeStale removes the groups of Gatehouses that were killed. A group that
// still holds a process cannot be removed, so nothing in use is lost.
func removeStale(dir string) {
	parents, _ := filepath.Glob(filepath.Join(dir, groupPrefix+"*"))
	for _, parent := range parents {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(parent), groupPrefix), "-")
		if _, err := strconv.Atoi(pid); err != nil {
			continue
		}
		if _, err := os.Stat("/proc/" + pid); err == nil {
			continue
		}
		groups, _ := filepath.Glob(filepath.Join(parent, "[0-9]*"))
		for _, group := range groups {
			os.Remove(group)
		}
		os.Remove(parent)
	}
}

type groupCandidate struct{ dir, limit string }

// groupCandidates returns the places where a group could be made: below
// Gatehouse's own group, or next to one of its ancestors. Version 2 gives
// controllers only to groups without processes, so its own group rarely serves.
func groupCandidates() []groupCandidate {
	data, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil
	}
	var found []groupCandidate
	for line := range strings.Lines(string(data)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 {
			continue
		}
		switch {
		case slices.Contains(strings.Split(fields[1], ","), "memory"):
			found = append(found, groupCandidate{filepath.Join("/sys/fs/cgroup/memory", fields[2]), "memory.limit_in_bytes"})
		case fields[0] == "0":
			for dir := fields[2]; ; dir = filepath.Dir(dir) {
				path := filepath.Join("/sys/fs/cgroup", dir)
				controllers, _ := os.ReadFile(filepath.Join(path, "cgroup.subtree_control"))
				if slices.Contains(strings.Fields(string(controllers)), "memory") {
					found = append(found, groupCandidate{path, "memory.max"})
				}
				if dir == "/" || dir == "." {
					break
				}
			}
		}
	}
	return found
}

// memoryGroup is the group of one instance.
type memoryGroup struct{ dir string }

// add makes a group of at most limit bytes and puts the process into it.
func (g *memoryGroups) add(pid int, limit int64) (*memoryGroup, error) {
	dir := filepath.Join(g.parent, strconv.FormatInt(g.serial.Add(1), 10))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	group := &memoryGroup{dir}
	err := os.WriteFile(filepath.Join(dir, g.limit), strconv.AppendInt(nil, limit, 10), 0o644)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "cgroup.procs"), strconv.AppendInt(nil, int64(pid), 10), 0o644)
	}
	if err != nil {
		group.remove()
		return nil, err
	}
	return group, nil
}

// remove removes the group of an instance that is gone.
func (g *memoryGroup) remove() {
	if g != nil {
		os.Remove(g.dir)
	}
}

func (g *memoryGroups) close() {
	if g != nil {
		os.Remove(g.parent)
	}
}
