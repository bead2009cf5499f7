//go:build e2e

package security

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/up/gobuild"
)

func TestNodeFunctionIsConfined(t *testing.T) {
	needRoot(t)
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	h := serve(t)
	code := must(os.ReadFile("testdata/index.js"))(t)
	zip := must(gobuild.Zip([]gobuild.File{{Name: "index.js", Mode: 0o644, Data: code}}))(t)
	value := h.secret("variable of a function", canary(t))
	f := h.deploy("attacker", "nodejs20.x", "index.handler", zip, h.role("plain", trustLambda, ""), map[string]string{"SECRET": value})
	other := h.attacker("other", h.role("other", trustLambda, ""), nil)
	other.try(event{Do: "list", Arg: "/"})

	var pids []int
	for _, pid := range descendants(t, h.cmd.Process.Pid) {
		if pid > 100 { // smaller ones could be its own
			pids = append(pids, pid)
		}
	}
	var out map[string]string
	answer := f.invoke(map[string]any{
		"paths":  []string{h.dir, h.dir + "/root-key", h.dir + "/state", "/proc/1/environ", "/proc/1/mem", "/etc/shadow", "/root"},
		"writes": []string{"/var/task/index.js", "/var/task/new", "/var/runtime/node/index.cjs", "/usr/bin/x", "/etc/hosts"},
		"pids":   pids,
		"urls":   []string{"http://" + h.addr + "/_gatehouse/clock", "http://" + h.addr + "/_gatehouse/sms"},
		"socket": h.dir + "/socket",
	})
	if err := json.Unmarshal(answer, &out); err != nil || len(out) < 18 {
		t.Fatalf("%v %s", err, answer)
	}
	for what, got := range out {
		switch {
		case what == "own":
			if got != "got "+value {
				t.Errorf("its own file and variable: %s", got)
			}
		case strings.HasPrefix(what, "get "):
			if got != "got 403" {
				t.Errorf("%s: %s", what, got)
			}
		case !strings.HasPrefix(got, "refused: "):
			t.Errorf("%s: %s", what, got)
		}
	}
	h.alive()
}
