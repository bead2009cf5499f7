package lambda_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

const echo = `exports.handler = async (event, context) => ({event, arn: context.invokedFunctionArn, version: context.functionVersion, env: process.env})`

func TestInvokeGo(t *testing.T) {
	f := start(t)
	f.golang("g")
	out := must(f.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: new("g"), Payload: []byte(`{"a":1}`), LogType: types.LogTypeTail}))
	if string(out.Payload) != `{"a":1}` || out.StatusCode != 200 || out.FunctionError != nil || *out.ExecutedVersion != "$LATEST" {
		t.Errorf("%+v %s", out, out.Payload)
	}
	tail := string(must(base64.StdEncoding.DecodeString(*out.LogResult)))
	if !strings.HasPrefix(tail, "START RequestId: ") || !strings.Contains(tail, "REPORT RequestId: ") {
		t.Error(tail)
	}
	out = f.invoke("g", do("error", "no luck", 0))
	if *out.FunctionError != "Unhandled" || !strings.Contains(string(out.Payload), `"errorMessage":"no luck"`) || out.LogResult != nil {
		t.Errorf("%v %s", *out.FunctionError, out.Payload)
	}
	if got := string(f.invoke("g", do("count", "", 0)).Payload); got != "3" {
		t.Errorf("the instance was not used again: %s", got)
	}
	if log := f.output.text("/aws/lambda/g"); strings.Count(log, "REPORT RequestId") != 3 {
		t.Errorf("logged: %s", log)
	}
}

