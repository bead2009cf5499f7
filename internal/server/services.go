package server

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"

	ssmapi "github.com/gatehouse-dev/gatehouse/internal/api/ssm"
	"github.com/gatehouse-dev/gatehouse/internal/edge"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/identity"
	"github.com/gatehouse-dev/gatehouse/internal/runner"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/execute"
	"github.com/gatehouse-dev/gatehouse/internal/services/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/services/iam"
	"github.com/gatehouse-dev/gatehouse/internal/services/logs"
	"github.com/gatehouse-dev/gatehouse/internal/services/sns"
	"github.com/gatehouse-dev/gatehouse/internal/services/sts"
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
	sns     *sns.Service
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

	p.cognito = cognitoidp.New(cognitoidp.Options{Store: s.store, Clock: s.clock, Log: s.Log, IssuerBase: s.URL})
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
	p.api = apigateway.New(apigateway.Options{Store: s.store, Clock: s.clock, Log: s.Log})
	p.gateway = execute.New(execute.Options{Source: p.api, Pools: p.cognito, Traces: s.traces, Clock: s.clock, Log: s.Log})
	s.onClose(func(context.Context) error { p.gateway.Close(); return nil })

	s.services = []*front.Service{
		p.api.Front(),
		p.cognito.Front(),
		p.iam.Front(),
		p.logs.Front(),
		p.sns.Front(),
		{API: &ssmapi.Service, Server: ssmapi.Unimplemented{}},
		p.sts.Front(),
	}
	s.pipeline = front.New(front.Options{Services: s.services, Authority: p.iam, Clock: s.clock, Log: s.Log, Traces: s.traces,
		Account: Account, Loopback: edge.Trusted, Observe: s.metrics.observe})
	return nil
}

// rootKey sees to it that the root user's key is in the data directory, for
// its owner's eyes only.
func (s *Server) rootKey(ctx context.Context) error {
	id, secret, err := s.parts.iam.EnsureRootKey(ctx)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n", id, secret)
	if err := os.WriteFile(s.dir(rootKeyName), []byte(text), 0o600); err != nil {
		return fmt.Errorf("cannot keep the root key: %w", err)
	}
	return nil
}
