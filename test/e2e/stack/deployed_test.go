//go:build e2e

package stack

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/test/e2e/process"
)

// deployed is the running stack, as its outputs describe it.
type deployed struct {
	server  *process.Server
	outputs map[string]string
}

// local makes a request to a name of AWS reach the server: the host stays in
// the Host header, as a proxy would leave it.
func (d deployed) local(t *testing.T, method, at string, body string, header ...string) *http.Request {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	host := u.Host
	u.Scheme, u.Host = "http", d.server.Addr
	req, err := http.NewRequestWithContext(t.Context(), method, u.String(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return req
}

func (d deployed) do(t *testing.T, req *http.Request) (int, http.Header, string) {
	t.Helper()
	client := http.Client{Timeout: 60 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(b)
}

// secret is the client's, asked of Cognito where the outputs do not have it.
func (d deployed) secret(t *testing.T) string {
	t.Helper()
	if s := d.outputs["client_secret"]; s != "" {
		return s
	}
	out, err := process.Command(".", d.server.Env(), "aws", "cognito-idp", "describe-user-pool-client", "--user-pool-id", d.outputs["user_pool_id"],
		"--client-id", d.outputs["client_id"], "--query", "UserPoolClient.ClientSecret", "--output", "text")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(out)
}

// token gets an access token by Basic authentication.
func (d deployed) token(t *testing.T) string {
	t.Helper()
	req := d.local(t, "POST", d.outputs["token_url"], "grant_type=client_credentials", "Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(d.outputs["client_id"], d.secret(t))
	return d.readToken(t, req)
}

func (d deployed) readToken(t *testing.T, req *http.Request) string {
	t.Helper()
	status, _, body := d.do(t, req)
	var answer struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || status != 200 || answer.TokenType != "Bearer" || answer.AccessToken == "" {
		t.Fatalf("token: %d %s", status, body)
	}
	return answer.AccessToken
}

const message = `{"phone":"+12065550100","message":"Hello"}`

// call posts a message with an Authorization header; "" sends none.
func (d deployed) call(t *testing.T, authorization, body string) (int, http.Header, string) {
	t.Helper()
	req := d.local(t, "POST", d.outputs["api_url"], body, "Content-Type", "application/json")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	return d.do(t, req)
}

// sent is how many messages the inbox ever took: the number of its last one.
func (d deployed) sent(t *testing.T) int {
	t.Helper()
	resp, err := http.Get("http://" + d.server.Addr + "/_gatehouse/sms")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var all []struct{ Seq int }
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(bytes.NewReader(b)).Decode(&all); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1].Seq
}

// check sends a message as a client would.
func (d deployed) check(t *testing.T) {
	t.Helper()
	before := d.sent(t)
	token := d.token(t)
	for _, authorization := range []string{token, "Bearer " + token} {
		status, header, body := d.call(t, authorization, message)
		if status != 200 || !strings.Contains(body, "messageId") {
			t.Fatalf("call: %d %s", status, body)
		}
		for _, name := range []string{"X-Amzn-Requestid", "X-Amz-Apigw-Id", "X-Amzn-Trace-Id"} {
			if header.Get(name) == "" {
				t.Errorf("the answer has no %s", name)
			}
		}
	}
	if n := d.sent(t) - before; n != 2 {
		t.Errorf("%d messages were sent, want 2", n)
	}
	if status, _, body := d.call(t, token, `{"phone":"12","message":"x"}`); status != 400 || !strings.Contains(body, `"error"`) {
		t.Errorf("a wrong number: %d %s", status, body)
	}
}
