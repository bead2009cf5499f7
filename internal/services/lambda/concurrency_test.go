package lambda_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

func TestReservedConcurrency(t *testing.T) {
	f := start(t)
	f.golang("g")
	reserve := func(n int32) error {
		_, err := f.PutFunctionConcurrency(t.Context(), &sdk.PutFunctionConcurrencyInput{FunctionName: new("g"), ReservedConcurrentExecutions: &n})
		return err
	}
	testkit.WantError(t, reserve(901), 400, badValue, "UnreservedConcurrentExecution below its minimum value of [100].")
	if err := reserve(0); err != nil {
		t.Fatal(err)
	}
	throttled := func() {
		t.Helper()
		_, err := f.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: new("g")})
		testkit.WantError(t, err, 429, "TooManyRequestsException", "Rate Exceeded.")
		var e *types.TooManyRequestsException
		if errors.As(err, &e) && e.Reason != types.ThrottleReasonReservedFunctionConcurrentInvocationLimitExceeded {
			t.Errorf("the reason is %s", e.Reason)
		}
	}
	throttled()
	if err := reserve(1); err != nil {
		t.Fatal(err)
	}
	if n := must(f.GetAccountSettings(t.Context(), &sdk.GetAccountSettingsInput{})).AccountLimit.UnreservedConcurrentExecutions; *n != 999 {
		t.Errorf("%d are not reserved", *n)
	}
	done := make(chan string)
	go func() { done <- string(f.invoke("g", do("sleep", "1s", 0)).Payload) }()
	eventually(t, "the only invocation runs", func() bool { return strings.Contains(f.output.text("/aws/lambda/g"), "START") })
	throttled()
	if got := <-done; got != `"1s"` {
		t.Error(got)
	}
	if n := must(f.GetFunctionConcurrency(t.Context(), &sdk.GetFunctionConcurrencyInput{FunctionName: new("g")})).ReservedConcurrentExecutions; *n != 1 {
		t.Errorf("%d", *n)
	}
	must(f.DeleteFunctionConcurrency(t.Context(), &sdk.DeleteFunctionConcurrencyInput{FunctionName: new("g")}))
	if c := must(f.GetFunction(t.Context(), &sdk.GetFunctionInput{FunctionName: new("g")})).Concurrency; c != nil {
		t.Errorf("%+v", c)
	}
	f.invoke("g", "{}")
}

func TestLayers(t *testing.T) {
	f := start(t)
	publish := func(files map[string]string) *sdk.PublishLayerVersionOutput {
		return must(f.PublishLayerVersion(t.Context(), &sdk.PublishLayerVersionInput{LayerName: new("l"), Content: &types.LayerVersionContentInput{ZipFile: pack(files)},
			CompatibleRuntimes: []types.Runtime{types.RuntimeNodejs22x}, LicenseInfo: new("MIT")}))
	}
	one := publish(map[string]string{"nodejs/node_modules/greet/index.js": `module.exports = "one"`})
	two := publish(map[string]string{"nodejs/node_modules/greet/index.js": `module.exports = "two"`})
	if *one.LayerVersionArn != "arn:aws:lambda:us-east-1:000000000000:layer:l:1" || two.Version != 2 || *one.LicenseInfo != "MIT" {
		t.Errorf("%+v", one)
	}
	in := input("n", "nodejs22.x", "index.handler", nodeZip(`exports.handler = async () => require("greet")`))
	in.Layers = []string{*one.LayerVersionArn}
	out := must(f.CreateFunction(t.Context(), in))
	if len(out.Layers) != 1 || *out.Layers[0].Arn != *one.LayerVersionArn || out.Layers[0].CodeSize != one.Content.CodeSize {
		t.Errorf("%+v", out.Layers)
	}
	// A layer that is deleted stays with the functions that have it.
	must(f.DeleteLayerVersion(t.Context(), &sdk.DeleteLayerVersionInput{LayerName: new("l"), VersionNumber: new(int64(1))}))
	if got := string(f.invoke("n", "{}").Payload); got != `"one"` {
		t.Error(got)
	}
	_, err := f.GetLayerVersion(t.Context(), &sdk.GetLayerVersionInput{LayerName: new("l"), VersionNumber: new(int64(1))})
	testkit.WantError(t, err, 404, notFound, "The resource you requested does not exist.")
	if got := must(f.GetLayerVersionByArn(t.Context(), &sdk.GetLayerVersionByArnInput{Arn: two.LayerVersionArn})); got.Version != 2 || *got.Content.CodeSha256 != *two.Content.CodeSha256 {
		t.Errorf("%+v", got)
	}
	layers := must(f.ListLayers(t.Context(), &sdk.ListLayersInput{})).Layers
	if len(layers) != 1 || layers[0].LatestMatchingVersion.Version != 2 {
		t.Errorf("%+v", layers)
	}
	publish(map[string]string{"x": ""})
	if got := must(f.ListLayerVersions(t.Context(), &sdk.ListLayerVersionsInput{LayerName: new("l")})).LayerVersions; len(got) != 2 || got[0].Version != 3 {
		t.Errorf("%+v", got)
	}
	if got := must(f.ListLayers(t.Context(), &sdk.ListLayersInput{CompatibleRuntime: types.RuntimePython312})).Layers; len(got) != 0 {
		t.Errorf("%+v", got)
	}
	must(f.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: new("n"), Layers: []string{*two.LayerVersionArn}}))
	if got := string(f.invoke("n", "{}").Payload); got != `"two"` {
		t.Error(got)
	}
	must(f.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: new("n"), Layers: []string{}}))
	if got := f.invoke("n", "{}"); got.FunctionError == nil {
		t.Errorf("without a layer: %s", got.Payload)
	}
}

