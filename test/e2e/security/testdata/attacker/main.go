// Command attacker is the function that the tests deploy: it tries what its
// event says, and answers how that went.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/gatehouse-dev/gatehouse/internal/sigv4sign"
)

// event is one attempt.
type event struct {
	Do, Arg       string
	N             int
	Method        string
	Host          string
	Header        map[string]string
	Body, Service string // a Service makes it sign with its own credentials
}

// outcome has Error if the attempt failed.
type outcome struct {
	Error  string
	Status int
	Text   string
	Names  []string
}

func handle(_ context.Context, e event) (outcome, error) {
	out, err := try(e)
	if err != nil {
		out.Error = err.Error()
	}
	return out, nil
}

func try(e event) (out outcome, err error) {
	switch e.Do {
	case "read":
		var b []byte
		b, err = os.ReadFile(e.Arg)
		out.Text = string(b[:min(len(b), 1<<20)])
	case "list":
		var entries []os.DirEntry
		entries, err = os.ReadDir(e.Arg)
		for _, x := range entries {
			out.Names = append(out.Names, x.Name())
		}
	case "write":
		err = os.WriteFile(e.Arg, []byte("x"), 0o666)
	case "kill":
		err = syscall.Kill(e.N, syscall.SIGTERM)
	case "ptrace":
		err = syscall.PtraceAttach(e.N)
	case "unix":
		var c net.Conn
		if c, err = net.Dial("unix", e.Arg); err == nil {
			c.Close()
		}
	case "ping":
		return ping(e.Arg)
	case "scan":
		return scan()
	case "shell":
		var b []byte
		b, err = exec.Command("/bin/sh", "-c", e.Arg).CombinedOutput()
		out.Text = string(b)
	case "env":
		out.Names = os.Environ()
	case "print":
		fmt.Println(e.Arg)
	case "http":
		return request(e)
	case "drop":
		return drop(e)
	default:
		err = errors.New("unknown: " + e.Do)
	}
	return out, err
}

// request makes an HTTP request.
func request(e event) (out outcome, err error) {
	req, err := http.NewRequest(e.Method, e.Arg, strings.NewReader(e.Body))
	if err != nil {
		return out, err
	}
	if e.Host != "" {
		req.Host = e.Host
	}
	for name, value := range e.Header {
		req.Header.Set(name, value)
	}
	if e.Service != "" {
		hash := sha256.Sum256([]byte(e.Body))
		own := sigv4sign.Credentials{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), Secret: os.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: os.Getenv("AWS_SESSION_TOKEN")}
		sigv4sign.Sign(req, own, os.Getenv("AWS_REGION"), e.Service, hex.EncodeToString(hash[:]), time.Now())
	}
	client := http.Client{Timeout: 5 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return out, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return outcome{Status: resp.StatusCode, Text: string(b)}, err
}

// drop sends a request and lets go of the connection at once, so that the
// kernel no longer knows whose it was.
func drop(e event) (out outcome, err error) {
	for range max(e.N, 1) {
		c, err := net.Dial("tcp", e.Arg)
		if err != nil {
			return out, err
		}
		if _, err := io.WriteString(c, e.Body); err != nil {
			return out, err
		}
		c.Close()
	}
	return out, nil
}

// ping asks a Runtime API whether it answers.
func ping(addr string) (out outcome, err error) {
	c, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return out, err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Second))
	fmt.Fprint(c, "GET /2018-06-01/ping HTTP/1.1\r\nHost: x\r\n\r\n")
	b := make([]byte, 512)
	n, err := c.Read(b)
	out.Text = string(b[:n])
	return out, err
}

// scan looks for Runtime APIs among the machine's listeners, and pings all but
// its own.
func scan() (out outcome, err error) {
	own := os.Getenv("AWS_LAMBDA_RUNTIME_API")
	b, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		return out, err
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 4 || f[3] != "0A" {
			continue
		}
		ip, port, _ := strings.Cut(f[1], ":")
		n, err := strconv.ParseUint(port, 16, 16)
		raw, err2 := hex.DecodeString(ip)
		if err != nil || err2 != nil || len(raw) != 4 {
			continue
		}
		addr := fmt.Sprintf("%d.%d.%d.%d:%d", raw[3], raw[2], raw[1], raw[0], n)
		if addr == own {
			continue
		}
		if got, err := ping(addr); err == nil && strings.Contains(got.Text, "pong") {
			out.Names = append(out.Names, addr)
		}
	}
	return out, nil
}

func main() { lambda.Start(handle) }
