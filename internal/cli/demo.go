package cli

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/server"
	"github.com/gatehouse-dev/gatehouse/internal/sigv4sign"
	"github.com/gatehouse-dev/gatehouse/internal/up"
)

func demoCommand() command {
	return command{name: "demo", short: "The tour: deploy an API, call it, be refused, read the text message",
		long: "A server of its own, which keeps nothing, deploys stacks/sms-api; each step is shown with its real\nrequest and answer. It needs this repository and Go.",
		flags: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			dir := fs.String("stack", filepath.Join("stacks", "sms-api"), "`dir` of the stack")
			return func(ctx context.Context, e *env, _ []string) error {
				if _, err := os.Stat(filepath.Join(*dir, "template.yaml")); err != nil {
					return fmt.Errorf("the stack %s is not here: run the demo in Gatehouse's repository", *dir)
				}
				s, err := server.Start(ctx, server.Options{})
				if err != nil {
					return err
				}
				t := &tour{env: e, server: s, dir: *dir}
				err = t.run(ctx)
				if closeErr := s.Close(); err == nil {
					err = closeErr
				}
				return err
			}
		}}
}

// tour is one run of the demo.
type tour struct {
	*env
	server *server.Server
	dir    string

	stack  *up.Result
	client struct{ id, secret string }
	token  string
	sent   exchange // the request that sent a message
	denied exchange
}

// demoPhone is of a range that is kept for fiction.
const demoPhone = "+12065550100"

// run takes the steps in turn; the first that goes wrong ends the tour.
func (t *tour) run(ctx context.Context) error {
	t.printf("Gatehouse is ready at %s. It keeps nothing.\n", t.server.URL())
	for i, step := range []struct {
		title string
		run   func(context.Context) error
	}{
		{"Deploy " + t.dir + ", as `gatehouse up` does", t.deploy},
		{"Get an access token by client credentials (RFC 6749, section 4.4)", t.getToken},
		{"Send a text message", t.send},
		{"Be refused", t.refusals},
		{"Be refused an hour later", t.expire},
		{"Read the text message", t.inbox},
		{"Read the function's log", t.log},
		{"See what happened to the request that sent it", t.explainSent},
		{"See why the last one was refused", t.explainDenied},
		{"Take the permission away, and the API fails; give it back, and it heals", t.permission},
	} {
		t.printf("\n%d. %s\n\n", i+1, step.title)
		if err := step.run(ctx); err != nil {
			return fmt.Errorf("step %d, %s: %w", i+1, strings.ToLower(step.title[:1])+step.title[1:], err)
		}
	}
	t.printf("\nAll of this is served by `gatehouse serve`, for Terraform, the AWS CLI and every SDK.\n")
	return nil
}

func (t *tour) deploy(ctx context.Context) (err error) {
	t.stack, err = up.Run(ctx, up.Options{Dir: t.dir, Endpoint: t.server.URL(), Credentials: sigv4sign.Credentials{AccessKeyID: "test", Secret: "test"}, Out: indented{t.stdout}})
	return err
}

func (t *tour) getToken(ctx context.Context) error {
	if err := t.readClient(ctx); err != nil {
		return err
	}
	x := exchange{method: "POST", url: t.stack.Outputs["TokenUrl"], body: "grant_type=client_credentials&scope=sms-api/send",
		header: [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}}, user: t.client.id, password: t.client.secret}
	if err := t.show(ctx, &x, 200); err != nil {
		return err
	}
	t.token = member(x.answer, "access_token")
	if t.token == "" {
		return fmt.Errorf("there is no access_token in %s", x.answer)
	}
	t.printf("   The token says: %s\n", claims(t.token))
	return nil
}

// message is the request that sends a text, with an Authorization header.
func (t *tour) message(authorization, body string) exchange {
	x := exchange{method: "POST", url: t.stack.Outputs["ApiUrl"], body: body, header: [][2]string{{"Content-Type", "application/json"}}}
	if authorization != "" {
		x.header = append(x.header, [2]string{"Authorization", authorization})
	}
	return x
}

const greeting = `{"phone":"` + demoPhone + `","message":"Hello from behind the gate"}`

func (t *tour) send(ctx context.Context) error {
	t.sent = t.message("Bearer "+t.token, greeting)
	if err := t.show(ctx, &t.sent, 200); err != nil {
		return err
	}
	x := t.message(t.token, `{"phone":"12","message":"Hello"}`)
	return t.show(ctx, &x, 400)
}

func (t *tour) refusals(ctx context.Context) error {
	parts := strings.Split(t.token, ".")
	for _, c := range []struct {
		why, authorization string
	}{
		{"No token", ""},
		{"Not a token", "Bearer open-sesame"},
		{"The right claims under nobody's signature (alg: none)", unsigned(parts[1])},
		{"The right header and claims under another key", parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2]))},
	} {
		t.printf("   %s:\n", c.why)
		t.denied = t.message(c.authorization, greeting)
		if err := t.show(ctx, &t.denied, 401); err != nil {
			return err
		}
	}
	t.printf("   A path that the API does not have:\n")
	x := t.message(t.token, greeting)
	x.url += "-please"
	return t.show(ctx, &x, 403)
}

func (t *tour) expire(ctx context.Context) error {
	if err := t.server.AdvanceClock(ctx, time.Hour+time.Minute); err != nil {
		return err
	}
	t.printf("   $ gatehouse clock 61m\n")
	t.denied = t.message("Bearer "+t.token, greeting)
	return t.show(ctx, &t.denied, 401)
}

func (t *tour) inbox(ctx context.Context) error {
	n, err := t.own(ctx, "$ gatehouse sms", "/_gatehouse/sms")
	if err == nil && strings.Count(n, demoPhone) != 1 {
		err = fmt.Errorf("the inbox should hold one message: %s", n)
	}
	return err
}

func (t *tour) log(ctx context.Context) error {
	group := "/aws/lambda/" + filepath.Base(t.dir)
	_, err := t.own(ctx, "$ gatehouse logs "+group, "/_gatehouse/logs?group="+group)
	return err
}

func (t *tour) explainSent(ctx context.Context) error { return t.explain(ctx, t.sent.requestID) }

func (t *tour) explainDenied(ctx context.Context) error { return t.explain(ctx, t.denied.requestID) }
