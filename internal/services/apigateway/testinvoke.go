package apigateway

import (
	"context"
	"net/http"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/snapshot"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// MethodTester is the data plane as TestInvokeMethod needs it. The stage that
// it is given is the API as it is edited now; it is the tester's own. A
// request's path is with its query. An awserr.Error is the caller's answer.
type MethodTester interface {
	TestMethod(ctx context.Context, st *snapshot.Stage, resourceID, verb, path string, header http.Header, body string) (*TestResult, error)
}

// AuthorizerTester is the data plane as TestInvokeAuthorizer needs it, on the
// terms of MethodTester. extra is the additional context of the request.
type AuthorizerTester interface {
	TestAuthorizer(ctx context.Context, st *snapshot.Stage, authorizerID, path string, header http.Header, body string, extra map[string]string) (*TestVerdict, error)
}

// TestResult is the answer of a method.
type TestResult struct {
	Status  int
	Header  http.Header
	Body    string
	Log     string
	Latency int64 // milliseconds
}

// TestVerdict is the answer of an authorizer.
type TestVerdict struct {
	Status        int
	Log           string
	Latency       int64 // milliseconds
	PrincipalID   string
	Policy        string
	Authorization map[string][]string
	Claims        map[string]string
}

// StageCaches are the data plane's caches of a stage.
type StageCaches interface {
	FlushResponses(ctx context.Context, apiID, stage string) error
	FlushAuthorizers(ctx context.Context, apiID, stage string) error
}

// testStage is an API as it is edited, as a stage without a name.
func (s *Service) testStage(ctx context.Context, apiID *string, variables map[string]string, check func(kv.Reader, space) error) (*snapshot.Stage, error) {
	sp := spaceOf(ctx)
	out := &snapshot.Stage{Account: sp.account, Region: sp.region,
		Stage: api.Stage{StageName: new("test-invoke-stage"), Variables: variables, MethodSettings: map[string]api.MethodSetting{}}}
	err := s.store.View(ctx, func(r kv.Reader) error {
		if err := check(r, sp); err != nil {
			return err
		}
		a, err := sp.loadAPI(r, apiID)
		if err != nil {
			return err
		}
		out.API.RestAPI = *a
		return sp.draft(*apiID).fill(r, &out.API)
	})
	return out, err
}

// TestInvokeMethod runs a method of an API as it is edited, past its
// authorizer.
func (s *Service) TestInvokeMethod(ctx context.Context, in *api.TestInvokeMethodRequest) (*api.TestInvokeMethodResponse, error) {
	if s.methods == nil {
		return nil, awserr.Unimplemented(service, "TestInvokeMethod")
	}
	path := str(in.PathWithQueryString)
	st, err := s.testStage(ctx, in.RestApiId, in.StageVariables, func(r kv.Reader, sp space) error {
		all, err := sp.draft(*in.RestApiId).resources(r)
		if err != nil {
			return err
		}
		res := all.find(in.ResourceId)
		if res == nil {
			return noResource()
		}
		if _, ok := res.ResourceMethods[*in.HttpMethod]; !ok {
			return noMethod()
		}
		if path == "" {
			path = *res.Path
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	res, err := s.methods.TestMethod(ctx, st, *in.ResourceId, *in.HttpMethod, path, headers(in.Headers, in.MultiValueHeaders), str(in.Body))
	if err != nil {
		return nil, err
	}
	out := &api.TestInvokeMethodResponse{Status: new(int32(res.Status)), Body: &res.Body, Log: &res.Log, Latency: &res.Latency,
		Headers: map[string]string{}, MultiValueHeaders: map[string][]string{}}
	for name, values := range res.Header {
		out.MultiValueHeaders[name] = values
		if n := len(values); n > 0 {
			out.Headers[name] = values[n-1]
		}
	}
	return out, nil
}

// headers joins the two forms of headers; the one with lists goes first.
func headers(single map[string]string, multi map[string][]string) http.Header {
	h := http.Header{}
	for name, v := range single {
		h.Set(name, v)
	}
	for name, vs := range multi {
		h[http.CanonicalHeaderKey(name)] = vs
	}
	return h
}

// TestInvokeAuthorizer runs an authorizer of an API as it is edited.
func (s *Service) TestInvokeAuthorizer(ctx context.Context, in *api.TestInvokeAuthorizerRequest) (*api.TestInvokeAuthorizerResponse, error) {
	if s.authorizers == nil {
		return nil, awserr.Unimplemented(service, "TestInvokeAuthorizer")
	}
	st, err := s.testStage(ctx, in.RestApiId, in.StageVariables, func(r kv.Reader, sp space) error {
		_, err := load[api.Authorizer](r, sp.draft(*in.RestApiId).key(ofAuthorizer, *in.AuthorizerId), noAuthorizer())
		return err
	})
	if err != nil {
		return nil, err
	}
	v, err := s.authorizers.TestAuthorizer(ctx, st, *in.AuthorizerId, str(in.PathWithQueryString), headers(in.Headers, in.MultiValueHeaders), str(in.Body), in.AdditionalContext)
	if err != nil {
		return nil, err
	}
	return &api.TestInvokeAuthorizerResponse{ClientStatus: new(int32(v.Status)), Log: &v.Log, Latency: &v.Latency,
		PrincipalId: filled(&v.PrincipalID), Policy: filled(&v.Policy), Authorization: v.Authorization, Claims: v.Claims}, nil
}

// FlushStageCache drops the cached answers of a stage.
func (s *Service) FlushStageCache(ctx context.Context, in *api.FlushStageCacheRequest) (*wire.Empty, error) {
	if s.caches == nil {
		return nil, awserr.Unimplemented(service, "FlushStageCache")
	}
	if _, err := read[api.Stage](ctx, s.store, spaceOf(ctx).stage(*in.RestApiId, *in.StageName), noStage()); err != nil {
		return nil, err
	}
	return &wire.Empty{}, s.caches.FlushResponses(ctx, *in.RestApiId, *in.StageName)
}

// FlushStageAuthorizersCache drops the cached verdicts of a stage's authorizers.
func (s *Service) FlushStageAuthorizersCache(ctx context.Context, in *api.FlushStageAuthorizersCacheRequest) (*wire.Empty, error) {
	if s.caches == nil {
		return nil, awserr.Unimplemented(service, "FlushStageAuthorizersCache")
	}
	if _, err := read[api.Stage](ctx, s.store, spaceOf(ctx).stage(*in.RestApiId, *in.StageName), noStage()); err != nil {
		return nil, err
	}
	return &wire.Empty{}, s.caches.FlushAuthorizers(ctx, *in.RestApiId, *in.StageName)
}
