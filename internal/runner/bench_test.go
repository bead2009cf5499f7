package runner

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os/exec"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
)

const benchPayload = `{"hello":"world","n":12345}`

func benchInvoke(b *testing.B, spec Spec) {
	p := newPool(b, newRunner(b, Options{}), spec, PoolOptions{})
	inv := Invocation{RequestID: ids.UUID(), Payload: []byte(benchPayload)}
	run := func() {
		result, err := p.Invoke(context.Background(), inv)
		if err != nil || result.FunctionError != "" {
			b.Fatalf("%v %s", err, result.Payload)
		}
	}
	run()
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
}

const echoNode = `exports.handler = async (event) => event;`

func BenchmarkWarmGo(b *testing.B) { benchInvoke(b, goSpec(b, nil)) }

func BenchmarkWarmNode(b *testing.B) {
	benchInvoke(b, codeSpec(b, "nodejs20.x", "index.handler", map[string]string{"index.js": echoNode}, nil))
}

func BenchmarkWarmPython(b *testing.B) {
	benchInvoke(b, codeSpec(b, "python3.11", "app.handler", map[string]string{"app.py": "def handler(e, c): return e"}, nil))
}

// benchHTTP calls a plain server as a client that keeps its connection would.
func benchHTTP(b *testing.B, url string) {
	call := func() error {
		r, err := http.Post(url, "application/json", bytes.NewReader([]byte(benchPayload)))
		if err != nil {
			return err
		}
		defer r.Body.Close()
		_, err = io.Copy(io.Discard, r.Body)
		return err
	}
	for tries := 0; call() != nil; tries++ {
		if tries > 500 {
			b.Fatal("the server does not start")
		}
		time.Sleep(10 * time.Millisecond)
	}
	for b.Loop() {
		if err := call(); err != nil {
			b.Fatal(err)
		}
	}
}

// The same handlers over plain HTTP, to compare with.
func BenchmarkPlainGo(b *testing.B) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })}
	go server.Serve(l)
	defer server.Close()
	benchHTTP(b, "http://"+l.Addr().String())
}

func BenchmarkPlainNode(b *testing.B) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.Command("node", "-e", `require('http').createServer((q, s) => { let b = ''; q.on('data', (d) => b += d); q.on('end', () => s.end(JSON.stringify(JSON.parse(b)))); }).listen(`+port+`, '127.0.0.1')`)
	if err := cmd.Start(); err != nil {
		b.Skip(err)
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	benchHTTP(b, "http://"+address)
}

func benchCold(b *testing.B, spec Spec) {
	r := newRunner(b, Options{})
	start := func() {
		i, err := r.Start(context.Background(), &spec, 0)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		i.Stop(context.Background())
		b.StartTimer()
	}
	start()
	b.ResetTimer()
	for range b.N {
		start()
	}
}

func BenchmarkColdGo(b *testing.B) { benchCold(b, goSpec(b, nil)) }

func BenchmarkColdNode(b *testing.B) {
	benchCold(b, codeSpec(b, "nodejs20.x", "index.handler", map[string]string{"index.js": echoNode}, nil))
}

func BenchmarkColdPython(b *testing.B) {
	benchCold(b, codeSpec(b, "python3.11", "app.handler", map[string]string{"app.py": "def handler(e, c): return e"}, nil))
}

func benchBare(b *testing.B, name string, args ...string) {
	if _, err := exec.LookPath(name); err != nil {
		b.Skip(err)
	}
	for b.Loop() {
		if err := exec.Command(name, args...).Run(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBareNode(b *testing.B) { benchBare(b, "node", "-e", "") }

func BenchmarkBarePython(b *testing.B) { benchBare(b, "python3", "-c", "") }
