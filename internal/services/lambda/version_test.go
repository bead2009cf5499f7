package lambda_test

import (
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

const notFound = "ResourceNotFoundException"

func TestVersionsAndAliases(t *testing.T) {
	f := start(t)
	in := input("n", "nodejs22.x", "index.handler", nodeZip(`exports.handler = async (e, c) => c.functionVersion + " one"`))
	in.Publish = true
	if out := must(f.CreateFunction(t.Context(), in)); *out.Version != "1" {
		t.Errorf("version %s", *out.Version)
	}
	if v := must(f.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: new("n")})); *v.Version != "1" || *v.FunctionArn != arnBase+"n:1" {
		t.Errorf("nothing changed, yet version %s", *v.Version)
	}
	_, err := f.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: new("n"), CodeSha256: new("x")})
	testkit.WantError(t, err, 400, badValue, "CodeSHA256 (x) is different from current CodeSHA256 in $LATEST")
	must(f.UpdateFunctionCode(t.Context(), &sdk.UpdateFunctionCodeInput{FunctionName: new("n"), ZipFile: nodeZip(`exports.handler = async (e, c) => c.functionVersion + " two"`)}))
	v := must(f.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: new("n"), Description: new("second")}))
	if *v.Version != "2" || *v.Description != "second" {
		t.Errorf("%s %s", *v.Version, *v.Description)
	}
	for name, want := range map[string]string{"n": `"$LATEST two"`, "n:1": `"1 one"`, "n:2": `"2 two"`} {
		if got := string(f.invoke(name, "{}").Payload); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	a := must(f.CreateAlias(t.Context(), &sdk.CreateAliasInput{FunctionName: new("n"), Name: new("live"), FunctionVersion: new("1")}))
	if *a.AliasArn != arnBase+"n:live" || *a.Description != "" || a.RoutingConfig != nil {
		t.Errorf("%+v", a)
	}
	if out := f.invoke("n:live", "{}"); string(out.Payload) != `"1 one"` || *out.ExecutedVersion != "1" {
		t.Errorf("%s %s", out.Payload, *out.ExecutedVersion)
	}
	c := must(f.GetFunctionConfiguration(t.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: new("n"), Qualifier: new("live")}))
	if *c.FunctionArn != arnBase+"n:live" || *c.Version != "1" {
		t.Errorf("%s %s", *c.FunctionArn, *c.Version)
	}
	must(f.UpdateAlias(t.Context(), &sdk.UpdateAliasInput{FunctionName: new("n"), Name: new("live"), RevisionId: a.RevisionId,
		RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"2": 1}}}))
	if out := f.invoke("n:live", "{}"); string(out.Payload) != `"2 two"` {
		t.Errorf("with all weight on it: %s", out.Payload)
	}
	_, err = f.UpdateAlias(t.Context(), &sdk.UpdateAliasInput{FunctionName: new("n"), Name: new("live"), RevisionId: a.RevisionId})
	testkit.WantError(t, err, 412, "PreconditionFailedException", "RevisionId")
	_, err = f.DeleteFunction(t.Context(), &sdk.DeleteFunctionInput{FunctionName: new("n"), Qualifier: new("2")})
	testkit.WantError(t, err, 409, "ResourceConflictException", "live")
	must(f.UpdateAlias(t.Context(), &sdk.UpdateAliasInput{FunctionName: new("n"), Name: new("live"), RoutingConfig: &types.AliasRoutingConfiguration{}}))
	must(f.DeleteFunction(t.Context(), &sdk.DeleteFunctionInput{FunctionName: new("n"), Qualifier: new("2")}))
	versions := must(f.ListVersionsByFunction(t.Context(), &sdk.ListVersionsByFunctionInput{FunctionName: new("n")})).Versions
	if len(versions) != 2 || *versions[0].FunctionArn != arnBase+"n:$LATEST" || *versions[1].Version != "1" {
		t.Errorf("%d versions", len(versions))
	}
	if v := must(f.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: new("n")})); *v.Version != "3" {
		t.Errorf("a number was given out again: %s", *v.Version)
	}
	if got := must(f.ListAliases(t.Context(), &sdk.ListAliasesInput{FunctionName: new("n")})).Aliases; len(got) != 1 {
		t.Errorf("%d aliases", len(got))
	}
	must(f.DeleteAlias(t.Context(), &sdk.DeleteAliasInput{FunctionName: new("n"), Name: new("live")}))
	_, err = f.GetAlias(t.Context(), &sdk.GetAliasInput{FunctionName: new("n"), Name: new("live")})
	testkit.WantError(t, err, 404, notFound, "Cannot find alias arn: "+arnBase+"n:live")
	must(f.DeleteFunction(t.Context(), &sdk.DeleteFunctionInput{FunctionName: new("n")}))
	_, err = f.GetFunction(t.Context(), &sdk.GetFunctionInput{FunctionName: new("n")})
	testkit.WantError(t, err, 404, notFound, "Function not found: "+arnBase+"n")
	_, err = f.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: new("n")})
	testkit.WantError(t, err, 404, notFound, "Function not found: "+arnBase+"n")
}