func TestLayerPermission(t *testing.T) {
	f := start(t)
	must(f.PublishLayerVersion(t.Context(), &sdk.PublishLayerVersionInput{LayerName: new("l"), Content: &types.LayerVersionContentInput{ZipFile: pack(map[string]string{"x": "y"})}}))
	add := &sdk.AddLayerVersionPermissionInput{LayerName: new("l"), VersionNumber: new(int64(1)), StatementId: new("s"), Action: new("lambda:GetLayerVersion"), Principal: new("111111111111")}
	out := must(f.AddLayerVersionPermission(t.Context(), add))
	if *out.Statement != `{"Sid":"s","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"lambda:GetLayerVersion","Resource":"arn:aws:lambda:us-east-1:000000000000:layer:l:1"}` {
		t.Error(*out.Statement)
	}
	_, err := f.AddLayerVersionPermission(t.Context(), add)
	testkit.WantError(t, err, 409, "ResourceConflictException", "The statement id (s)")
	p := must(f.GetLayerVersionPolicy(t.Context(), &sdk.GetLayerVersionPolicyInput{LayerName: new("l"), VersionNumber: new(int64(1))}))
	if *p.RevisionId != *out.RevisionId || !strings.Contains(*p.Policy, *out.Statement) {
		t.Error(*p.Policy)
	}
	remove := &sdk.RemoveLayerVersionPermissionInput{LayerName: new("l"), VersionNumber: new(int64(1)), StatementId: new("s"), RevisionId: new("x")}
	_, err = f.RemoveLayerVersionPermission(t.Context(), remove)
	testkit.WantError(t, err, 412, "PreconditionFailedException", "RevisionId")
	remove.RevisionId = out.RevisionId
	must(f.RemoveLayerVersionPermission(t.Context(), remove))
	_, err = f.GetLayerVersionPolicy(t.Context(), &sdk.GetLayerVersionPolicyInput{LayerName: new("l"), VersionNumber: new(int64(1))})
	testkit.WantError(t, err, 404, notFound, "No policy is associated with the given resource.")
}

func TestSmallConfigurations(t *testing.T) {
	f := start(t)
	f.node("n", echo)
	if c := must(f.GetFunctionCodeSigningConfig(t.Context(), &sdk.GetFunctionCodeSigningConfigInput{FunctionName: new("n")})); *c.FunctionName != "n" {
		t.Errorf("%+v", c)
	}
	if c := must(f.GetRuntimeManagementConfig(t.Context(), &sdk.GetRuntimeManagementConfigInput{FunctionName: new("n")})); c.UpdateRuntimeOn != types.UpdateRuntimeOnAuto || *c.FunctionArn != arnBase+"n" {
		t.Errorf("%+v", c)
	}
	must(f.PutRuntimeManagementConfig(t.Context(), &sdk.PutRuntimeManagementConfigInput{FunctionName: new("n"), UpdateRuntimeOn: types.UpdateRuntimeOnFunctionUpdate}))
	if c := must(f.GetRuntimeManagementConfig(t.Context(), &sdk.GetRuntimeManagementConfigInput{FunctionName: new("n")})); c.UpdateRuntimeOn != types.UpdateRuntimeOnFunctionUpdate {
		t.Errorf("%+v", c)
	}
	_, err := f.PutRuntimeManagementConfig(t.Context(), &sdk.PutRuntimeManagementConfigInput{FunctionName: new("n"), UpdateRuntimeOn: types.UpdateRuntimeOnManual})
	testkit.WantError(t, err, 400, badValue, "Manual")
	if c := must(f.GetFunctionRecursionConfig(t.Context(), &sdk.GetFunctionRecursionConfigInput{FunctionName: new("n")})); c.RecursiveLoop != types.RecursiveLoopTerminate {
		t.Errorf("%+v", c)
	}
	must(f.PutFunctionRecursionConfig(t.Context(), &sdk.PutFunctionRecursionConfigInput{FunctionName: new("n"), RecursiveLoop: types.RecursiveLoopAllow}))
	if c := must(f.GetFunctionRecursionConfig(t.Context(), &sdk.GetFunctionRecursionConfigInput{FunctionName: new("n")})); c.RecursiveLoop != types.RecursiveLoopAllow {
		t.Errorf("%+v", c)
	}
}

