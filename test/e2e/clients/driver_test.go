//go:build e2e

package clients

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// call is one request, as the drivers take it.
type call struct {
	Service   string `json:"service"`
	Operation string `json:"operation"`
	Input     any    `json:"input"`
	Endpoint  string `json:"endpoint"`
	Region    string `json:"region"`
	identity
}

// identity is who calls.
type identity struct {
	Key    string `json:"key"`
	Secret string `json:"secret"`
	Token  string `json:"token,omitempty"`
}

// answer is what a driver makes of the server's answer.
type answer struct {
	Status  int            `json:"status"`
	Output  map[string]any `json:"output"`
	Codes   []string       `json:"codes"` // as the client names the error
	Message string         `json:"message"`
	Fault   string         `json:"fault"` // the client refused the call itself
}

func (a answer) failed() bool { return a.Fault != "" || len(a.Codes) > 0 }

// is reports whether the client names the error so. The JavaScript SDK names
// the errors of the query protocol by their shape, which ends in Exception.
func (a answer) is(code string) bool {
	return slices.ContainsFunc(a.Codes, func(c string) bool { return c == code || strings.TrimSuffix(c, "Exception") == code })
}

func (a answer) String() string {
	switch {
	case a.Fault != "":
		return "the client refused: " + a.Fault
	case a.failed():
		return fmt.Sprintf("%d %s: %s", a.Status, strings.Join(a.Codes, "/"), a.Message)
	}
	return fmt.Sprintf("%d %s", a.Status, show(a.Output))
}

// driver is a client program that makes calls on request.
type driver struct {
	name string // as the tables call it
	in   io.Writer
	out  *bufio.Reader
}

// startDriver runs a client program until the test ends.
func startDriver(t *testing.T, name, program string, args ...string) *driver {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true",
		"NO_PROXY=localhost,127.0.0.1", "no_proxy=localhost,127.0.0.1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		stop := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
		defer stop.Stop()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	})
	d := &driver{name: name, in: in, out: bufio.NewReader(out)}
	var hello struct {
		Client string `json:"client"`
	}
	if err := d.read(&hello); err != nil {
		t.Fatalf("%s does not start: %v", name, err)
	}
	t.Log(hello.Client)
	return d
}

func (d *driver) read(v any) error {
	line, err := d.out.ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, v)
}

func (d *driver) do(c call) (answer, error) {
	var a answer
	b, err := json.Marshal(c)
	if err != nil {
		return a, err
	}
	if _, err := d.in.Write(append(b, '\n')); err != nil {
		return a, err
	}
	return a, d.read(&a)
}
