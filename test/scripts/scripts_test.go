package scripts

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gatehouse-dev/gatehouse/internal/cli"
)

// What a server in the background leaves for the script.
const (
	outputFile = "serve.out"
	pidFile    = "serve.pid"
)

// The test binary is the program when a script calls it by its name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"gatehouse": func() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr, os.Getenv)) },
		"serving":   func() { os.Exit(serving(os.Args[1:])) },
	})
}

// serving is gatehouse serve, whose output the script can also see while it runs.
func serving(args []string) int {
	out, err := os.Create(outputFile)
	if err == nil {
		err = os.WriteFile(pidFile, []byte(strconv.Itoa(os.Getpid())), 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	getenv := func(name string) string {
		if v := os.Getenv(name); v != "" || name != "GATEHOUSE_LISTEN" {
			return v
		}
		return "127.0.0.1:0"
	}
	return cli.Main(append([]string{"serve"}, args...), io.MultiWriter(os.Stdout, out), os.Stderr, getenv)
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                ".",
		RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Setenv("HOME", home)
			e.Setenv("XDG_DATA_HOME", "")
			e.Values[pendingKey{}] = &pending{}
			return os.Mkdir(home, 0o700)
		},
		Cmds: commands(),
	})
}
