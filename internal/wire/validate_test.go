package wire_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// TestValidate compares with sentences that AWS's own services answered with,
// as their users have reported them.
func TestValidate(t *testing.T) {
	for _, tc := range []struct {
		name string
		s    *wire.Service
		op   string
		in   any
		want string // without "N validation error(s) detected: "
	}{
		{"valid", &iam.Service, "CreateUser", &iam.CreateUserRequest{UserName: new("alice")}, ""},
		{"required", &iam.Service, "CreateUser", &iam.CreateUserRequest{},
			"Value null at 'userName' failed to satisfy constraint: Member must not be null"},
		{"nested required", &iam.Service, "CreateUser", &iam.CreateUserRequest{UserName: new("a"), Tags: []iam.Tag{{Key: new("k")}}},
			"Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null"},
		{"too long", &iam.Service, "CreateRole", &iam.CreateRoleRequest{RoleName: new(strings.Repeat("r", 65)), AssumeRolePolicyDocument: new("{}")},
			"Value '" + strings.Repeat("r", 65) + "' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{"pattern", &iam.Service, "CreateUser", &iam.CreateUserRequest{UserName: new("a"), Tags: []iam.Tag{{Key: new("k"), Value: new("a,b")}}},
			`Value 'a,b' at 'tags.1.member.value' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*`},
		{"second element", &iam.Service, "CreateUser", &iam.CreateUserRequest{UserName: new("a"), Tags: []iam.Tag{{Key: new("k"), Value: new("v")}, {Key: new("#"), Value: new("v")}}},
			`Value '#' at 'tags.2.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`},
		{"pattern as stated", &iam.Service, "CreateAccountAlias", &iam.CreateAccountAliasRequest{AccountAlias: new("a--b")},
			`Value 'a--b' at 'accountAlias' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`},
		{"number", &lambda.Service, "CreateFunction", function(func(r *lambda.CreateFunctionRequest) { r.Timeout = new(int32(0)) }),
			"Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{"look-behind", &lambda.Service, "CreateFunction", function(func(r *lambda.CreateFunctionRequest) { r.Code.S3Bucket = new("bucket.") }),
			`Value 'bucket.' at 'code.s3Bucket' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9A-Za-z\.\-_]*(?<!\.)`},
		{"element enum", &lambda.Service, "CreateFunction", function(func(r *lambda.CreateFunctionRequest) { r.Architectures = []string{"foo"} }),
			"Value '[foo]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"},
		{"element pattern", &lambda.Service, "CreateFunctionUrlConfig", &lambda.CreateFunctionUrlConfigRequest{FunctionName: new("f"), AuthType: new("NONE"),
			Cors: &lambda.Cors{AllowMethods: []string{"GET", "POST", "OPTIONS"}}},
			"Value '[GET, POST, OPTIONS]' at 'cors.allowMethods' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 6, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: .*, Member must not be null]"},
		{"map value", &lambda.Service, "UpdateAlias", &lambda.UpdateAliasRequest{FunctionName: new("f"), Name: new("live"), RoutingConfig: &lambda.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"1": 2}}},
			"Value '{1=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]"},
		{"map key", &lambda.Service, "UpdateAlias", &lambda.UpdateAliasRequest{FunctionName: new("f"), Name: new("live"), RoutingConfig: &lambda.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"x": 0.5}}},
			"Value '{x=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+, Member must not be null]"},
		{"secret map", &lambda.Service, "CreateFunction", function(func(r *lambda.CreateFunctionRequest) {
			r.Environment = &lambda.Environment{Variables: map[string]string{"1BAD": "hush"}}
		}),
			"Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+, Member must not be null]"},
		{"secret", &cognitoidp.Service, "SignUp", &cognitoidp.SignUpRequest{ClientId: new("abc"), Username: new("u"), Password: new(strings.Repeat("p", 300))},
			"Value at 'password' failed to satisfy constraint: Member must have length less than or equal to 256"},
		{"two of one value", &cognitoidp.Service, "ConfirmForgotPassword", &cognitoidp.ConfirmForgotPasswordRequest{ClientId: new("a"), Username: new("u"), Password: new("hunter2"), ConfirmationCode: new("")},
			`Value '' at 'confirmationCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\S]+; Value '' at 'confirmationCode' failed to satisfy constraint: Member must have length greater than or equal to 1`},
		{"two members", &cognitoidp.Service, "DescribeUserPoolClient", &cognitoidp.DescribeUserPoolClientRequest{},
			"Value null at 'userPoolId' failed to satisfy constraint: Member must not be null; Value null at 'clientId' failed to satisfy constraint: Member must not be null"},
		{"a dot is no newline", &lambda.Service, "CreateFunctionUrlConfig", &lambda.CreateFunctionUrlConfigRequest{FunctionName: new("f"), AuthType: new("NONE"), Cors: &lambda.Cors{AllowMethods: []string{"G\n"}}},
			"Value '[G\n]' at 'cors.allowMethods' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 6, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: .*, Member must not be null]"},
		{"enum", &lambda.Service, "CreateFunctionUrlConfig", &lambda.CreateFunctionUrlConfigRequest{FunctionName: new("f"), AuthType: new("none")},
			"Value 'none' at 'authType' failed to satisfy constraint: Member must satisfy enum value set: [NONE, AWS_IAM]"},
		{"element enum, older service", &cloudformation.Service, "CreateStack", &cloudformation.CreateStackInput{StackName: new("s"), Capabilities: []string{"CAPABILITY_IAM", "x"}},
			"Value '[CAPABILITY_IAM, x]' at 'capabilities' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [CAPABILITY_IAM, CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND]]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := new(wire.Validator).Validate(tc.s, tc.s.Operation(tc.op), tc.in)
			if tc.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e := awserr.As(err)
			if e == nil || e.Kind != awserr.Validation {
				t.Fatalf("got %v", err)
			}
			head := "1 validation error detected: "
			if n := strings.Count(tc.want, "failed to satisfy constraint"); n > 1 {
				head = "2 validation errors detected: "
			}
			if e.Message != head+tc.want {
				t.Errorf("got  %s\nwant %s", e.Message, head+tc.want)
			}
		})
	}
}

func function(change func(*lambda.CreateFunctionRequest)) *lambda.CreateFunctionRequest {
	r := &lambda.CreateFunctionRequest{FunctionName: new("f"), Role: new("arn:aws:iam::000000000000:role/r"), Code: &lambda.FunctionCode{}}
	change(r)
	return r
}

// TestValidateBounds sends a request that breaks a constraint many times: the
// answer stays readable.
func TestValidateBounds(t *testing.T) {
	in := &iam.TagUserRequest{UserName: new("u")}
	for range 50 {
		in.Tags = append(in.Tags, iam.Tag{Key: new("#"), Value: new("v")})
	}
	err := new(wire.Validator).Validate(&iam.Service, iam.Service.Operation("TagUser"), in)
	if n := strings.Count(err.Error(), "failed to satisfy"); n != 20 {
		t.Errorf("%d sentences", n)
	}
}
