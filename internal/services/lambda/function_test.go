package lambda_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/gatehouse-dev/gatehouse/internal/services/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

const badValue = "InvalidParameterValueException"

func TestDefaults(t *testing.T) {
	f := start(t)
	zip := nodeZip(echo)
	out := f.node("n", echo)
	if out.State != types.StatePending || out.StateReasonCode != types.StateReasonCodeCreating || out.LastUpdateStatus != "" {
		t.Errorf("created: %s %s %s", out.State, out.StateReasonCode, out.LastUpdateStatus)
	}
	if err := sdk.NewFunctionActiveV2Waiter(f.Client).Wait(t.Context(), &sdk.GetFunctionInput{FunctionName: new("n")}, 5*time.Second); err != nil {
		t.Error(err)
	}
	c := must(f.GetFunctionConfiguration(t.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: new("n")}))
	sum := sha256.Sum256(zip)
	if *c.CodeSha256 != base64.StdEncoding.EncodeToString(sum[:]) || c.CodeSize != int64(len(zip)) {
		t.Errorf("%s %d", *c.CodeSha256, c.CodeSize)
	}
	if *c.Timeout != 3 || *c.MemorySize != 128 || *c.EphemeralStorage.Size != 512 || c.TracingConfig.Mode != types.TracingModePassThrough ||
		len(c.Architectures) != 1 || c.Architectures[0] != types.ArchitectureX8664 || c.SnapStart.ApplyOn != types.SnapStartApplyOnNone ||
		c.LoggingConfig.LogFormat != types.LogFormatText || *c.LoggingConfig.LogGroup != "/aws/lambda/n" || c.LoggingConfig.ApplicationLogLevel != "" ||
		c.PackageType != types.PackageTypeZip || *c.Version != "$LATEST" || *c.FunctionArn != arnBase+"n" || *c.Description != "" ||
		c.Environment != nil || c.VpcConfig != nil || c.DeadLetterConfig != nil || c.Layers != nil || c.KMSKeyArn != nil ||
		c.State != types.StateActive || c.LastUpdateStatus != types.LastUpdateStatusSuccessful || len(*c.RevisionId) != 36 {
		t.Errorf("%+v", c)
	}
	if _, err := time.Parse("2006-01-02T15:04:05.000+0000", *c.LastModified); err != nil {
		t.Error(err)
	}
}

// What an update sets is what is read then, and what it leaves out stays.
func TestConfigurationRoundTrip(t *testing.T) {
	f := start(t)
	f.node("n", echo)
	out := must(f.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: new("n"), Description: new("d"), Timeout: new(int32(900)),
		MemorySize: new(int32(256)), EphemeralStorage: &types.EphemeralStorage{Size: new(int32(1024))}, Environment: &types.Environment{Variables: map[string]string{"AA": "b"}},
		DeadLetterConfig: &types.DeadLetterConfig{TargetArn: new("arn:aws:sqs:us-east-1:000000000000:q")}, TracingConfig: &types.TracingConfig{Mode: types.TracingModeActive},
		LoggingConfig: &types.LoggingConfig{LogFormat: types.LogFormatJson, SystemLogLevel: types.SystemLogLevelWarn},
		VpcConfig:     &types.VpcConfig{SubnetIds: []string{"subnet-1"}, SecurityGroupIds: []string{"sg-1"}}, Handler: new("index.handler"), Runtime: types.RuntimeNodejs20x}))
	if out.LastUpdateStatus != types.LastUpdateStatusInProgress || out.State != types.StateActive {
		t.Errorf("%s %s", out.LastUpdateStatus, out.State)
	}
	if err := sdk.NewFunctionUpdatedV2Waiter(f.Client).Wait(t.Context(), &sdk.GetFunctionInput{FunctionName: new("n")}, 5*time.Second); err != nil {
		t.Error(err)
	}
	must(f.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: new("n"), MemorySize: new(int32(512))}))
	c := must(f.GetFunction(t.Context(), &sdk.GetFunctionInput{FunctionName: new("n")})).Configuration
	if *c.Description != "d" || *c.Timeout != 900 || *c.MemorySize != 512 || *c.EphemeralStorage.Size != 1024 || c.Environment.Variables["AA"] != "b" ||
		*c.DeadLetterConfig.TargetArn != "arn:aws:sqs:us-east-1:000000000000:q" || c.TracingConfig.Mode != types.TracingModeActive ||
		c.LoggingConfig.LogFormat != types.LogFormatJson || c.LoggingConfig.ApplicationLogLevel != types.ApplicationLogLevelInfo ||
		c.LoggingConfig.SystemLogLevel != types.SystemLogLevelWarn || *c.LoggingConfig.LogGroup != "/aws/lambda/n" ||
		c.VpcConfig.SubnetIds[0] != "subnet-1" || c.Runtime != types.RuntimeNodejs20x {
		t.Errorf("%+v", c)
	}
	must(f.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: new("n"), Environment: &types.Environment{}, DeadLetterConfig: &types.DeadLetterConfig{TargetArn: new("")}}))
	c = must(f.GetFunction(t.Context(), &sdk.GetFunctionInput{FunctionName: new("n")})).Configuration
	if c.DeadLetterConfig != nil {
		t.Errorf("%+v", c.DeadLetterConfig)
	}
}

