package runner

import (
	"bytes"
	"os"
	"strconv"
	"time"
)

// How often memory is looked at: of instances at work, and of all.
const (
	watchBusy = 25 * time.Millisecond
	watchAll  = time.Second
)

// watchMemory samples the instances until the runner closes. It sleeps while
// none is at work.
func (r *Runner) watchMemory() {
	defer r.background.Done()
	ticker := time.NewTicker(watchBusy)
	defer ticker.Stop()
	var lastAll time.Time
	for {
		select {
		case <-r.closing:
			return
		case <-ticker.C:
		}
		if r.busy.Load() == 0 {
			ticker.Reset(watchAll)
			select {
			case <-r.closing:
				return
			case <-r.work:
			case <-ticker.C:
			}
			ticker.Reset(watchBusy)
		}
		now := r.machine.Now()
		all := now.Sub(lastAll) >= watchAll
		if all {
			lastAll = now
		}
		for _, i := range r.list() {
			if all || i.working.Load() {
				i.sampleMemory()
			}
		}
	}
}

// sampleMemory notes how much the instance uses and ends one beyond its limit.
// The limit counts what the processes allocated; what they map from files, the
// interpreter itself among it, is shared with others and only reported.
func (i *Instance) sampleMemory() {
	i.sampled.Store(i.runner.machine.Now().UnixNano())
	anonymous, resident := i.memoryUse()
	if resident > i.peakMemory.Load() {
		i.peakMemory.Store(resident)
	}
	if anonymous > int64(i.spec.MemoryMB)<<20 {
		i.kill()
	}
}

// sampleAfter looks at the memory after an invocation, unless it was so short
// that looking would cost more than it tells.
func (i *Instance) sampleAfter(duration time.Duration, now time.Time) {
	if duration >= watchBusy/5 || now.UnixNano()-i.sampled.Load() >= int64(watchAll/4) {
		i.sampleMemory()
	}
}

// usedMB is the peak as REPORT shows it: never above the limit.
func (i *Instance) usedMB() int {
	return int(min((i.peakMemory.Load()+1<<20-1)>>20, int64(i.spec.MemoryMB)))
}

// memoryUse sums the processes of the instance's own process namespace, seen
// through its own /proc, without process 1, which is Gatehouse's.
func (i *Instance) memoryUse() (anonymous, resident int64) {
	if i.isolated {
		proc := "/proc/" + strconv.Itoa(i.box.PID()) + "/root/proc/"
		dir, err := os.Open(proc)
		if err != nil {
			return 0, 0
		}
		defer dir.Close()
		names, err := dir.Readdirnames(-1)
		if err != nil {
			return 0, 0
		}
		for _, name := range names {
			if name[0] < '0' || name[0] > '9' || name == "1" {
				continue
			}
			a, r := processMemory(proc + name + "/statm")
			anonymous, resident = anonymous+a, resident+r
		}
		return anonymous, resident
	}
	return processMemory("/proc/" + strconv.Itoa(i.box.PID()) + "/statm")
}

// processMemory reads statm (proc(5)): the second number is resident, the third
// the part of it that files and shared memory back, both in pages.
func processMemory(statm string) (anonymous, resident int64) {
	data, err := os.ReadFile(statm)
	if err != nil {
		return 0, 0
	}
	fields := bytes.Fields(data)
	if len(fields) < 3 {
		return 0, 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	shared, _ := strconv.ParseInt(string(fields[2]), 10, 64)
	size := int64(os.Getpagesize())
	return (pages - shared) * size, pages * size
}
