// Command lambdazip builds a Go Lambda function and packs it as a zip whose
// bytes depend on the sources alone, for tools that deploy zips:
//
//	go run ./stacks/tools/lambdazip -o function.zip [-arch x86_64|arm64] DIR
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"

	"github.com/gatehouse-dev/gatehouse/internal/up/gobuild"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "lambdazip:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	out := flag.String("o", "function.zip", "the zip to write")
	arch := flag.String("arch", hostArch(), "x86_64 or arm64")
	flag.Parse()
	if flag.NArg() != 1 {
		return fmt.Errorf("name the directory of one function")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	zip, err := gobuild.Build(ctx, gobuild.Options{Dir: flag.Arg(0), Arch: *arch, Cache: filepath.Join(cache, "gatehouse", "build")})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(*out), 0o755); err != nil {
		return err
	}
	return os.WriteFile(*out, zip, 0o644)
}

func hostArch() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}
