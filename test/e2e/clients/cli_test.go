//go:build e2e

package clients

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestCLI runs the AWS CLI itself, by scripts: one server for each.
func TestCLI(t *testing.T) {
	t.Parallel()
	aws, err := exec.LookPath("aws")
	if err != nil {
		t.Skip("the aws program is not installed; pip install awscli")
	}
	out, err := exec.Command(aws, "--version").CombinedOutput()
	if err != nil {
		t.Skipf("aws --version: %v\n%s", err, out)
	}
	t.Logf("%s", out)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/cli",
		Setup: func(e *testscript.Env) error {
			e.Setenv("AWS_ENDPOINT_URL", startServer(e.T().(testing.TB)))
			for _, v := range []string{"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_DEFAULT_REGION=us-east-1",
				"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1", "NO_PROXY=localhost,127.0.0.1"} {
				name, value, _ := strings.Cut(v, "=")
				e.Setenv(name, value)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"keep": keep},
	})
}

// keep NAME... keeps the words of the last line that the last command wrote.
func keep(ts *testscript.TestScript, neg bool, names []string) {
	lines := strings.Split(strings.TrimSpace(ts.ReadFile("stdout")), "\n")
	words := strings.Fields(lines[len(lines)-1])
	if neg || len(names) == 0 || len(words) != len(names) {
		ts.Fatalf("keep %v: the last line has %d words", names, len(words))
	}
	for i, name := range names {
		ts.Setenv(name, words[i])
	}
}
