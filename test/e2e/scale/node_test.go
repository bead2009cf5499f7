//go:build e2e

package scale

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/gatehouse-dev/gatehouse/test/e2e/process"
)

// soon is how long a change at one server may take to apply at the other.
const soon = time.Second

// node is one of the servers, with its clients.
type node struct {
	*process.Server
	stacks    *cloudformation.Client
	functions *lambda.Client
	roles     *iam.Client
	pools     *cognitoidentityprovider.Client
	logs      *cloudwatchlogs.Client
}

func serve(t *testing.T, database string) *node {
	t.Helper()
	s := process.Serve(t, "--store", database)
	cfg := aws.Config{Region: "us-east-1", BaseEndpoint: aws.String("http://" + s.Addr),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	return &node{s, cloudformation.NewFromConfig(cfg), lambda.NewFromConfig(cfg), iam.NewFromConfig(cfg),
		cognitoidentityprovider.NewFromConfig(cfg), cloudwatchlogs.NewFromConfig(cfg)}
}

// send makes a request to a name of AWS reach the node, as a proxy would.
func (n *node) send(t *testing.T, method, at, body string, header ...string) (int, string) {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	host := u.Host
	u.Scheme, u.Host = "http", n.Addr
	req, err := http.NewRequestWithContext(t.Context(), method, u.String(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := http.Client{Timeout: time.Minute}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// own reads one of the node's own JSON documents.
func (n *node) own(t *testing.T, path string, into any) {
	t.Helper()
	status, body := n.send(t, "GET", path, "")
	if status != 200 {
		t.Fatalf("%s: %d %s", path, status, body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		t.Fatalf("%s: %v: %s", path, err, body)
	}
}

// texts are the messages in the inbox.
func (n *node) texts(t *testing.T) int {
	t.Helper()
	var all []json.RawMessage
	n.own(t, "/_gatehouse/sms", &all)
	return len(all)
}

// eventually waits until ok, which must be within limit.
func eventually(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	began := time.Now()
	for !ok() {
		if time.Since(began) > limit {
			t.Fatalf("%s: not within %s", what, limit)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// within is eventually for what must have been so by the limit, however long
// one look takes.
func within(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	began := time.Now()
	for {
		asked := time.Since(began)
		if ok() {
			t.Logf("%s: after %s", what, asked.Round(time.Millisecond))
			return
		}
		if asked > limit {
			t.Fatalf("%s: not within %s", what, limit)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
