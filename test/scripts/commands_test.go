package scripts

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/rogpeppe/go-internal/testscript"
)

func commands() map[string]func(*testscript.TestScript, bool, []string) {
	all := map[string]func(*testscript.TestScript, bool, []string){}
	for name, fn := range map[string]func(*testscript.TestScript, []string){
		"ready": ready, "terminate": terminate, "exits": exits, "publish": publish, "log": log, "begin": begin, "finish": finish, "refused": refused,
		"follow": follow, "followed": followed,
	} {
		all[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			if neg {
				ts.Fatalf("%s cannot be negated", name)
			}
			fn(ts, args)
		}
	}
	return all
}

// patience is how long something may take on a machine that is busy with other
// tests.
const patience = 20 * time.Second

var readyLine = regexp.MustCompile(`^Gatehouse \S+ is ready at (https?://\S+) \(([^)]+)\), .+, in \d+ ms\n$`)

func ready(ts *testscript.TestScript, _ []string) {
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		out, err := os.ReadFile(ts.MkAbs(outputFile))
		if m := readyLine.FindSubmatch(out); m != nil {
			ts.Setenv("URL", string(m[1]))
			ts.Setenv("ADDR", string(m[2]))
			return
		}
		if time.Now().After(deadline) || strings.Contains(string(out), "\n") {
			ts.Fatalf("no ready line (%v): %q", err, out)
		}
	}
}

// terminate ends the server of this script, and no later one by mistake: the
// file with its process goes away.
func terminate(ts *testscript.TestScript, _ []string) {
	pid, err := strconv.Atoi(ts.ReadFile(pidFile))
	ts.Check(err)
	ts.Check(os.Remove(ts.MkAbs(pidFile)))
	ts.Check(os.Remove(ts.MkAbs(outputFile)))
	ts.Check(syscall.Kill(pid, syscall.SIGTERM))
}

// exits runs a command that must end with the given status.
func exits(ts *testscript.TestScript, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case err == nil && want != 0:
		ts.Fatalf("exit status 0, want %d", want)
	case errors.As(err, &exit) && exit.ExitCode() != want:
		ts.Fatalf("exit status %d, want %d", exit.ExitCode(), want)
	case err != nil && exit == nil:
		ts.Fatalf("%v", err)
	}
}

// publish sends a text message as root: publish NUMBER TEXT.
func publish(ts *testscript.TestScript, args []string) {
	client := sns.New(sns.Options{Region: "us-east-1", BaseEndpoint: aws.String(ts.Getenv("URL")),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	out, err := client.Publish(context.Background(), &sns.PublishInput{PhoneNumber: &args[0], Message: &args[1]})
	ts.Check(err)
	id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	ts.Setenv("REQUEST", id)
}

// log makes a log group and writes lines into it: log GROUP LINE...
func log(ts *testscript.TestScript, args []string) {
	client := cloudwatchlogs.New(cloudwatchlogs.Options{Region: "us-east-1", BaseEndpoint: aws.String(ts.Getenv("URL")),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	ctx, group, stream := context.Background(), &args[0], aws.String("stream")
	_, err := client.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: group})
	ts.Check(err)
	_, err = client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: group, LogStreamName: stream})
	ts.Check(err)
	in := &cloudwatchlogs.PutLogEventsInput{LogGroupName: group, LogStreamName: stream}
	for i, text := range args[1:] {
		in.LogEvents = append(in.LogEvents, types.InputLogEvent{Message: &text, Timestamp: aws.Int64(time.Now().UnixMilli() + int64(i))})
	}
	_, err = client.PutLogEvents(ctx, in)
	ts.Check(err)
}

// begin sends a request but the end of its body: begin METHOD PATH BODY.
func begin(ts *testscript.TestScript, args []string) {
	method, path, body := args[0], args[1], args[2]
	c, err := net.Dial("tcp", ts.Getenv("ADDR"))
	ts.Check(err)
	ts.Check(c.SetDeadline(time.Now().Add(patience)))
	half := len(body) / 2
	// An answer of 100 Continue shows that the handler asks for the body.
	fmt.Fprintf(c, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", method, path, ts.Getenv("ADDR"), len(body))
	const goOn = "HTTP/1.1 100 Continue\r\n\r\n"
	got := make([]byte, len(goOn))
	_, err = io.ReadFull(c, got)
	ts.Check(err)
	if string(got) != goOn {
		ts.Fatalf("the server answers %q", got)
	}
	_, err = io.WriteString(c, body[:half])
	ts.Check(err)
	pendingOf(ts).conn, pendingOf(ts).rest = c, body[half:]
	ts.Defer(func() { c.Close() })
}

// finish sends the rest and looks for a text in the answer.
func finish(ts *testscript.TestScript, args []string) {
	p := pendingOf(ts)
	_, err := io.WriteString(p.conn, p.rest)
	ts.Check(err)
	answer, err := io.ReadAll(p.conn)
	ts.Check(err)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 200 OK\r\n") || !strings.Contains(string(answer), args[0]) {
		ts.Fatalf("the answer is %q", answer)
	}
}

// refused waits until the server takes no connections.
func refused(ts *testscript.TestScript, _ []string) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		c, err := net.Dial("tcp", ts.Getenv("ADDR"))
		if err != nil {
			return
		}
		c.Close()
	}
	ts.Fatalf("the server still listens")
}

// follow keeps a stream open, once it has shown a text: follow PATH TEXT.
func follow(ts *testscript.TestScript, args []string) {
	resp, err := http.Get(ts.Getenv("URL") + args[0])
	ts.Check(err)
	ts.Defer(func() { resp.Body.Close() })
	stream := bufio.NewReader(resp.Body)
	first, err := stream.ReadString('\n')
	ts.Check(err)
	if !strings.Contains(first, args[1]) {
		ts.Fatalf("the stream begins with %q", first)
	}
	pendingOf(ts).stream = stream
}

// followed waits for the orderly end of the stream, much sooner than a drain's.
func followed(ts *testscript.TestScript, _ []string) {
	began := time.Now()
	_, err := io.Copy(io.Discard, pendingOf(ts).stream)
	ts.Check(err)
	if took := time.Since(began); took > 5*time.Second {
		ts.Fatalf("the stream ended after %v", took)
	}
}

// pending is what begin and follow left open.
type pending struct {
	conn   net.Conn
	rest   string
	stream *bufio.Reader
}

type pendingKey struct{}

func pendingOf(ts *testscript.TestScript) *pending { return ts.Value(pendingKey{}).(*pending) }
