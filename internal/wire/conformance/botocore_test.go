package conformance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"testing"
)

// botocore is a running botocore_peer.py.
type botocore struct {
	mu  sync.Mutex
	in  io.WriteCloser
	out *bufio.Reader
}

// exchange is a request as botocore makes it.
type exchange struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Query   string            `json:"query"`
	Headers map[string]string `json:"headers"`
	Body    []byte            `json:"body"`
}

// job asks botocore for something.
type job struct {
	Do        string            `json:"do"`
	Service   string            `json:"service"`
	Operation string            `json:"operation"`
	Params    any               `json:"params,omitempty"`
	Status    int               `json:"status,omitempty"`
	Headers   map[string]string `json:"headers"`
	Body      []byte            `json:"body"`
	Error     string            `json:"error,omitempty"`
}

// botocoreVersion is the version whose models the generator reads.
const botocoreVersion = "1.43.11"

// startBotocore starts the peer, or skips the test where there is none.
func startBotocore(t *testing.T) *botocore {
	t.Helper()
	if testing.Short() {
		t.Skip("botocore is not asked in short mode")
	}
	if err := exec.Command("python3", "-c", "import botocore").Run(); err != nil {
		t.Skipf("python3 with botocore %s is not installed: %v", botocoreVersion, err)
	}
	cmd := exec.Command("python3", "testdata/botocore_peer.py")
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
		if err := cmd.Wait(); err != nil {
			t.Errorf("botocore: %v", err)
		}
	})
	b := &botocore{in: in, out: bufio.NewReaderSize(out, 1<<20)}
	var hello struct{ Version string }
	if err := b.read(&hello); err != nil {
		t.Fatal(err)
	}
	if hello.Version != botocoreVersion {
		t.Skipf("botocore is %s, the models are %s's", hello.Version, botocoreVersion)
	}
	return b
}

func (b *botocore) read(into any) error {
	line, err := b.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("botocore: %w", err)
	}
	return json.Unmarshal(line, into)
}

// ask does a job and reads the answer into a pointer to a struct.
func (b *botocore) ask(j job, into any) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	line, err := json.Marshal(j)
	if err != nil {
		return err
	}
	if _, err := b.in.Write(append(line, '\n')); err != nil {
		return err
	}
	var raw json.RawMessage
	if err := b.read(&raw); err != nil {
		return err
	}
	var failed struct{ Failure string }
	if err := json.Unmarshal(raw, &failed); err == nil && failed.Failure != "" {
		return fmt.Errorf("botocore: %s", failed.Failure)
	}
	return json.Unmarshal(raw, into)
}
