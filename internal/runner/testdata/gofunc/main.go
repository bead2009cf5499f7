// Command gofunc is the function that the tests run: it does what its event says.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Do    string
	Arg   string
	Count int
}

var started int

func handle(ctx context.Context, raw json.RawMessage) (any, error) {
	started++
	var e event
	if err := json.Unmarshal(raw, &e); err != nil {
		return raw, nil
	}
	switch e.Do {
	case "":
		return raw, nil
	case "error":
		return nil, errors.New(e.Arg)
	case "sleep":
		d, _ := time.ParseDuration(e.Arg)
		time.Sleep(d)
		return e.Arg, nil
	case "exit":
		os.Exit(e.Count)
	case "log":
		for n := range e.Count {
			fmt.Println(e.Arg, n)
		}
		return e.Count, nil
	case "big":
		return strings.Repeat("x", e.Count), nil
	case "memory":
		var keep [][]byte
		for n := 0; n < e.Count; n++ {
			b := make([]byte, 1<<20)
			for i := range b {
				b[i] = byte(i)
			}
			keep = append(keep, b)
		}
		return len(keep), nil
	case "count":
		return started, nil
	case "context":
		lc, _ := lambdacontext.FromContext(ctx)
		deadline, _ := ctx.Deadline()
		return map[string]any{"id": lc.AwsRequestID, "arn": lc.InvokedFunctionArn, "client": lc.ClientContext,
			"left": time.Until(deadline).Milliseconds(), "trace": os.Getenv("_X_AMZN_TRACE_ID"), "env": os.Environ()}, nil
	case "read":
		b, err := os.ReadFile(e.Arg)
		return outcome(string(b), err)
	case "list":
		entries, err := os.ReadDir(e.Arg)
		var names []string
		for _, x := range entries {
			names = append(names, x.Name())
		}
		return outcome(names, err)
	case "write":
		return outcome(nil, write(e.Arg, e.Count))
	case "kill":
		return outcome(nil, syscall.Kill(e.Count, syscall.SIGKILL))
	case "dial":
		c, err := net.Dial("tcp", e.Arg)
		if err != nil {
			return outcome(nil, err)
		}
		c.SetDeadline(time.Now().Add(time.Second))
		fmt.Fprint(c, "GET /2018-06-01/ping HTTP/1.1\r\nHost: x\r\n\r\n")
		b := make([]byte, 100)
		n, err := c.Read(b)
		return outcome(string(b[:n]), err)
	case "get":
		r, err := http.Get(e.Arg)
		if err != nil {
			return outcome(nil, err)
		}
		return outcome(r.StatusCode, nil)
	case "unix":
		_, err := net.Dial("unix", e.Arg)
		return outcome(nil, err)
	case "syscall":
		number, _ := strconv.Atoi(e.Arg)
		_, _, errno := syscall.Syscall6(uintptr(number), uintptr(e.Count), 0, 0, 0, 0, 0)
		return errno.Error(), nil
	case "mount":
		return outcome(nil, syscall.Mount("x", "/tmp", "tmpfs", 0, ""))
	case "status":
		b, err := os.ReadFile("/proc/self/status")
		return outcome(string(b), err)
	case "spawn":
		_, err := os.StartProcess("/proc/self/exe", []string{"sleeper"}, &os.ProcAttr{})
		return outcome(nil, err)
	}
	return nil, errors.New("unknown: " + e.Do)
}

func outcome(v any, err error) (any, error) {
	if err != nil {
		return map[string]any{"error": err.Error()}, nil
	}
	return map[string]any{"ok": v}, nil
}

func write(name string, size int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	for ; size > 0; size -= len(block) {
		if _, err := f.Write(block[:min(size, len(block))]); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	if os.Args[0] == "sleeper" {
		time.Sleep(time.Minute)
		return
	}
	if wait := os.Getenv("INIT_SLEEP"); wait != "" {
		d, _ := time.ParseDuration(wait)
		time.Sleep(d)
	}
	if code := os.Getenv("INIT_EXIT"); code != "" {
		n, _ := strconv.Atoi(code)
		fmt.Println("leaving at start")
		os.Exit(n)
	}
	lambda.Start(handle)
}
