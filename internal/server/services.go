package server

import (
	"context"
	"fmt"
	"net"
	"strconv"

	ssmapi "github.com/gatehouse-dev/gatehouse/internal/api/ssm"
	"github.com/gatehouse-dev/gatehouse/internal/assets"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/edge"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/runner"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway"
	apigatewaycfn "github.com/gatehouse-dev/gatehouse/internal/services/apigateway/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/execute"
	"github.com/gatehouse-dev/gatehouse/internal/services/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/services/cognitoidp"
	cognitocfn "github.com/gatehouse-dev/gatehouse/internal/services/cognitoidp/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/services/iam"
	iamcfn "github.com/gatehouse-dev/gatehouse/internal/services/iam/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/services/lambda"
	lambdacfn "github.com/gatehouse-dev/gatehouse/internal/services/lambda/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/services/logs"
	logscfn "github.com/gatehouse-dev/gatehouse/internal/services/logs/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/services/sns"
	"github.com/gatehouse-dev/gatehouse/internal/services/sts"
	"github.com/gatehouse-dev/gatehouse/internal/upstream"
)

// parts are the services and engines of a server.
type parts struct {
	calls   *edge.Feed // connections of functions in private networks
	runner  *runner.Runner
	iam     *iam.Service
	sts     *sts.Service
	cognito *cognitoidp.Service
	api     *apigateway.Service
	gateway *execute.Gateway
	logs    *logs.Service
	lambda  *lambda.Service
	sns     *sns.Service
	assets  *assets.Store
	stacks  *cloudformation.Service
}

// wire makes all parts, in the order of who needs whom.
func (s *Server) wire(ctx context.Context, addr *net.TCPAddr) error {
	p := &s.parts
	sealer, err := identity.NewSealer(ctx, s.store)
	if err != nil {
		return err
	}
	if p.iam, err = iam.New(iam.Options{Store: s.store, Clock: s.clock, Log: s.Log, Sessions: sealer, Account: Account}); err != nil {
		return err
	}
	s.onClose(func(context.Context) error { return p.iam.Close() })
	if err := s.rootKey(ctx); err != nil {
		return err
	}

	issuer, err := s.agreeOnIssuer(ctx)
	if err != nil {
		return err
	}
	p.cognito = cognitoidp.New(cognitoidp.Options{Store: s.store, Clock: s.clock, Log: s.Log, IssuerBase: func() string { return issuer }})
	s.onClose(func(context.Context) error { p.cognito.Close(); return nil })
	p.sts = sts.New(sts.Options{Directory: p.iam, Sessions: sealer, Clock: s.clock, Log: s.Log, Account: Account})

	p.calls = edge.NewFeed()
	p.runner, err = runner.New(runner.Options{Dir: s.dir(runtimesName), Log: s.Log, Clock: s.clock,
		Endpoint: net.JoinHostPort("127.0.0.1", strconv.Itoa(addr.Port)), Serve: p.calls.Serve})
	if err != nil {
		return err
	}
	s.onClose(p.runner.Close)

	p.logs = logs.New(logs.Options{Store: s.store, Clock: s.clock, Log: s.Log, Account: Account})
	s.onClose(p.logs.Close)
	p.sns = sns.New(sns.Options{Store: s.store, Clock: s.clock, Account: Account})
	packages, err := s.blobs(packagesName)
	if err != nil {
		return err
	}
	p.lambda, err = lambda.New(ctx, lambda.Options{Store: s.store, Clock: s.clock, Log: s.Log, Runner: p.runner, Code: packages, Dir: s.dir(codeName),
		Roles: p.sts, Permissions: permissions{s}, Logs: p.logs, EndpointURL: func() string { return functionURL(addr) }})
	if err != nil {
		return err
	}
	s.onClose(p.lambda.Close)

	p.api = apigateway.New(apigateway.Options{Store: s.store, Clock: s.clock, Log: s.Log, Methods: methodTester{p}})
	p.gateway = execute.New(execute.Options{Source: p.api, Functions: p.lambda, Pools: p.cognito, Logs: gatewayLogs{p.logs, s},
		Upstream: upstream.New(upstream.Options{Clock: s.clock, Allow: notSelf(addr)}),
		Traces:   s.traces, Clock: s.clock, Log: s.Log})
	s.onClose(func(context.Context) error { p.gateway.Close(); return nil })

	uploads, err := s.blobs(assetsName)
	if err != nil {
		return err
	}
	p.assets = assets.New(uploads)
	p.stacks = cloudformation.New(cloudformation.Options{Store: s.store, Clock: s.clock, Log: s.Log, Types: types(p.assets), Authority: p.iam, Roles: p.sts,
		Alone: s.Store == ""})

	s.services = []*front.Service{
		p.api.Front(),
		p.stacks.Front(),
		p.cognito.Front(),
		p.iam.Front(),
		p.lambda.Front(),
		p.logs.Front(),
		p.sns.Front(),
		{API: &ssmapi.Service, Server: ssmapi.Unimplemented{}},
		p.sts.Front(),
	}
	s.pipeline = front.New(front.Options{Services: s.services, Authority: p.iam, Clock: s.clock, Log: s.Log, Traces: s.traces,
		Account: Account, Loopback: edge.OwnUser, Observe: s.metrics.observe})
	// Stacks call the services through the pipeline, and go on with what the
	// last process left unfinished.
	if err := p.stacks.Start(ctx, s.pipeline); err != nil {
		return err
	}
	s.onClose(func(context.Context) error { p.stacks.Close(); return nil })
	return nil
}

// types are the resource types of CloudFormation, one line a service.
func types(a *assets.Store) cfn.Registry {
	return cfn.NewRegistry(
		apigatewaycfn.Types(),
		cognitocfn.Types(),
		iamcfn.Types(),
		lambdacfn.Types(a),
		logscfn.Types(),
	)
}

// functionURL is where functions on this machine find the server.
func functionURL(addr *net.TCPAddr) string {
	return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(addr.Port))
}

// rootKey sees to it that the root user's key is in the data directory, for
// its owner's eyes only.
func (s *Server) rootKey(ctx context.Context) error {
	id, secret, err := s.parts.iam.EnsureRootKey(ctx)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n", id, secret)
	if err := writePrivate(s.dir(rootKeyName), []byte(text)); err != nil {
		return fmt.Errorf("cannot keep the root key: %w", err)
	}
	return nil
}