func TestEventConfig(t *testing.T) {
	f := start(t)
	f.node("n", `exports.handler = async (e) => { if (e.fail) throw new Error("no"); return "done" }`)
	f.node("ear", `exports.handler = async (e) => { console.log("heard " + JSON.stringify(e)) }`)
	_, err := f.GetFunctionEventInvokeConfig(t.Context(), &sdk.GetFunctionEventInvokeConfigInput{FunctionName: new("n")})
	testkit.WantError(t, err, 404, notFound, "The function "+arnBase+"n:$LATEST doesn't have an EventInvokeConfig")
	to := func(arn string) *types.DestinationConfig {
		return &types.DestinationConfig{OnFailure: &types.OnFailure{Destination: &arn}, OnSuccess: &types.OnSuccess{Destination: &arn}}
	}
	put := func(d *types.DestinationConfig) error {
		_, err := f.PutFunctionEventInvokeConfig(t.Context(), &sdk.PutFunctionEventInvokeConfigInput{FunctionName: new("n"), MaximumRetryAttempts: new(int32(0)), DestinationConfig: d})
		return err
	}
	testkit.WantError(t, put(to("arn:aws:sqs:us-east-1:000000000000:q")), 400, badValue, "Lambda functions only")
	testkit.WantError(t, put(to(arnBase+"n")), 400, badValue, "destination for itself")
	if err := put(to(arnBase + "ear")); err != nil {
		t.Fatal(err)
	}
	c := must(f.GetFunctionEventInvokeConfig(t.Context(), &sdk.GetFunctionEventInvokeConfigInput{FunctionName: new("n")}))
	if *c.MaximumRetryAttempts != 0 || c.MaximumEventAgeInSeconds != nil || *c.DestinationConfig.OnFailure.Destination != arnBase+"ear" || *c.FunctionArn != arnBase+"n:$LATEST" {
		t.Errorf("%+v", c)
	}
	heard := func() string { return f.output.text("/aws/lambda/ear") }
	for payload, condition := range map[string]string{`{"fail":true}`: "RetriesExhausted", `{"fail":false}`: "Success"} {
		must(f.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: new("n"), InvocationType: types.InvocationTypeEvent, Payload: []byte(payload)}))
		eventually(t, condition, func() bool { return strings.Contains(heard(), `"condition":"`+condition+`"`) })
	}
	for line := range strings.SplitSeq(heard(), "\n") {
		_, text, ok := strings.Cut(line, "heard ")
		if !ok {
			continue
		}
		var record struct {
			RequestContext  struct{ ApproximateInvokeCount int }
			ResponseContext struct{ FunctionError string }
			ResponsePayload any
		}
		if err := json.Unmarshal([]byte(text), &record); err != nil || record.RequestContext.ApproximateInvokeCount != 1 || record.ResponsePayload == nil {
			t.Errorf("%v %s", err, text)
		}
	}
	must(f.PutFunctionConcurrency(t.Context(), &sdk.PutFunctionConcurrencyInput{FunctionName: new("n"), ReservedConcurrentExecutions: new(int32(0))}))
	must(f.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: new("n"), InvocationType: types.InvocationTypeEvent, Payload: []byte("{}")}))
	eventually(t, "no concurrency", func() bool {
		return strings.Contains(heard(), `"condition":"ZeroReservedConcurrency","approximateInvokeCount":0`)
	})
	must(f.UpdateFunctionEventInvokeConfig(t.Context(), &sdk.UpdateFunctionEventInvokeConfigInput{FunctionName: new("n"), MaximumEventAgeInSeconds: new(int32(60))}))
	list := must(f.ListFunctionEventInvokeConfigs(t.Context(), &sdk.ListFunctionEventInvokeConfigsInput{FunctionName: new("n")})).FunctionEventInvokeConfigs
	if len(list) != 1 || *list[0].MaximumEventAgeInSeconds != 60 || *list[0].MaximumRetryAttempts != 0 {
		t.Errorf("%+v", list)
	}
	must(f.DeleteFunctionEventInvokeConfig(t.Context(), &sdk.DeleteFunctionEventInvokeConfigInput{FunctionName: new("n")}))
	_, err = f.DeleteFunctionEventInvokeConfig(t.Context(), &sdk.DeleteFunctionEventInvokeConfigInput{FunctionName: new("n")})
	testkit.WantError(t, err, 404, notFound, "doesn't have an EventInvokeConfig")
}
