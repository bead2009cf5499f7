package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// lab holds what the rows share: the binary, a running server, and all that
// must end with the run.
type lab struct {
	options
	dir     string
	self    string // this program, which is also the peers
	server  *process
	url     string // http://127.0.0.1:PORT of the server
	account *account
	closers []func() error
}

func newLab(ctx context.Context, o options) (_ *lab, err error) {
	l := &lab{options: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
		}
	}()
	if l.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if l.dir, err = os.MkdirTemp("", "gatehouse-bench-"); err != nil {
		return nil, err
	}
	l.onClose(func() error { return os.RemoveAll(l.dir) })
	if l.binary == "" {
		l.binary = filepath.Join("dist", "gatehouse")
		// As `make build` does.
		if err := command(ctx, "", "env", "CGO_ENABLED=0", "go", "build", "-trimpath", "-ldflags=-s -w", "-o", l.binary, "./cmd/gatehouse"); err != nil {
			return nil, err
		}
	}
	if l.binary, err = filepath.Abs(l.binary); err != nil {
		return nil, err
	}
	if l.cpuProfile != "" {
		err = l.profiled(ctx)
	} else if l.server, l.url, err = l.startServer(ctx, filepath.Join(l.dir, "data")); err == nil {
		l.onClose(l.server.stop)
	}
	if err != nil {
		return nil, err
	}
	l.account = newAccount(l.url)
	return l, nil
}

// startServer starts Gatehouse and waits until it answers.
func (l *lab) startServer(ctx context.Context, data string) (*process, string, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, "", err
	}
	p, err := start(nil, l.binary, "serve", "--listen", addr, "--data", data, "--log-level", "error")
	if err != nil {
		return nil, "", err
	}
	url := "http://" + addr
	if err := p.ready(ctx, url+"/_gatehouse/health"); err != nil {
		return nil, "", errors.Join(err, p.stop())
	}
	return p, url, nil
}

func (l *lab) onClose(fn func() error) { l.closers = append(l.closers, fn) }

func (l *lab) close() error {
	var errs []error
	for i := len(l.closers) - 1; i >= 0; i-- {
		errs = append(errs, l.closers[i]())
	}
	l.closers = nil
	return errors.Join(errs...)
}

// command runs a program in dir to its end.
func command(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}
