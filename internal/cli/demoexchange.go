package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/sigv4sign"
	"github.com/gatehouse-dev/gatehouse/internal/trace"
)

// exchange is a request with its answer.
type exchange struct {
	method, url, body string
	header            [][2]string
	user, password    string // Basic authentication

	status    int
	answer    string
	requestID string
}

// show makes a request, which goes to this server whatever name its URL has,
// and prints both sides. Any status but want is an error.
func (t *tour) show(ctx context.Context, x *exchange, want int) error {
	t.printf("   > %s %s\n", x.method, x.url)
	for _, h := range x.header {
		t.printf("   > %s: %s\n", h[0], shortened(h[1]))
	}
	if x.user != "" {
		t.printf("   > Authorization: Basic ****\n")
	}
	if x.body != "" {
		t.printf("   > %s\n", x.body)
	}
	if err := t.do(ctx, x); err != nil {
		return err
	}
	t.printf("   < %d %s\n\n", x.status, shortened(x.answer))
	if x.status != want {
		return fmt.Errorf("the answer is %d, not %d", x.status, want)
	}
	return nil
}

func (t *tour) do(ctx context.Context, x *exchange) error {
	u, err := url.Parse(x.url)
	if err != nil {
		return err
	}
	host := u.Host
	u.Scheme, u.Host = "http", t.server.Addr()
	req, err := http.NewRequestWithContext(ctx, x.method, u.String(), strings.NewReader(x.body))
	if err != nil {
		return err
	}
	req.Host = host
	for _, h := range x.header {
		req.Header.Set(h[0], h[1])
	}
	if x.user != "" {
		req.SetBasicAuth(x.user, x.password)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	x.status, x.answer, x.requestID = resp.StatusCode, strings.TrimSpace(string(b)), resp.Header.Get("X-Amzn-Requestid")
	return nil
}

// shortened leaves out the middle of tokens.
func shortened(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '"' || r == ',' })
	for _, w := range words {
		if len(w) > 120 && strings.Count(w, ".") == 2 {
			s = strings.ReplaceAll(s, w, w[:24]+"…"+w[len(w)-8:])
		}
	}
	return s
}

// own shows the answer of an own endpoint.
func (t *tour) own(ctx context.Context, command, path string) (string, error) {
	t.printf("   %s\n", command)
	resp, err := ask(ctx, http.MethodGet, "http://"+t.server.Addr()+path, nil)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	_, err = indented{t.stdout}.Write(bytes.TrimSpace(b))
	t.printf("\n")
	return string(b), err
}

func (t *tour) explain(ctx context.Context, id string) error {
	t.printf("   $ gatehouse explain %s\n", id)
	resp, err := ask(ctx, http.MethodGet, "http://"+t.server.Addr()+"/_gatehouse/traces/"+id, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var tr trace.Trace
	if err := json.NewDecoder(resp.Body).Decode(&tr); err != nil {
		return err
	}
	printTrace(t.stdout, &tr, "   ")
	return nil
}

// api makes a signed call of a JSON or REST service as the root user.
func (t *tour) api(ctx context.Context, service, method, path, target, body string, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+t.server.Addr()+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	if target != "" {
		req.Header.Set("X-Amz-Target", target)
		req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	}
	sum := sha256.Sum256([]byte(body))
	sigv4sign.Sign(req, sigv4sign.Credentials{AccessKeyID: "test", Secret: "test"}, "us-east-1", service, hex.EncodeToString(sum[:]), clock.Machine())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d %s", service, path, resp.StatusCode, b)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}

// readClient asks Cognito for the client's secret.
func (t *tour) readClient(ctx context.Context) error {
	var out struct {
		UserPoolClient struct{ ClientID, ClientSecret string }
	}
	in, err := json.Marshal(map[string]string{"UserPoolId": t.stack.Outputs["UserPoolId"], "ClientId": t.stack.Outputs["ClientId"]})
	if err != nil {
		return err
	}
	err = t.api(ctx, "cognito-idp", http.MethodPost, "/", "AWSCognitoIdentityProviderService.DescribeUserPoolClient", string(in), &out)
	t.client.id, t.client.secret = out.UserPoolClient.ClientID, out.UserPoolClient.ClientSecret
	return err
}

// permission shows that the function's resource policy decides, at once.
func (t *tour) permission(ctx context.Context) error {
	fresh := exchange{method: "POST", url: t.stack.Outputs["TokenUrl"], body: "grant_type=client_credentials",
		header: [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}}, user: t.client.id, password: t.client.secret}
	if err := t.do(ctx, &fresh); err != nil {
		return err
	}
	token := member(fresh.answer, "access_token")
	function := "/2015-03-31/functions/" + filepath.Base(t.dir) + "/policy"
	var got struct{ Policy string }
	if err := t.api(ctx, "lambda", http.MethodGet, function, "", "", &got); err != nil {
		return err
	}
	var doc struct {
		Statement []struct {
			Sid       string
			Condition struct{ ArnLike map[string]string }
		}
	}
	if err := json.Unmarshal([]byte(got.Policy), &doc); err != nil || len(doc.Statement) != 1 {
		return fmt.Errorf("the function's policy is %s", got.Policy)
	}
	st := doc.Statement[0]
	if err := t.api(ctx, "lambda", http.MethodDelete, function+"/"+st.Sid, "", "", nil); err != nil {
		return err
	}
	t.printf("   $ aws lambda remove-permission --function-name %s --statement-id %s\n", filepath.Base(t.dir), st.Sid)
	x := t.message(token, greeting)
	if err := t.show(ctx, &x, 500); err != nil {
		return err
	}
	add, err := json.Marshal(map[string]string{"StatementId": "api", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com",
		"SourceArn": st.Condition.ArnLike["AWS:SourceArn"]})
	if err != nil {
		return err
	}
	if err := t.api(ctx, "lambda", http.MethodPost, function, "", string(add), nil); err != nil {
		return err
	}
	t.printf("   $ aws lambda add-permission --function-name %s --statement-id api …\n", filepath.Base(t.dir))
	x = t.message(token, greeting)
	return t.show(ctx, &x, 200)
}

// member is a string member of a JSON object.
func member(object, name string) string {
	var m map[string]any
	if json.Unmarshal([]byte(object), &m) != nil {
		return ""
	}
	s, _ := m[name].(string)
	return s
}

// claims is the readable part of a token.
func claims(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	return string(b)
}

// unsigned is a token with somebody's claims and no signature.
func unsigned(claims string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + claims + "."
}

// indented writes lines three columns to the right.
type indented struct{ w io.Writer }

func (i indented) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		if _, err := io.WriteString(i.w, "   "+line); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
