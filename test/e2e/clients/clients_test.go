//go:build e2e

package clients

import (
	"os"
	"os/exec"
	"testing"
)

func TestBotocore(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	if exec.Command(python, "-c", "import botocore").Run() != nil {
		t.Skip("python3 has no botocore; pip install boto3")
	}
	for service, tb := range tables(t) {
		t.Run(service, func(t *testing.T) {
			runTable(t, startDriver(t, "boto", python, "python/driver.py"), tb)
		})
	}
}

func TestJavaScript(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	installModules(t)
	for service, tb := range tables(t) {
		t.Run(service, func(t *testing.T) {
			runTable(t, startDriver(t, "js", node, "--no-warnings", "js/driver.mjs"), tb)
		})
	}
}

// installModules installs the driver's packages once; they stay beside it.
func installModules(t *testing.T) {
	t.Helper()
	lock, err := os.ReadFile("js/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	const mark = "js/node_modules/.installed"
	if have, err := os.ReadFile(mark); err == nil && string(have) == string(lock) {
		return
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("npm is not installed")
	}
	cmd := exec.Command(npm, "ci", "--ignore-scripts")
	cmd.Dir = "js"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("npm ci: %v (offline?)\n%s", err, out)
	}
	if err := os.WriteFile(mark, lock, 0o644); err != nil {
		t.Fatal(err)
	}
}
