//go:build !linux

package runner

type memoryGroups struct{}

type memoryGroup struct{}

func findMemoryGroups(string) *memoryGroups { return nil }

func (*memoryGroups) add(int, int64) (*memoryGroup, error) { return nil, nil }

func (*memoryGroups) close() {}

func (*memoryGroup) remove() {}
