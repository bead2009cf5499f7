package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"

	"github.com/gatehouse-dev/gatehouse"
)

// profiled runs the server inside this program and writes a CPU profile of both
// when the lab closes. Rates of such a run say nothing: the load generator and
// the server share a scheduler.
func (l *lab) profiled(ctx context.Context) (err error) {
	f, err := os.Create(l.cpuProfile)
	if err != nil {
		return err
	}
	self := &process{cmd: &exec.Cmd{Process: &os.Process{Pid: os.Getpid()}}}
	s, err := gatehouse.Start(ctx, gatehouse.Options{DataDir: filepath.Join(l.dir, "data")})
	if err != nil {
		return errors.Join(err, f.Close())
	}
	l.onClose(s.Close)
	l.url, l.server = s.URL(), self
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	l.onClose(func() error {
		pprof.StopCPUProfile()
		return f.Close()
	})
	return nil
}
