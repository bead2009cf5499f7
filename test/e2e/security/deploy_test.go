//go:build e2e

package security

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/gatehouse-dev/gatehouse/internal/up/gobuild"
	"github.com/gatehouse-dev/gatehouse/test/e2e/process"
)

// attackerZip is the Go function, built once.
var attackerZip = sync.OnceValues(func() ([]byte, error) {
	cache, err := os.MkdirTemp("", "gatehouse-attacker-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(cache)
	// The sources are of this module: its internal packages are at hand.
	return gobuild.Build(context.Background(), gobuild.Options{Dir: filepath.Join(process.Root(), "test/e2e/security/testdata/attacker"), Arch: arch(), Cache: cache})
})

func arch() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}

const trustLambda = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// allow is a policy of one statement.
func allow(action, resource string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"}]}`
}

// role makes a role with one policy, "" for none, and returns its ARN.
func (h *host) role(name, trust, policy string) string {
	h.t.Helper()
	c := iam.NewFromConfig(h.root())
	out := must(c.CreateRole(h.t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust}))(h.t)
	if policy != "" {
		must(c.PutRolePolicy(h.t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: new("p"), PolicyDocument: &policy}))(h.t)
	}
	return *out.Role.Arn
}

// function is a deployed function.
type function struct {
	*host
	name string
}

// deploy makes a function with variables of its own.
func (h *host) deploy(name, runtime, handler string, zip []byte, role string, env map[string]string) function {
	h.t.Helper()
	c := lambda.NewFromConfig(h.root())
	must(c.CreateFunction(h.t.Context(), &lambda.CreateFunctionInput{FunctionName: &name, Runtime: types.Runtime(runtime), Handler: &handler,
		Role: &role, Code: &types.FunctionCode{ZipFile: zip}, Environment: &types.Environment{Variables: env}, Timeout: new(int32(30)),
		MemorySize: new(int32(256)), Architectures: []types.Architecture{types.Architecture(arch())}}))(h.t)
	if err := lambda.NewFunctionActiveV2Waiter(c).Wait(h.t.Context(), &lambda.GetFunctionInput{FunctionName: &name}, 60e9); err != nil {
		h.t.Fatal(err)
	}
	return function{h, name}
}

// attacker deploys the Go function.
func (h *host) attacker(name, role string, env map[string]string) function {
	h.t.Helper()
	return h.deploy(name, "provided.al2023", "bootstrap", must(attackerZip())(h.t), role, env)
}

// event and outcome are the function's.
type event struct {
	Do, Arg       string
	N             int
	Method        string
	Host          string
	Header        map[string]string
	Body, Service string
}

type outcome struct {
	Error  string
	Status int
	Text   string
	Names  []string
}

func (f function) invoke(payload any) []byte {
	f.t.Helper()
	b := must(json.Marshal(payload))(f.t)
	out := must(lambda.NewFromConfig(f.root()).Invoke(f.t.Context(), &lambda.InvokeInput{FunctionName: &f.name, Payload: b}))(f.t)
	if out.FunctionError != nil {
		f.t.Fatalf("%s: %s %s", f.name, *out.FunctionError, out.Payload)
	}
	return out.Payload
}

// try makes the function try something.
func (f function) try(e event) outcome {
	f.t.Helper()
	var out outcome
	if b := f.invoke(e); json.Unmarshal(b, &out) != nil {
		f.t.Fatalf("%s", b)
	}
	return out
}

// variable is one of the function's environment.
func (f function) variable(name string) string {
	f.t.Helper()
	for _, pair := range f.try(event{Do: "env"}).Names {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// needRoot skips where functions have no user of their own.
func needRoot(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("needs Linux and root: functions have a user of their own only then")
	}
}
