//go:build e2e

package scale

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/gatehouse-dev/gatehouse/internal/kv/pgkv/pgtest"
)

// Two servers on one database are one: the stack that is deployed at the first
// works at the second, and what changes at the first applies at the second.
func TestTwoServers(t *testing.T) {
	database := pgtest.Start(t).Database(t)
	a, b := serve(t, database), serve(t, database)
	st := a.up(t)

	tokens := map[string]string{"a": st.token(t, a), "b": st.token(t, b)}
	before := a.texts(t)
	for from, token := range tokens {
		for _, at := range []*node{b, a} {
			t.Logf("a token of %s at %s", from, at.Addr)
			st.wantSent(t, at, token)
		}
	}
	for _, n := range []*node{a, b} {
		if sent := n.texts(t) - before; sent != 4 {
			t.Errorf("%s has %d messages of 4", n.Addr, sent)
		}
	}
	t.Run("logs", func(t *testing.T) { sameLogs(t, a, b) })
	t.Run("policy", func(t *testing.T) { policyApplies(t, a, b, st, tokens["b"]) })
	t.Run("permission", func(t *testing.T) { permissionApplies(t, a, b, st, tokens["b"]) })
	t.Run("endpoint", func(t *testing.T) { ownEndpoint(t, a, b) })
	t.Run("clock", func(t *testing.T) { clockMoves(t, a, b, st, tokens["b"]) })
}

// sameLogs: the START lines of the invocations at both are at both.
func sameLogs(t *testing.T, a, b *node) {
	for _, n := range []*node{a, b} {
		starts := 0
		eventually(t, 5*time.Second, "the log of four invocations at "+n.Addr, func() bool {
			out, err := n.logs.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{
				LogGroupName: aws.String("/aws/lambda/" + stackName)})
			if err != nil {
				t.Fatal(err)
			}
			starts = 0
			for _, e := range out.Events {
				if strings.HasPrefix(*e.Message, "START RequestId: ") {
					starts++
				}
			}
			return starts >= 4
		})
		if starts != 4 {
			t.Errorf("%d invocations are in the log at %s", starts, n.Addr)
		}
	}
}

// policyApplies: what the function's role may no more is refused at the other
// server within a second, and allowed again as fast.
func policyApplies(t *testing.T, a, b *node, st stack, token string) {
	role := a.physical(t, "Role")
	put := func(action string) {
		t.Helper()
		_, err := a.roles.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: role, PolicyName: aws.String("deny"), PolicyDocument: aws.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"` + action + `","Resource":"*"}]}`)})
		if err != nil {
			t.Fatal(err)
		}
	}
	st.wantSent(t, b, token)
	put("sns:Publish")
	within(t, soon, "the denial", func() bool { status, _ := st.call(t, b, token); return status != 200 })
	if _, err := a.roles.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: aws.String("deny")}); err != nil {
		t.Fatal(err)
	}
	within(t, soon, "the permission", func() bool { status, _ := st.call(t, b, token); return status == 200 })
}

// permissionApplies: the same for the function's own policy.
func permissionApplies(t *testing.T, a, b *node, st stack, token string) {
	if _, err := a.functions.RemovePermission(t.Context(), &lambda.RemovePermissionInput{FunctionName: aws.String(stackName),
		StatementId: a.physical(t, "Permission")}); err != nil {
		t.Fatal(err)
	}
	within(t, soon, "the refusal to the API", func() bool { status, _ := st.call(t, b, token); return status == 500 })
	if _, err := a.functions.AddPermission(t.Context(), &lambda.AddPermissionInput{FunctionName: aws.String(stackName),
		StatementId: aws.String("again"), Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("apigateway.amazonaws.com")}); err != nil {
		t.Fatal(err)
	}
	within(t, soon, "the permission", func() bool { status, _ := st.call(t, b, token); return status == 200 })
}

// ownEndpoint: a function calls the server that runs it, and its code is at both.
func ownEndpoint(t *testing.T, a, b *node) {
	var code bytes.Buffer
	z := zip.NewWriter(&code)
	w, err := z.Create("index.js")
	if err == nil {
		_, err = w.Write([]byte("exports.handler = async () => process.env.AWS_ENDPOINT_URL"))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	role, err := a.roles.GetRole(t.Context(), &iam.GetRoleInput{RoleName: a.physical(t, "Role")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.functions.CreateFunction(t.Context(), &lambda.CreateFunctionInput{FunctionName: aws.String("where"), Role: role.Role.Arn,
		Runtime: types.RuntimeNodejs22x, Handler: aws.String("index.handler"), Code: &types.FunctionCode{ZipFile: code.Bytes()}}); err != nil {
		t.Fatal(err)
	}
	for _, n := range []*node{b, a} {
		out, err := n.functions.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("where")})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := string(out.Payload), `"http://`+n.Addr+`"`; got != want {
			t.Errorf("the function at %s calls %s", want, got)
		}
	}
}

// clockMoves: time moved at one server expires tokens at the other; moved at
// both at once, it moves by both.
func clockMoves(t *testing.T, a, b *node, st stack, token string) {
	offset := func(n *node) string {
		var c struct{ Offset string }
		n.own(t, "/_gatehouse/clock", &c)
		return c.Offset
	}
	advance := func(n *node, d string) {
		if status, body := n.send(t, "POST", "/_gatehouse/clock", `{"advance":"`+d+`"}`); status != 200 {
			t.Errorf("clock: %d %s", status, body)
		}
	}
	advance(a, "61m")
	within(t, soon, "the clock", func() bool { return offset(b) == "1h1m0s" })
	if status, body := st.call(t, b, token); status != 401 || !strings.Contains(body, "expired") {
		t.Errorf("an expired token: %d %s", status, body)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 5 {
			advance(b, "1m")
		}
	}()
	for range 5 {
		advance(a, "1m")
	}
	<-done
	for _, n := range []*node{a, b} {
		within(t, soon, "all of the time at "+n.Addr, func() bool { return offset(n) == "1h11m0s" })
	}
	st.wantSent(t, b, st.token(t, a))
}