func TestCreateErrors(t *testing.T) {
	f := start(t)
	f.node("taken", echo)
	zip := nodeZip(echo)
	for name, c := range map[string]struct {
		change func(*sdk.CreateFunctionInput)
		status int
		code   string
		text   string
	}{
		"taken":     {func(in *sdk.CreateFunctionInput) { in.FunctionName = new("taken") }, 409, "ResourceConflictException", "Function already exist: taken"},
		"role":      {func(in *sdk.CreateFunctionInput) { in.Role = new(role + "-untrusting") }, 400, badValue, "The role defined for the function cannot be assumed by Lambda."},
		"no zip":    {func(in *sdk.CreateFunctionInput) { in.Code.ZipFile = nil }, 400, badValue, "Uploaded file must be a non-empty zip"},
		"empty zip": {func(in *sdk.CreateFunctionInput) { in.Code.ZipFile = pack(nil) }, 400, badValue, "Uploaded file must be a non-empty zip"},
		"text":      {func(in *sdk.CreateFunctionInput) { in.Code.ZipFile = []byte("no zip") }, 400, badValue, "Uploaded file must be a non-empty zip"},
		"escape":    {func(in *sdk.CreateFunctionInput) { in.Code.ZipFile = pack(map[string]string{"../x": ""}) }, 400, badValue, "Could not unzip uploaded file."},
		"s3": {func(in *sdk.CreateFunctionInput) {
			in.Code.ZipFile, in.Code.S3Bucket, in.Code.S3Key = nil, new("bucket"), new("k")
		}, 400, badValue, "S3"},
		"image":       {func(in *sdk.CreateFunctionInput) { in.PackageType = types.PackageTypeImage }, 400, badValue, "container images"},
		"no handler":  {func(in *sdk.CreateFunctionInput) { in.Handler = nil }, 400, badValue, "Runtime and Handler are mandatory"},
		"no runtime":  {func(in *sdk.CreateFunctionInput) { in.Runtime = "" }, 400, badValue, "Runtime and Handler are mandatory"},
		"retired":     {func(in *sdk.CreateFunctionInput) { in.Runtime = types.RuntimeNodejs16x }, 400, badValue, "nodejs16.x is no longer supported"},
		"java":        {func(in *sdk.CreateFunctionInput) { in.Runtime = types.RuntimeJava21 }, 400, badValue, "does not run the runtime java21"},
		"timeout":     {func(in *sdk.CreateFunctionInput) { in.Timeout = new(int32(901)) }, 400, "ValidationException", "less than or equal to 900"},
		"memory":      {func(in *sdk.CreateFunctionInput) { in.MemorySize = new(int32(10241)) }, 400, "ValidationException", "less than or equal to 10240"},
		"name":        {func(in *sdk.CreateFunctionInput) { in.FunctionName = new(strings.Repeat("n", 65)) }, 400, badValue, "length less than or equal to 64"},
		"version":     {func(in *sdk.CreateFunctionInput) { in.FunctionName = new("n:1") }, 400, badValue, "permitted on Lambda functions only"},
		"environment": {env("AWS_REGION", "x"), 400, badValue, "Reserved keys used in this request: AWS_REGION"},
		"big":         {env("BIG", strings.Repeat("x", 4096)), 400, badValue, "exceeded the 4KB limit."},
		"layer": {func(in *sdk.CreateFunctionInput) {
			in.Layers = []string{"arn:aws:lambda:us-east-1:000000000000:layer:l:1"}
		}, 400, badValue, "Layer version arn:aws:lambda:us-east-1:000000000000:layer:l:1 does not exist."},
		"kms": {func(in *sdk.CreateFunctionInput) { in.KMSKeyArn = new("arn:aws:kms:us-east-1:000000000000:key/k") }, 400, badValue, "KMS"},
		"snap start": {func(in *sdk.CreateFunctionInput) {
			in.SnapStart = &types.SnapStart{ApplyOn: types.SnapStartApplyOnPublishedVersions}
		}, 400, badValue, "SnapStart"},
		"signing": {func(in *sdk.CreateFunctionInput) {
			in.CodeSigningConfigArn = new("arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdef0")
		}, 501, "NotImplemented", "CodeSigningConfigArn"},
		"tag": {func(in *sdk.CreateFunctionInput) { in.Tags = map[string]string{"aws:x": "y"} }, 400, badValue, "System tags"},
		"level of text": {func(in *sdk.CreateFunctionInput) {
			in.LoggingConfig = &types.LoggingConfig{LogFormat: types.LogFormatText, SystemLogLevel: types.SystemLogLevelInfo}
		}, 400, badValue, "JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			in := input("n", "nodejs22.x", "index.handler", zip)
			c.change(in)
			_, err := f.CreateFunction(t.Context(), in)
			testkit.WantError(t, err, c.status, c.code, c.text)
		})
	}
	if out := must(f.ListFunctions(t.Context(), &sdk.ListFunctionsInput{})); len(out.Functions) != 1 {
		t.Errorf("%d functions", len(out.Functions))
	}
}

