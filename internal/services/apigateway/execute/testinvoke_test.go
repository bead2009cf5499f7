package execute

import (
	"errors"
	"strings"
	"testing"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

func TestTestInvoke(t *testing.T) {
	st := newStage(res("/pets/{id}", lambdaMethod("POST", func(m *api.Method) { m.AuthorizationType = new("CUSTOM"); m.ApiKeyRequired = new(true) })))
	st.Stage.Variables = map[string]string{"v": "1"}
	f := newFixture(t, nil)
	f.functions.say(`{"statusCode":201,"body":"made","headers":{"X-A":"b"}}`)
	req := TestRequest{API: st, ResourceID: "rpetsid", HTTPMethod: "POST", Path: "/pets/7?q=1", Header: map[string][]string{"x-h": {"secret-value"}}, Body: "in"}
	got, err := f.gateway.TestInvoke(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != 201 || got.Body != "made" || got.Header["X-A"][0] != "b" || got.Latency < 0 ||
		!strings.Contains(got.Log, "Method completed with status: 201") || strings.Contains(got.Log, "secret-value") {
		t.Errorf("result is %+v", got)
	}
	e := f.functions.event
	if e["body"] != "in" || toJSON(e["pathParameters"]) != `{"id":"7"}` || toJSON(e["stageVariables"]) != `{"v":"1"}` || e["requestContext"].(map[string]any)["stage"] != "test-invoke-stage" {
		t.Errorf("event is %v", e)
	}
	f.functions.say(`broken`)
	if got, err = f.gateway.TestInvoke(t.Context(), req); err != nil || got.Status != 502 || !strings.Contains(got.Log, "Malformed Lambda proxy response") {
		t.Errorf("result is %+v, %v", got, err)
	}
	for want, change := range map[error]func(*TestRequest){
		ErrNoResource: func(r *TestRequest) { r.ResourceID = "other" },
		ErrNoMethod:   func(r *TestRequest) { r.HTTPMethod = "GET" },
		ErrTestPath:   func(r *TestRequest) { r.Path = "no slash" },
	} {
		r := req
		change(&r)
		if _, err := f.gateway.TestInvoke(t.Context(), r); !errors.Is(err, want) {
			t.Errorf("error is %v, want %v", err, want)
		}
	}
	if st.Stage.StageName == nil || *st.Stage.StageName != "dev" {
		t.Error("the snapshot was changed")
	}
}

func TestTestInvokeReadsStreams(t *testing.T) {
	s := echoServer(t)
	f := newFixture(t, nil, withHTTP)
	got, err := f.gateway.TestInvoke(t.Context(), TestRequest{API: newStage(res("/big", httpMethod("GET", "HTTP_PROXY", s.URL+"/big"))), ResourceID: "rbig", HTTPMethod: "GET"})
	if err != nil || got.Status != 200 || len(got.Body) != 1<<20 {
		t.Errorf("%d bytes, %v", len(got.Body), err)
	}
}