func TestAliasErrors(t *testing.T) {
	f := start(t)
	f.node("n", echo)
	must(f.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: new("n")}))
	create := func(name, version string, weights map[string]float64) error {
		in := &sdk.CreateAliasInput{FunctionName: new("n"), Name: &name, FunctionVersion: &version}
		if weights != nil {
			in.RoutingConfig = &types.AliasRoutingConfiguration{AdditionalVersionWeights: weights}
		}
		_, err := f.CreateAlias(t.Context(), in)
		return err
	}
	if err := create("a", "1", nil); err != nil {
		t.Fatal(err)
	}
	testkit.WantError(t, create("a", "1", nil), 409, "ResourceConflictException", "Alias already exists: "+arnBase+"n:a")
	testkit.WantError(t, create("b", "7", nil), 404, notFound, "Function not found: "+arnBase+"n:7")
	testkit.WantError(t, create("12", "1", nil), 400, "ValidationException", "regular expression pattern")
	testkit.WantError(t, create("b", "1", map[string]float64{"1": 0.5}), 400, badValue, "already included")
	testkit.WantError(t, create("b", "$LATEST", map[string]float64{"1": 0.5}), 400, badValue, "$LATEST is not supported")
	_, err := f.DeleteFunction(t.Context(), &sdk.DeleteFunctionInput{FunctionName: new("n"), Qualifier: new("$LATEST")})
	testkit.WantError(t, err, 400, badValue, "$LATEST version cannot be deleted without deleting the function.")
}

func TestPolicy(t *testing.T) {
	f := start(t)
	f.node("n", echo)
	_, err := f.GetPolicy(t.Context(), &sdk.GetPolicyInput{FunctionName: new("n")})
	testkit.WantError(t, err, 404, notFound, "The resource you requested does not exist.")
	add := func(sid, who string, change func(*sdk.AddPermissionInput)) (string, error) {
		in := &sdk.AddPermissionInput{FunctionName: new("n"), StatementId: &sid, Action: new("lambda:InvokeFunction"), Principal: &who}
		if change != nil {
			change(in)
		}
		out, err := f.AddPermission(t.Context(), in)
		if err != nil {
			return "", err
		}
		return *out.Statement, nil
	}
	first := must(add("api", "apigateway.amazonaws.com", func(in *sdk.AddPermissionInput) {
		in.SourceArn, in.SourceAccount = new("arn:aws:execute-api:us-east-1:000000000000:a/*"), new("000000000000")
	}))
	want := `{"Sid":"api","Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"` + arnBase +
		`n","Condition":{"StringEquals":{"AWS:SourceAccount":"000000000000"},"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:us-east-1:000000000000:a/*"}}}`
	if first != want {
		t.Errorf("got  %s\nwant %s", first, want)
	}
	second := must(add("account", "111111111111", nil))
	if !strings.Contains(second, `"Principal":{"AWS":"arn:aws:iam::111111111111:root"}`) || strings.Contains(second, "Condition") {
		t.Error(second)
	}
	third := must(add("org", "*", func(in *sdk.AddPermissionInput) { in.PrincipalOrgID = new("o-1234567890") }))
	if !strings.Contains(third, `"Principal":"*"`) || !strings.Contains(third, `"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1234567890"}}`) {
		t.Error(third)
	}
	p := must(f.GetPolicy(t.Context(), &sdk.GetPolicyInput{FunctionName: new("n")}))
	if *p.Policy != `{"Version":"2012-10-17","Id":"default","Statement":[`+first+","+second+","+third+`]}` {
		t.Error(*p.Policy)
	}
	_, err = add("api", "apigateway.amazonaws.com", nil)
	testkit.WantError(t, err, 409, "ResourceConflictException", "The statement id (api) provided already exists. Please provide a new statement id, or remove the existing statement.")
	_, err = add("bad", "nobody", nil)
	testkit.WantError(t, err, 400, badValue, "The provided principal was invalid. Please check the principal and try again.")
	_, err = add("latest", "s3.amazonaws.com", func(in *sdk.AddPermissionInput) { in.Qualifier = new("$LATEST") })
	testkit.WantError(t, err, 400, badValue, "We currently do not support adding policies for $LATEST.")
	_, err = add("revision", "s3.amazonaws.com", func(in *sdk.AddPermissionInput) { in.RevisionId = new("x") })
	testkit.WantError(t, err, 412, "PreconditionFailedException", "Revision Id")
	must(add("revision", "s3.amazonaws.com", func(in *sdk.AddPermissionInput) { in.RevisionId = p.RevisionId }))
	_, err = add("version", "s3.amazonaws.com", func(in *sdk.AddPermissionInput) { in.Qualifier = new("1") })
	testkit.WantError(t, err, 404, notFound, "Function not found: "+arnBase+"n:1")
	for i := range 200 {
		if _, err = add(strings.Repeat("s", 80)+string(rune('a'+i/26))+string(rune('a'+i%26)), "s3.amazonaws.com", nil); err != nil {
			break
		}
	}
	testkit.WantError(t, err, 400, "PolicyLengthExceededException", "is bigger than the limit (20480).")
	_, err = f.RemovePermission(t.Context(), &sdk.RemovePermissionInput{FunctionName: new("n"), StatementId: new("none")})
	testkit.WantError(t, err, 404, notFound, "Statement none is not found in resource policy.")
	// A qualifier has a policy of its own.
	must(f.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: new("n")}))
	_, err = f.GetPolicy(t.Context(), &sdk.GetPolicyInput{FunctionName: new("n"), Qualifier: new("1")})
	testkit.WantError(t, err, 404, notFound, "The resource you requested does not exist.")
	own := must(add("api", "apigateway.amazonaws.com", func(in *sdk.AddPermissionInput) { in.Qualifier = new("1") }))
	if !strings.Contains(own, `"Resource":"`+arnBase+`n:1"`) {
		t.Error(own)
	}
	must(f.RemovePermission(t.Context(), &sdk.RemovePermissionInput{FunctionName: new("n"), Qualifier: new("1"), StatementId: new("api")}))
	_, err = f.RemovePermission(t.Context(), &sdk.RemovePermissionInput{FunctionName: new("n"), Qualifier: new("1"), StatementId: new("api")})
	testkit.WantError(t, err, 404, notFound, "No policy is associated with the given resource.")
}
