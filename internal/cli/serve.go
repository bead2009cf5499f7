package cli

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/server"
	"github.com/gatehouse-dev/gatehouse/internal/version"
)

func serveCommand() command {
	return command{name: "serve", short: "Start the server",
		long: "State is kept in the data directory and survives kill -9. Stop it with Ctrl-C.",
		flags: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			o := server.Options{}
			fs.StringVar(&o.Listen, "listen", "127.0.0.1:4566", "`address` for everything; beyond loopback, test/test is refused")
			fs.StringVar(&o.DataDir, "data", defaultDataDir(), "`dir` for all state; made if missing, closed to other users")
			ephemeral := fs.Bool("ephemeral", false, "keep nothing: state in memory")
			fs.StringVar(&o.Store, "store", "", "postgres `url` of a database for the state, in place of the embedded store")
			fs.StringVar(&o.PublicURL, "public-url", "", "`url` by which clients reach this server")
			level := new(slog.Level)
			fs.TextVar(level, "log-level", *level, "debug, info, warn or error")
			return func(ctx context.Context, e *env, _ []string) error {
				if *ephemeral {
					o.DataDir = ""
				} else if o.DataDir == "" {
					return errors.New("there is no home directory; name a data directory with --data, or use --ephemeral")
				}
				if *ephemeral && o.Store != "" {
					return usageError("--ephemeral and --store exclude one another")
				}
				o.Log = slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: *level}))
				return serve(ctx, e, o)
			}
		}}
}

// settled is when the background work of a start is over.
const settled = 2 * time.Second

func serve(ctx context.Context, e *env, o server.Options) error {
	began := time.Now()
	// The heap is small beside the machine: collecting it less often buys a
	// third of the throughput for a few tens of megabytes under load.
	if e.getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	s, err := server.Start(ctx, o)
	if err != nil {
		return err
	}
	where := "state in memory"
	if o.DataDir != "" {
		where = "data in " + o.DataDir
	}
	if o.Store != "" {
		where += ", state in the database"
	}
	e.printf("Gatehouse %s is ready at %s (%s), %s, in %d ms\n", version.Number, s.URL(), s.Addr(), where, time.Since(began).Milliseconds())
	// What starting has used is given back once the first keys are made.
	giveBack := time.AfterFunc(settled, debug.FreeOSMemory)
	defer giveBack.Stop()
	<-ctx.Done()
	return s.Close()
}

// defaultDataDir is the user's data directory (XDG Base Directory
// Specification; ~/Library/Application Support on a Mac); "" if there is none.
func defaultDataDir() string {
	if d := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "gatehouse")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support", "gatehouse")
	}
	return filepath.Join(home, ".local", "share", "gatehouse")
}