func env(key, value string) func(*sdk.CreateFunctionInput) {
	return func(in *sdk.CreateFunctionInput) {
		in.Environment = &types.Environment{Variables: map[string]string{key: value}}
	}
}

func TestOneOfManyCreatesWins(t *testing.T) {
	f := start(t)
	zip := nodeZip(echo)
	var wg sync.WaitGroup
	var won sync.Map
	for i := range 8 {
		wg.Go(func() {
			if _, err := f.CreateFunction(t.Context(), input("n", "nodejs22.x", "index.handler", zip)); err == nil {
				won.Store(i, true)
			}
		})
	}
	wg.Wait()
	count := 0
	won.Range(func(any, any) bool { count++; return true })
	if count != 1 {
		t.Errorf("%d creates won", count)
	}
}

func TestUpdateErrors(t *testing.T) {
	f := start(t)
	out := f.node("n", echo)
	zip := nodeZip(`exports.handler = async () => 1`)
	_, err := f.UpdateFunctionCode(t.Context(), &sdk.UpdateFunctionCodeInput{FunctionName: new("n"), ZipFile: zip, RevisionId: new("x")})
	testkit.WantError(t, err, 412, "PreconditionFailedException", "The RevisionId provided does not match the latest RevisionId.")
	_, err = f.UpdateFunctionCode(t.Context(), &sdk.UpdateFunctionCodeInput{FunctionName: new("none"), ZipFile: zip})
	testkit.WantError(t, err, 404, "ResourceNotFoundException", "Function not found: "+arnBase+"none")
	dry := must(f.UpdateFunctionCode(t.Context(), &sdk.UpdateFunctionCodeInput{FunctionName: new("n"), ZipFile: zip, DryRun: true}))
	if *dry.CodeSha256 == *out.CodeSha256 {
		t.Error("the dry run does not show the new code")
	}
	c := must(f.GetFunctionConfiguration(t.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: new("n")}))
	if *c.CodeSha256 != *out.CodeSha256 || *c.RevisionId != *out.RevisionId {
		t.Error("the dry run changed something")
	}
	real := must(f.UpdateFunctionCode(t.Context(), &sdk.UpdateFunctionCodeInput{FunctionName: new("n"), ZipFile: zip, RevisionId: out.RevisionId, Publish: true}))
	if *real.Version != "1" || *real.RevisionId == *out.RevisionId {
		t.Errorf("%s %s", *real.Version, *real.RevisionId)
	}
	_, err = f.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: new("n"), Role: new(role + "-untrusting")})
	testkit.WantError(t, err, 400, badValue, "cannot be assumed")
	_, err = f.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: new("none")})
	testkit.WantError(t, err, 404, "ResourceNotFoundException", "Function not found")
}

func TestCodeQuota(t *testing.T) {
	zip := nodeZip(echo)
	f := startWith(t, func(o *lambda.Options) { o.CodeQuota = int64(len(zip)) + 10 })
	f.node("a", echo)
	_, err := f.CreateFunction(t.Context(), input("b", "nodejs22.x", "index.handler", zip))
	testkit.WantError(t, err, 400, "CodeStorageExceededException", "Code storage limit exceeded.")
	must(f.DeleteFunction(t.Context(), &sdk.DeleteFunctionInput{FunctionName: new("a")}))
	f.node("b", echo)
	if u := must(f.GetAccountSettings(t.Context(), &sdk.GetAccountSettingsInput{})).AccountUsage; u.FunctionCount != 1 || u.TotalCodeSize != int64(len(zip)) {
		t.Errorf("%+v", u)
	}
}

