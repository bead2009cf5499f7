package up_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	lambdaapi "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/assets"
	"github.com/gatehouse-dev/gatehouse/internal/blob/fileblob"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway"
	apigatewaycfn "github.com/gatehouse-dev/gatehouse/internal/services/apigateway/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/services/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/services/cognitoidp"
	cognitocfn "github.com/gatehouse-dev/gatehouse/internal/services/cognitoidp/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/services/iam"
	iamcfn "github.com/gatehouse-dev/gatehouse/internal/services/iam/cfn"
	lambdacfn "github.com/gatehouse-dev/gatehouse/internal/services/lambda/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/services/logs"
	logscfn "github.com/gatehouse-dev/gatehouse/internal/services/logs/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/sigv4sign"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
	"github.com/gatehouse-dev/gatehouse/internal/up"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// functions stands in for Lambda: it keeps what it is told.
type functions struct {
	lambdaapi.Unimplemented
	mu          sync.Mutex
	functions   map[string]*lambdaapi.CreateFunctionRequest
	permissions map[string]*lambdaapi.AddPermissionRequest
}

func (f *functions) config(name string) (*lambdaapi.FunctionConfiguration, error) {
	fn := f.functions[name]
	if fn == nil {
		return nil, lambdaapi.ResourceNotFoundException("Function not found: %s", name)
	}
	return &lambdaapi.FunctionConfiguration{FunctionName: &name, State: new("Active"), LastUpdateStatus: new("Successful"), Timeout: fn.Timeout,
		FunctionArn: new("arn:aws:lambda:us-east-1:000000000000:function:" + name)}, nil
}

func (f *functions) CreateFunction(_ context.Context, in *lambdaapi.CreateFunctionRequest) (*lambdaapi.FunctionConfiguration, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.functions[*in.FunctionName] = in
	return f.config(*in.FunctionName)
}

func (f *functions) GetFunctionConfiguration(_ context.Context, in *lambdaapi.GetFunctionConfigurationRequest) (*lambdaapi.FunctionConfiguration, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.config(*in.FunctionName)
}

func (f *functions) UpdateFunctionConfiguration(_ context.Context, in *lambdaapi.UpdateFunctionConfigurationRequest) (*lambdaapi.FunctionConfiguration, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.functions[*in.FunctionName].Timeout = in.Timeout
	return f.config(*in.FunctionName)
}

func (f *functions) DeleteFunction(_ context.Context, in *lambdaapi.DeleteFunctionRequest) (*lambdaapi.DeleteFunctionResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.functions, *in.FunctionName)
	return &lambdaapi.DeleteFunctionResponse{}, nil
}

func (f *functions) AddPermission(_ context.Context, in *lambdaapi.AddPermissionRequest) (*lambdaapi.AddPermissionResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.permissions[*in.StatementId] = in
	return &lambdaapi.AddPermissionResponse{}, nil
}

func (f *functions) RemovePermission(_ context.Context, in *lambdaapi.RemovePermissionRequest) (*wire.Empty, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.permissions, *in.StatementId)
	return &wire.Empty{}, nil
}

type world struct {
	endpoint  string
	pipeline  *front.Pipeline
	functions *functions
	out       bytes.Buffer
}

// start serves CloudFormation with the services of the SMS stack.
func start(t *testing.T) *world {
	t.Helper()
	w := &world{functions: &functions{functions: map[string]*lambdaapi.CreateFunctionRequest{}, permissions: map[string]*lambdaapi.AddPermissionRequest{}}}
	store, clk := testkit.Store(t), &clock.Clock{}
	sealer, err := identity.NewSealer(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	users, err := iam.New(iam.Options{Store: store, Clock: clk, Log: testkit.Log(), Sessions: sealer, Account: testkit.Account})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { users.Close() })
	groups := logs.New(logs.Options{Store: store, Clock: clk, Log: testkit.Log(), Account: testkit.Account})
	t.Cleanup(func() { groups.Close(context.Background()) })
	pools := cognitoidp.New(cognitoidp.Options{Store: store, Clock: clk, Log: testkit.Log()})
	t.Cleanup(pools.Close)
	apis := apigateway.New(apigateway.Options{Store: store, Clock: clk, Log: testkit.Log()})
	blobs, err := fileblob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	uploads := assets.New(blobs)
	stacks := cloudformation.New(cloudformation.Options{Store: store, Clock: clk, Log: testkit.Log(), Authority: users,
		Types: cfn.NewRegistry(iamcfn.Types(), lambdacfn.Types(uploads), logscfn.Types(), cognitocfn.Types(), apigatewaycfn.Types())})
	w.pipeline = testkit.Pipeline(t, clk, users, users.Front(), groups.Front(), pools.Front(), apis.Front(), stacks.Front(),
		&front.Service{API: &lambdaapi.Service, Server: w.functions})
	if err := stacks.Start(t.Context(), w.pipeline); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stacks.Close)
	mux := http.NewServeMux()
	mux.Handle(assets.Path, assets.Handler(uploads, w.pipeline, testkit.Log()))
	mux.Handle("/", w.pipeline)
	w.endpoint, _ = testkit.Serve(t, mux)
	return w
}

func (w *world) options(dir string) up.Options {
	return up.Options{Dir: dir, Endpoint: w.endpoint, Out: &w.out, Credentials: sigv4sign.Credentials{AccessKeyID: "test", Secret: "test"}}
}

// bootstrap checks that a zip holds one executable program.
func bootstrap(t *testing.T, b []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if len(z.File) != 1 || z.File[0].Name != "bootstrap" || z.File[0].Mode() != 0o755 {
		t.Fatalf("the zip has %v", z.File)
	}
	f, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head := make([]byte, 4)
	if _, err := io.ReadFull(f, head); err != nil || !strings.HasPrefix(string(head), "\x7fELF") {
		t.Errorf("bootstrap is no program: %q, %v", head, err)
	}
}
