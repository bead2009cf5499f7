//go:build e2e

package clients

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"
)

var showAnswers = flag.Bool("answers", false, "log every answer")

var root = identity{Key: "test", Secret: "test"}

// patience is how long an "until" waits.
const patience = 30 * time.Second

// run is one table with one client.
type run struct {
	*testing.T
	driver   *driver
	endpoint string
	issuer   *issuer
	region   string
	who      identity
	nobody   identity // a user without permissions
	bound    names
	denied   map[string]bool // operations that have refused nobody
}

// runTable makes all calls of a table on a new server.
func runTable(t *testing.T, d *driver, tb *table) {
	is := newIssuer(t)
	r := &run{T: t, driver: d, endpoint: startServer(t, is.env...), issuer: is, region: "us-east-1", who: root,
		bound: names{}, denied: map[string]bool{}}
	r.nobody = r.user("nobody")
	for i := range tb.statements {
		s := &tb.statements[i]
		if s.client != "" && s.client != d.name {
			continue
		}
		if err := r.step(tb, s); err != nil {
			t.Errorf("%s: %s\n\t%v", s.at, s.operation, err)
		}
	}
}

// user makes an IAM user with an access key.
func (r *run) user(name string) identity {
	r.Helper()
	var out answer
	for _, op := range []string{"CreateUser", "CreateAccessKey"} {
		var err error
		out, err = r.call("iam", op, map[string]any{"UserName": name}, root)
		if err != nil || out.failed() {
			r.Fatalf("%s: %v, %v", op, out, err)
		}
	}
	key := out.Output["AccessKey"].(map[string]any)
	return identity{Key: key["AccessKeyId"].(string), Secret: key["SecretAccessKey"].(string)}
}

func (r *run) call(service, operation string, input any, who identity) (answer, error) {
	return r.driver.do(call{Service: service, Operation: operation, Input: input,
		Endpoint: r.endpoint, Region: r.region, identity: who})
}

func (r *run) step(tb *table, s *statement) error {
	switch s.verb {
	case "let":
		v, err := r.bound.value(s.value)
		r.bound[s.args[0]] = v
		return err
	case "region":
		r.region = s.args[0]
		return nil
	case "post":
		v, err := r.bound.value(s.value)
		if err != nil {
			return err
		}
		return post(r.endpoint, s.args[0], show(v))
	case "token", "forged":
		return r.token(s)
	case "as":
		return r.become(s.args)
	}
	for i := range s.times {
		r.bound["n"] = i + 1
		if err := r.request(tb, s); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) request(tb *table, s *statement) error {
	input, err := r.bound.value(s.input)
	if err != nil {
		return err
	}
	if s.failure == nil && tb.open[s.operation] == "" && !r.denied[s.service+":"+s.operation] {
		if err := r.mustDeny(s, input); err != nil {
			return err
		}
	}
	return r.expect(s, input)
}

// token binds a token of the issuer, or one that it has not signed.
func (r *run) token(s *statement) error {
	claims, err := r.bound.value(s.value)
	if err != nil {
		return err
	}
	key := r.issuer.key
	if s.verb == "forged" {
		key = r.issuer.forged
	}
	r.bound[s.args[0]], err = r.issuer.token(claims, key)
	return err
}

func (r *run) become(args []string) error {
	if len(args) == 1 && args[0] == "root" {
		r.who = root
		return nil
	}
	parts := make([]string, 3)
	for i, a := range args {
		text, err := r.bound.text(a)
		if err != nil {
			return err
		}
		parts[i] = text
	}
	r.who = identity{parts[0], parts[1], parts[2]}
	return nil
}

// mustDeny makes a call that will succeed as a user who may do nothing.
func (r *run) mustDeny(s *statement, input any) error {
	r.denied[s.service+":"+s.operation] = true
	a, err := r.call(s.service, s.operation, input, r.nobody)
	if err != nil {
		return err
	}
	if !a.is("AccessDenied") && !a.is("AccessDeniedException") && !a.is("AuthorizationError") ||
		!strings.Contains(a.Message, "is not authorized to perform: ") {
		return fmt.Errorf("a user without permissions got %v, want a denial", a)
	}
	return nil
}

func (r *run) expect(s *statement, input any) error {
	deadline := time.Now().Add(patience)
	for {
		a, err := r.call(s.service, s.operation, input, r.who)
		if err != nil {
			return err
		}
		if *showAnswers {
			r.Logf("%s: %s %s\n\t%v", s.at, s.operation, show(input), a)
		}
		err = r.judge(s, a)
		if err == nil || !s.until || time.Now().After(deadline) {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (r *run) judge(s *statement, a answer) error {
	if s.failure == nil {
		if a.failed() {
			return fmt.Errorf("got %v", a)
		}
		return r.bound.match(s.output, any(a.Output), "answer")
	}
	text, err := r.bound.text(s.failure.text)
	if err != nil {
		return err
	}
	if a.Status != s.failure.status || !a.is(s.failure.code) || !strings.Contains(a.Message, text) {
		return fmt.Errorf("got  %v\n\twant %d %s: %s", a, s.failure.status, s.failure.code, text)
	}
	return nil
}
