package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/gatehouse-dev/gatehouse/internal/server"
)

func resetCommand() command {
	return command{name: "reset", short: "Delete all state of a data directory",
		long: "The server must not be running. Nothing else than what a server wrote is deleted.",
		flags: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			dir := fs.String("data", defaultDataDir(), "data `dir`")
			yes := fs.Bool("yes", false, "really do it")
			return func(_ context.Context, e *env, _ []string) error {
				if _, err := os.Stat(*dir); errors.Is(err, os.ErrNotExist) {
					e.printf("%s does not exist\n", *dir)
					return nil
				}
				if !*yes {
					return usageError(fmt.Sprintf("this deletes everything in %s; repeat it with --yes", *dir))
				}
				if err := server.Reset(*dir); err != nil {
					return err
				}
				e.printf("%s is empty\n", *dir)
				return nil
			}
		}}
}