func TestCodeLocation(t *testing.T) {
	f := start(t)
	f.node("n", echo)
	at := *must(f.GetFunction(t.Context(), &sdk.GetFunctionInput{FunctionName: new("n")})).Code.Location
	get := func(url string) (int, []byte) {
		resp := must(http.Get(url))
		defer resp.Body.Close()
		return resp.StatusCode, must(io.ReadAll(resp.Body))
	}
	if status, body := get(at); status != 200 || !bytes.Equal(body, nodeZip(echo)) {
		t.Errorf("%d, %d bytes", status, len(body))
	}
	if status, _ := get(strings.Replace(at, "expires=1", "expires=2", 1)); status != 403 {
		t.Errorf("another time: %d", status)
	}
	if status, _ := get(at[:strings.Index(at, "?")]); status != 403 {
		t.Errorf("no signature: %d", status)
	}
	f.clock.Advance(11 * time.Minute)
	if status, _ := get(at); status != 403 {
		t.Errorf("later: %d", status)
	}
}

// A function is there after a restart, with its code, and so are its events.
func TestRestart(t *testing.T) {
	f := start(t)
	f.node("n", `exports.handler = async (e) => { if (e.fail && !process.env.FIXED) throw new Error("x"); console.log("did " + e.id); return "ok" }`)
	must(f.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: new("n"), InvocationType: types.InvocationTypeEvent, Payload: []byte(`{"fail":true,"id":"first"}`)}))
	eventually(t, "the event fails", func() bool { return strings.Contains(f.output.text("/aws/lambda/n"), "REPORT") })
	must(f.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: new("n"),
		Environment: &types.Environment{Variables: map[string]string{"FIXED": "yes"}}}))
	time.Sleep(100 * time.Millisecond)
	f.close()
	f.open(func(*lambda.Options) {})
	if got := string(f.invoke("n", `{"id":1}`).Payload); got != `"ok"` {
		t.Error(got)
	}
	f.clock.Advance(2 * time.Minute)
	eventually(t, "the event is tried again", func() bool { return strings.Contains(f.output.text("/aws/lambda/n"), "did first") })
}

func TestListFunctions(t *testing.T) {
	f := start(t)
	for i := range 5 {
		f.node(fmt.Sprint("n", i), echo)
	}
	must(f.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: new("n0")}))
	var names []string
	for pages := sdk.NewListFunctionsPaginator(f.Client, &sdk.ListFunctionsInput{MaxItems: new(int32(2))}); pages.HasMorePages(); {
		for _, c := range must(pages.NextPage(t.Context())).Functions {
			names = append(names, *c.FunctionName)
		}
	}
	if got := strings.Join(names, " "); got != "n0 n1 n2 n3 n4" {
		t.Error(got)
	}
	out := must(f.ListFunctions(t.Context(), &sdk.ListFunctionsInput{FunctionVersion: types.FunctionVersionAll}))
	if len(out.Functions) != 6 || *out.Functions[0].FunctionArn != arnBase+"n0:$LATEST" || *out.Functions[1].FunctionArn != arnBase+"n0:1" {
		t.Errorf("%d functions", len(out.Functions))
	}
	_, err := f.ListFunctions(t.Context(), &sdk.ListFunctionsInput{Marker: new("x")})
	testkit.WantError(t, err, 400, badValue, "marker")
}

func TestTags(t *testing.T) {
	f := start(t)
	in := input("n", "nodejs22.x", "index.handler", nodeZip(echo))
	in.Tags = map[string]string{"a": "1"}
	must(f.CreateFunction(t.Context(), in))
	arn := arnBase + "n"
	must(f.TagResource(t.Context(), &sdk.TagResourceInput{Resource: &arn, Tags: map[string]string{"b": "2"}}))
	must(f.UntagResource(t.Context(), &sdk.UntagResourceInput{Resource: &arn, TagKeys: []string{"a"}}))
	if tags := must(f.ListTags(t.Context(), &sdk.ListTagsInput{Resource: &arn})).Tags; len(tags) != 1 || tags["b"] != "2" {
		t.Error(tags)
	}
	if tags := must(f.GetFunction(t.Context(), &sdk.GetFunctionInput{FunctionName: &arn})).Tags; tags["b"] != "2" {
		t.Error(tags)
	}
}
