package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/logline"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/execute"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/snapshot"
	"github.com/gatehouse-dev/gatehouse/internal/services/logs"
)

// The bridges fit what one service offers to what another one needs, where the
// two do not meet by themselves.

// permissions asks what a role may do outside of any call.
type permissions struct{ s *Server }

// Allowed reports whether a role may do the action on the resource.
func (p permissions) Allowed(ctx context.Context, roleARN, action, resource string) bool {
	c := p.s.parts.iam.RoleCredential(roleARN, "gatehouse")
	if c == nil {
		return false
	}
	d, err := p.s.pipeline.Decide(ctx, front.Origin{Caller: c, Account: c.Principal.Account, Region: front.DefaultRegion},
		front.Need{Action: action, Resource: resource})
	if err != nil {
		p.s.Log.Error("a role's permissions could not be decided", "role", roleARN, "action", action, "error", err)
		return false
	}
	return d.Allowed
}

// gatewayLogs writes access and execution logs.
type gatewayLogs struct {
	logs *logs.Service
	s    *Server
}

func (g gatewayLogs) AppendLog(account, region, group, stream string, event logline.Event) {
	if err := g.logs.Append(context.Background(), account, region, group, stream, []logline.Event{event}); err != nil {
		g.s.Log.Warn("an access log line is lost", "group", group, "error", err)
	}
}

var errOwnAddress = errors.New("an integration must not call Gatehouse itself by a loopback address")

// notSelf keeps integrations from Gatehouse's own listener on loopback: there,
// a request of its own would be taken for the machine's user.
func notSelf(own *net.TCPAddr) func(netip.AddrPort) error {
	return func(to netip.AddrPort) error {
		ip := to.Addr().Unmap()
		if int(to.Port()) == own.Port && (ip.IsLoopback() || ip.IsUnspecified()) {
			return errOwnAddress
		}
		return nil
	}
}

// methodTester runs methods for TestInvokeMethod on the data plane, which is
// made after the control plane.
type methodTester struct{ parts *parts }

func (t methodTester) TestMethod(ctx context.Context, st *snapshot.Stage, resourceID, verb, path string, header http.Header, body string) (*apigateway.TestResult, error) {
	r, err := t.parts.gateway.TestInvoke(ctx, execute.TestRequest{API: st, ResourceID: resourceID, HTTPMethod: verb, Path: path, Header: header, Body: body})
	switch {
	case errors.Is(err, execute.ErrNoResource):
		return nil, awserr.New(http.StatusNotFound, "NotFoundException", "Invalid Resource identifier specified")
	case errors.Is(err, execute.ErrNoMethod):
		return nil, awserr.New(http.StatusNotFound, "NotFoundException", "Invalid Method identifier specified")
	case errors.Is(err, execute.ErrTestPath):
		return nil, awserr.New(http.StatusBadRequest, "BadRequestException", "Invalid path for the resource")
	case err != nil:
		return nil, err
	}
	return &apigateway.TestResult{Status: r.Status, Header: r.Header, Body: r.Body, Log: r.Log, Latency: r.Latency.Milliseconds()}, nil
}
