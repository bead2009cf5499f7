//go:build e2e

package terraform

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/test/e2e/process"
)

const providerVersion = "5.100.0"

var (
	mirrorPath = regexp.MustCompile(`path = "([^"]+)"`)
	attachLine = regexp.MustCompile(`TF_REATTACH_PROVIDERS='(.+)'`)
)

// provider is the environment of Terraform with a running provider that talks
// to the server, and runs where the configuration is, for files are read by
// the provider. It ends with the test.
func provider(t *testing.T, s *process.Server, dir string) []string {
	t.Helper()
	out, err := exec.Command(filepath.Join(process.Root(), "scripts", "terraform-env")).Output()
	if err != nil {
		reason := err.Error()
		if e, ok := err.(*exec.ExitError); ok {
			reason = strings.TrimSpace(string(e.Stderr))
		}
		t.Skip("Terraform is not at hand: " + reason)
	}
	rc := strings.TrimSpace(string(out))
	t.Cleanup(func() { os.Remove(rc) })
	text, err := os.ReadFile(rc)
	if err != nil {
		t.Fatal(err)
	}
	programs, err := filepath.Glob(filepath.Join(mirrorPath.FindStringSubmatch(string(text))[1],
		"registry.terraform.io/hashicorp/aws", providerVersion, "*", "terraform-provider-aws_*"))
	if err != nil || len(programs) == 0 {
		t.Skipf("the mirror has no unpacked AWS provider %s (%v)", providerVersion, err)
	}
	// A further certificate bundle would keep a running provider from being
	// configured a second time. Nothing here speaks TLS.
	env := append(s.Env(), "AWS_CA_BUNDLE=", "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_CLI_CONFIG_FILE="+rc)
	return append(env, "TF_REATTACH_PROVIDERS="+startProvider(t, programs[0], dir, env))
}

// startProvider returns how Terraform finds the process.
func startProvider(t *testing.T, program, dir string, env []string) string {
	t.Helper()
	cmd := exec.Command(program, "-debug")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		kill := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		kill.Stop()
	})
	found := make(chan string, 1)
	go func() {
		scan := bufio.NewScanner(stdout)
		for scan.Scan() {
			if m := attachLine.FindStringSubmatch(scan.Text()); m != nil {
				found <- m[1]
			}
		}
	}()
	select {
	case at := <-found:
		return at
	case <-time.After(2 * time.Minute):
		t.Fatal("the provider did not start within two minutes")
		return ""
	}
}
