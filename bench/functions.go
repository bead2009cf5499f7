package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gateway "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// Connections of the function rows: each one more is one more instance.
const functionConnections = 8

const assumeRole = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// program is a handler that runs as a function and behind plain HTTP.
type program struct {
	name    string // "go", "node"
	runtime types.Runtime
	handler string
	zip     []byte
	plain   []string // command; the address or port is added
}

// goProgram builds the Go handler; dir is where the binary goes.
func goProgram(ctx context.Context, dir string) (*program, error) {
	exe := filepath.Join(dir, "bootstrap")
	if err := command(ctx, "", "go", "build", "-trimpath", "-ldflags=-s -w", "-tags=lambda.norpc", "-o", exe, "./bench/function"); err != nil {
		return nil, err
	}
	archive, err := zipOf("bootstrap", exe)
	return &program{name: "go", runtime: types.RuntimeProvidedal2023, handler: "bootstrap", zip: archive, plain: []string{exe}}, err
}

func nodeProgram() (*program, error) {
	if err := missing("node"); err != nil {
		return nil, err
	}
	archive, err := zipOf("index.mjs", filepath.Join("bench", "node", "index.mjs"))
	return &program{name: "node", runtime: types.RuntimeNodejs20x, handler: "index.handler", zip: archive,
		plain: []string{"node", filepath.Join("bench", "node", "server.mjs")}}, err
}

func zipOf(name, path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	h := &zip.FileHeader{Name: name, Method: zip.Deflate}
	h.SetMode(0o755)
	w, err := z.CreateHeader(h)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// deploy makes the function and lets API Gateway invoke it.
func (p *program) deploy(ctx context.Context, a *account, name string) (arn string, err error) {
	role, err := a.functionRole(ctx)
	if err != nil {
		return "", err
	}
	out, err := a.lambda.CreateFunction(ctx, &lambda.CreateFunctionInput{FunctionName: &name, Runtime: p.runtime, Handler: &p.handler,
		Role: &role, Code: &types.FunctionCode{ZipFile: p.zip}, MemorySize: aws.Int32(256), Timeout: aws.Int32(10)})
	if err != nil {
		return "", err
	}
	if err := a.active(ctx, name); err != nil {
		return "", err
	}
	_, err = a.lambda.AddPermission(ctx, &lambda.AddPermissionInput{FunctionName: &name, StatementId: aws.String("api"),
		Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("apigateway.amazonaws.com")})
	return *out.FunctionArn, err
}

func (a *account) active(ctx context.Context, name string) error {
	w := lambda.NewFunctionActiveV2Waiter(a.lambda, func(o *lambda.FunctionActiveV2WaiterOptions) {
		o.MinDelay, o.MaxDelay = 50*time.Millisecond, time.Second
	})
	return w.Wait(ctx, &lambda.GetFunctionInput{FunctionName: &name}, time.Minute)
}

// functionRole is the role of all functions.
func (a *account) functionRole(ctx context.Context) (string, error) {
	const name = "bench-function"
	got, err := a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(name)})
	if err == nil {
		return *got.Role.Arn, nil
	}
	made, err := a.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String(name), AssumeRolePolicyDocument: aws.String(assumeRole)})
	if err != nil {
		return "", err
	}
	_, err = a.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String(name),
		PolicyArn: aws.String("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")})
	return *made.Role.Arn, err
}

// serve starts the handler behind plain HTTP.
func (p *program) serve(ctx context.Context, l *lab) (*service, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	where := addr
	if p.name == "node" {
		where = addr[strings.LastIndexByte(addr, ':')+1:]
	}
	proc, err := start(nil, p.plain[0], append(p.plain[1:], where)...)
	if err != nil {
		return nil, err
	}
	l.onClose(proc.stop)
	return &service{proc, "http://" + addr}, proc.ready(ctx, "http://"+addr+"/?name=bench")
}

// warmFunctions loads REST API -> AWS_PROXY -> function beside the same handler
// behind plain HTTP, for each language.
func warmFunctions(ctx context.Context, l *lab, t *table) error {
	if err := missing("wrk"); err != nil {
		return err
	}
	gopher, err := goProgram(ctx, l.dir)
	if err != nil {
		return err
	}
	programs := []*program{gopher}
	if node, err := nodeProgram(); err != nil {
		t.note("warm Node function: %v", err)
	} else {
		programs = append(programs, node)
	}
	for _, p := range programs {
		if err := p.warm(ctx, l, t); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

func (p *program) warm(ctx context.Context, l *lab, t *table) error {
	arn, err := p.deploy(ctx, l.account, "warm-"+p.name)
	if err != nil {
		return err
	}
	rest, err := l.account.newAPI(ctx, p.name)
	if err != nil {
		return err
	}
	uri := "arn:aws:apigateway:" + region + ":lambda:path/2015-03-31/functions/" + arn + "/invocations"
	if err := rest.get(ctx, "hello", "", apigateway.PutIntegrationInput{Type: gateway.IntegrationTypeAwsProxy, IntegrationHttpMethod: aws.String(http.MethodPost), Uri: &uri}); err != nil {
		return err
	}
	stage, err := rest.deploy(ctx)
	if err != nil {
		return err
	}
	plain, err := p.serve(ctx, l)
	if err != nil {
		return err
	}
	const query, want = "/hello?name=bench", `{"message":"hello bench"}`
	if err := errors.Join(expect(ctx, stage+query, want), expect(ctx, plain.url+query, want)); err != nil {
		return err
	}
	for _, conns := range []int{1, functionConnections} {
		got, err := l.duel(ctx, wrk("ours", stage+query, conns).by(l.server), wrk("plain", plain.url+query, conns).by(plain.process))
		if err != nil {
			return err
		}
		if f := got["ours"].below.median(); f > 0 {
			t.remark("Of the CPU time of the warm %s function at %d connections, %.0f µs an invocation are the function's own process.", p.name, conns, f)
		}
		t.rate(fmt.Sprintf("warm %s function through the REST API, %d connections", p.name, conns), got["ours"], got["plain"], "the handler behind plain HTTP", 0.7)
	}
	return nil
}