func TestInvokeNode(t *testing.T) {
	f := start(t)
	in := input("n", "nodejs22.x", "index.handler", nodeZip(echo))
	in.Environment = &types.Environment{Variables: map[string]string{"COLOUR": "blue"}}
	must(f.CreateFunction(t.Context(), in))
	got := string(f.invoke("n", `{"x":"y"}`).Payload)
	for _, want := range []string{`"event":{"x":"y"}`, `"arn":"` + arnBase + `n"`, `"version":"$LATEST"`, `"COLOUR":"blue"`, `"AWS_SESSION_TOKEN":"token-n"`,
		`"AWS_ENDPOINT_URL":"` + f.url + `"`, `"AWS_LAMBDA_LOG_GROUP_NAME":"/aws/lambda/n"`, `"AWS_REGION":"us-east-1"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestInvokePython(t *testing.T) {
	f := start(t)
	must(f.CreateFunction(t.Context(), input("p", "python3.12", "app.handler", pack(map[string]string{
		"app.py": "def handler(event, context):\n    print('hello')\n    return {'got': event['n'] + 1}\n"}))))
	if got := string(f.invoke("p", `{"n":1}`).Payload); got != `{"got": 2}` && got != `{"got":2}` {
		t.Error(got)
	}
	if log := f.output.text("/aws/lambda/p"); !strings.Contains(log, "hello") {
		t.Error(log)
	}
}

func TestDryRun(t *testing.T) {
	f := start(t)
	f.node("n", echo)
	out := must(f.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: new("n"), InvocationType: types.InvocationTypeDryRun}))
	if out.StatusCode != 204 || len(out.Payload) != 0 {
		t.Errorf("%d %s", out.StatusCode, out.Payload)
	}
	if log := f.output.text("/aws/lambda/n"); log != "" {
		t.Error("it ran: " + log)
	}
}

func TestInvokeErrors(t *testing.T) {
	f := start(t)
	f.node("n", echo)
	invoke := func(name, payload string, change func(*sdk.InvokeInput)) error {
		in := &sdk.InvokeInput{FunctionName: &name, Payload: []byte(payload)}
		if change != nil {
			change(in)
		}
		_, err := f.Invoke(t.Context(), in)
		return err
	}
	testkit.WantError(t, invoke("none", "{}", nil), 404, "ResourceNotFoundException", "Function not found: "+arnBase+"none")
	testkit.WantError(t, invoke("n:7", "{}", nil), 404, "ResourceNotFoundException", "Function not found: "+arnBase+"n:7")
	testkit.WantError(t, invoke("n", "{", nil), 400, "InvalidRequestContentException", "Could not parse request body into json")
	big := `"` + strings.Repeat("x", 6_291_456) + `"`
	testkit.WantError(t, invoke("n", big, nil), 413, "RequestTooLargeException", "Request must be smaller than 6291456 bytes for the InvokeFunction operation")
	event := func(in *sdk.InvokeInput) { in.InvocationType = types.InvocationTypeEvent }
	testkit.WantError(t, invoke("n", `"`+strings.Repeat("x", 1<<20)+`"`, event), 413, "RequestTooLargeException", "1048576 bytes")
	testkit.WantError(t, invoke("n", "{}", func(in *sdk.InvokeInput) { in.ClientContext = new("?") }), 400, "InvalidRequestContentException", "Client context")
	testkit.WantError(t, invoke(strings.Replace(arnBase, "us-east-1", "eu-west-1", 1)+"n", "{}", nil), 404, "ResourceNotFoundException", "not reachable in this region")
	testkit.WantError(t, invoke("n:1", "{}", func(in *sdk.InvokeInput) { in.Qualifier = new("2") }), 400, "InvalidParameterValueException", "derived qualifier")

	in := input("gone", "nodejs22.x", "index.handler", nodeZip(echo))
	in.Role = new(role + "-gone")
	must(f.CreateFunction(t.Context(), in))
	testkit.WantError(t, invoke("gone", "{}", nil), 403, "AccessDeniedException", "The role defined for the function cannot be assumed by Lambda.")
}

func TestLogsNeedPermission(t *testing.T) {
	f := start(t)
	f.may.deny("logs:CreateLogGroup")
	f.node("n", echo)
	f.invoke("n", "{}")
	if log := f.output.text("/aws/lambda/n"); log != "" {
		t.Error(log)
	}
	in := input("m", "nodejs22.x", "index.handler", nodeZip(echo))
	in.LoggingConfig = &types.LoggingConfig{LogGroup: new("existing")}
	must(f.CreateFunction(t.Context(), in))
	f.invoke("m", "{}")
	if log := f.output.text("existing"); !strings.Contains(log, "START") {
		t.Error("a group that exists need not be made")
	}
}

func TestInvokeAs(t *testing.T) {
	f := start(t)
	f.node("n", echo)
	source := "arn:aws:execute-api:us-east-1:000000000000:abc/prod/POST/sms"
	call := func(service, source, arn string) (string, string, error) {
		out, functionError, err := f.service.InvokeAs(t.Context(), service, source, arn, []byte(`{"a":1}`), "Root=1-5759e988-bd862e3fe1be46a994272793")
		return string(out), functionError, err
	}
	if _, _, err := call("apigateway.amazonaws.com", source, arnBase+"n"); err == nil || !strings.Contains(err.Error(), "AccessDeniedException") {
		t.Errorf("without a policy: %v", err)
	}
	add := &sdk.AddPermissionInput{FunctionName: new("n"), StatementId: new("api"), Action: new("lambda:InvokeFunction"), Principal: new("apigateway.amazonaws.com"),
		SourceArn: new("arn:aws:execute-api:us-east-1:000000000000:abc/*/POST/sms"), SourceAccount: new("000000000000")}
	must(f.AddPermission(t.Context(), add))
	out, functionError, err := call("apigateway.amazonaws.com", source, arnBase+"n")
	if err != nil || functionError != "" || !strings.Contains(out, `"event":{"a":1}`) {
		t.Errorf("%s %s %v", out, functionError, err)
	}
	for name, c := range map[string][3]string{
		"another service":  {"events.amazonaws.com", source, arnBase + "n"},
		"another source":   {"apigateway.amazonaws.com", strings.Replace(source, "abc", "abd", 1), arnBase + "n"},
		"another account":  {"apigateway.amazonaws.com", strings.Replace(source, "000000000000", "111111111111", 1), arnBase + "n"},
		"no source":        {"apigateway.amazonaws.com", "", arnBase + "n"},
		"a qualifier":      {"apigateway.amazonaws.com", source, arnBase + "n:1"},
		"another function": {"apigateway.amazonaws.com", source, arnBase + "m"},
		"no function":      {"apigateway.amazonaws.com", source, "arn:aws:s3:::x"},
	} {
		if out, _, err := call(c[0], c[1], c[2]); err == nil {
			t.Errorf("%s was let in: %s", name, out)
		}
	}
	must(f.RemovePermission(t.Context(), &sdk.RemovePermissionInput{FunctionName: new("n"), StatementId: new("api")}))
	if _, _, err := call("apigateway.amazonaws.com", source, arnBase+"n"); err == nil {
		t.Error("the permission was removed, yet it was let in")
	}
}

func TestUpdateReplacesInstances(t *testing.T) {
	f := start(t)
	f.node("n", `exports.handler = async () => "one"`)
	if got := string(f.invoke("n", "{}").Payload); got != `"one"` {
		t.Error(got)
	}
	must(f.UpdateFunctionCode(t.Context(), &sdk.UpdateFunctionCodeInput{FunctionName: new("n"), ZipFile: nodeZip(`exports.handler = async () => process.env.COLOUR || "two"`)}))
	if got := string(f.invoke("n", "{}").Payload); got != `"two"` {
		t.Error(got)
	}
	must(f.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: new("n"),
		Environment: &types.Environment{Variables: map[string]string{"COLOUR": "three"}}}))
	if got := string(f.invoke("n", "{}").Payload); got != `"three"` {
		t.Error(got)
	}
}

func TestEventIsDelivered(t *testing.T) {
	f := start(t)
	f.node("n", `exports.handler = async (e) => { console.log("got " + e.text) }`)
	out := must(f.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: new("n"), InvocationType: types.InvocationTypeEvent, Payload: []byte(`{"text":"it"}`)}))
	if out.StatusCode != 202 || len(out.Payload) != 0 {
		t.Errorf("%d %s", out.StatusCode, out.Payload)
	}
	eventually(t, "the function runs", func() bool { return strings.Contains(f.output.text("/aws/lambda/n"), "got it") })
}

func TestFailedEventIsRetriedTwice(t *testing.T) {
	f := start(t)
	f.node("n", `exports.handler = async () => { throw new Error("always") }`)
	runs := func() int { return strings.Count(f.output.text("/aws/lambda/n"), "START RequestId") }
	must(f.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: new("n"), InvocationType: types.InvocationTypeEvent}))
	eventually(t, "the first run", func() bool { return runs() == 1 })
	for n, pause := range []time.Duration{time.Minute, 2 * time.Minute} {
		time.Sleep(200 * time.Millisecond) // the retry is stored by then, and not due
		if runs() != n+1 {
			t.Fatalf("it ran %d times before its time", runs())
		}
		f.clock.Advance(pause + time.Second)
		eventually(t, "a retry", func() bool { return runs() == n+2 })
	}
	time.Sleep(100 * time.Millisecond)
	f.clock.Advance(24 * time.Hour)
	time.Sleep(200 * time.Millisecond)
	if runs() != 3 {
		t.Errorf("it ran %d times", runs())
	}
}
