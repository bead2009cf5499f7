// Package gobuild makes deployable zips of Lambda functions: of Go programs,
// which it builds, and of directories as they are. The same sources give the
// same bytes, on every machine with the same Go version.
package gobuild

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Options say how to build a Go function.
type Options struct {
	// Dir is the main package.
	Dir string
	// Arch is x86_64 or arm64, as Lambda names them.
	Arch string
	// Cache is a directory for what is built, made if it is missing. It must
	// be outside of the sources.
	Cache string
}

// Build builds a Go function for the provided runtimes and returns the zip,
// which holds one file, bootstrap.
func Build(ctx context.Context, o Options) ([]byte, error) {
	goarch, err := goarch(o.Arch)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Cache, 0o700); err != nil {
		return nil, err
	}
	out, err := os.MkdirTemp(o.Cache, "build-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(out)
	program := filepath.Join(out, bootstrap)
	if program, err = filepath.Abs(program); err != nil {
		return nil, err
	}
	// The paths and the state of the repository would make builds differ.
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", program, ".")
	cmd.Dir = o.Dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+goarch)
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building %s: %w\n%s", o.Dir, err, strings.TrimSpace(string(text)))
	}
	code, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	return Zip([]File{{Name: bootstrap, Mode: 0o755, Data: code}})
}

// bootstrap is the program that the provided runtimes start.
const bootstrap = "bootstrap"

func goarch(arch string) (string, error) {
	switch arch {
	case "x86_64":
		return "amd64", nil
	case "arm64":
		return "arm64", nil
	}
	return "", fmt.Errorf("architecture %q is neither x86_64 nor arm64", arch)
}
