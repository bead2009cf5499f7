package execute

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/upstream"
)

// mockMethod is an open MOCK method.
func mockMethod(name, template string, responses map[string]api.IntegrationResponse, change ...func(*api.Method)) api.Method {
	m := api.Method{HttpMethod: new(name), AuthorizationType: new("NONE"), MethodIntegration: &api.Integration{Type: new("MOCK"),
		RequestTemplates: map[string]string{"application/json": template}, IntegrationResponses: responses,
		PassthroughBehavior: new("WHEN_NO_MATCH")}}
	for _, c := range change {
		c(&m)
	}
	return declare(m)
}

// declare gives a method the method responses that its integration refers to.
func declare(m api.Method) api.Method {
	m.MethodResponses = map[string]api.MethodResponse{}
	for status := range m.MethodIntegration.IntegrationResponses {
		m.MethodResponses[status] = api.MethodResponse{StatusCode: new(status)}
	}
	return m
}

func withHTTP(o *Options) { o.Upstream = upstream.New(upstream.Options{Clock: &clock.Clock{}}) }

const internalBody = `{"message": "Internal server error"}`

func TestMock(t *testing.T) {
	ok := api.IntegrationResponse{StatusCode: new("200"), ResponseTemplates: map[string]string{"application/json": `{"hello":"$input.params('name')"}`, "text/plain": "plain"},
		ResponseParameters: map[string]string{"method.response.header.Access-Control-Allow-Origin": "'*'", "method.response.header.X-Stage": "context.stage",
			"method.response.header.X-Color": "stageVariables.color", "method.response.header.X-Agent": "method.request.header.X-In"}}
	teapot := api.IntegrationResponse{StatusCode: new("418"), SelectionPattern: new("4\\d{2}"), ResponseTemplates: map[string]string{"application/json": "short and stout"}}
	responses := map[string]api.IntegrationResponse{"200": ok, "418": teapot}
	undeclared := mockMethod("PUT", `{"statusCode":200}`, responses)
	undeclared.MethodResponses = nil
	st := newStage(res("/a", mockMethod("GET", `{"statusCode": 200}`, responses), mockMethod("POST", `{"statusCode": $input.json('$.code')}`, responses)),
		res("/loose", mockMethod("GET", `{statusCode: 404}`, responses)),
		res("/bad", mockMethod("GET", `{}`, responses)),
		res("/broken", mockMethod("GET", `#if(`, responses)),
		res("/undeclared", mockMethod("GET", `{"statusCode":200}`, responses, func(m *api.Method) { m.MethodIntegration.IntegrationResponses = nil }), undeclared),
		res("/nodefault", mockMethod("GET", `{"statusCode":200}`, map[string]api.IntegrationResponse{"418": teapot})),
		res("/never", mockMethod("POST", `{"statusCode":200}`, responses, func(m *api.Method) { m.MethodIntegration.PassthroughBehavior = new("NEVER") })),
		res("/override", mockMethod("GET", `{"statusCode":200}`, map[string]api.IntegrationResponse{"200": {ResponseTemplates: map[string]string{
			"application/json": `#set($context.responseOverride.status = 202)#set($context.responseOverride.header.X-Over = "y")$context.resourcePath $context.identity.sourceIp $context.nothing|$stageVariables.none|`}}})))
	st.Stage.Variables = map[string]string{"color": "red"}
	f := newFixture(t, st)

	a := f.do("GET", "/a?name=Ann", "", "X-In", "i")
	f.want(a, 200, "", `{"hello":"Ann"}`)
	for name, want := range map[string]string{"Access-Control-Allow-Origin": "*", "X-Stage": "dev", "X-Color": "red", "X-Agent": "i", "Content-Type": "application/json"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if a = f.do("GET", "/a", "", "Accept", "text/plain"); a.body != "plain" || a.header.Get("Content-Type") != "text/plain" {
		t.Errorf("answer is %+v", a)
	}
	f.want(f.do("POST", "/a", `{"code":418}`), 418, "", "short and stout")
	f.want(f.do("POST", "/a", `{"code":200}`, "Content-Type", "application/json; charset=utf-8"), 200, "", `{"hello":""}`)
	f.want(f.do("POST", "/a", `{code`), 400, "BadRequestException", `{"message": "Could not parse request body into json"}`)
	f.want(f.do("GET", "/loose", ""), 418, "", "short and stout")
	for _, path := range []string{"/bad", "/broken", "/nodefault"} {
		f.want(f.do("GET", path, ""), 500, "InternalServerErrorException", internalBody)
	}
	f.want(f.do("PUT", "/undeclared", ""), 500, "InternalServerErrorException", internalBody)
	f.want(f.do("GET", "/undeclared", ""), 500, "InternalServerErrorException", internalBody)
	f.want(f.do("POST", "/never", "x", "Content-Type", "text/csv"), 415, "BadRequestException", `{"message": "Unsupported Media Type"}`)
	a = f.do("GET", "/override", "")
	f.want(a, 202, "", "/override 127.0.0.1 ||")
	if a.header.Get("X-Over") != "y" {
		t.Errorf("headers are %v", a.header)
	}
}

func TestTemplatesSeeTheRequest(t *testing.T) {
	template := `$input.body|$input.json('$.a')|$input.path('$.list').size()|#foreach($i in $input.path('$.list'))$i;#end|$input.params('id')|$input.params().querystring.q|$input.params().header.get('X-H')|$input.params().path.id|$context.httpMethod|$context.authorizer.claims.sub|$util.escapeJavaScript("a'b")|$input.json('$.none')|$!input.path('$.none')`
	m := mockMethod("POST", `{"statusCode":200}`, map[string]api.IntegrationResponse{"200": {}})
	m.MethodIntegration.Type = new("AWS")
	m.MethodIntegration.HttpMethod = new("POST")
	m.MethodIntegration.Uri = new("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + functionARN + "/invocations")
	m.MethodIntegration.RequestTemplates = map[string]string{"application/json": `#set($t = "` + strings.ReplaceAll(template, `"`, `""`) + `"){"got":"$util.base64Encode($t)"}`}
	f := newFixture(t, newStage(res("/x/{id}", m)))
	f.functions.say(`"done"`)
	if a := f.do("POST", "/x/a%20b?q=1&q=2", `{"a":{"z":1,"b":[1.5,null]},"list":["p","q"]}`, "X-H", "h"); a.status != 200 || a.body != `"done"` {
		t.Fatalf("answer is %+v", a)
	}
	var event struct{ Got []byte }
	if err := json.Unmarshal(f.functions.raw, &event); err != nil {
		t.Fatal(err)
	}
	want := `{"a":{"z":1,"b":[1.5,null]},"list":["p","q"]}|{"z":1,"b":[1.5,null]}|2|p;q;|a b|2|h|a b|POST||a\'b|""|`
	if string(event.Got) != want {
		t.Errorf("template rendered\n%s\nwant\n%s", event.Got, want)
	}
}

func TestLambdaCustom(t *testing.T) {
	m := lambdaMethod("POST", func(m *api.Method) {
		m.MethodIntegration.Type = new("AWS")
		m.MethodIntegration.PassthroughBehavior = new("WHEN_NO_TEMPLATES")
		m.MethodIntegration.IntegrationResponses = map[string]api.IntegrationResponse{
			"200": {ResponseTemplates: map[string]string{"application/json": `{"wrapped":$input.json('$.a')}`}},
			"404": {SelectionPattern: new("Not found.*"), ResponseTemplates: map[string]string{"application/json": `$input.path('$.errorMessage')`},
				ResponseParameters: map[string]string{"method.response.header.X-Why": "integration.response.body.errorType"}},
			"500": {SelectionPattern: new(".+")},
		}
	})
	f := newFixture(t, newStage(res("/a", declare(m))))
	f.functions.say(`{"a":[1]}`)
	f.want(f.do("POST", "/a", `{"in":1}`), 200, "", `{"wrapped":[1]}`)
	if string(f.functions.raw) != `{"in":1}` {
		t.Errorf("the function got %s", f.functions.raw)
	}
	f.want(f.do("POST", "/a", ""), 200, "", `{"wrapped":[1]}`)
	if string(f.functions.raw) != `{}` {
		t.Errorf("the function got %s", f.functions.raw)
	}
	fail := func(text string) {
		f.functions.answer = func(context.Context, []byte) ([]byte, string, error) { return []byte(text), "Unhandled", nil }
	}
	fail(`{"errorMessage":"Not found: x","errorType":"E"}`)
	a := f.do("POST", "/a", "")
	f.want(a, 404, "", "Not found: x")
	if a.header.Get("X-Why") != "E" {
		t.Errorf("headers are %v", a.header)
	}
	fail(`{"errorMessage":"boom"}`)
	f.want(f.do("POST", "/a", ""), 500, "", `{"errorMessage":"boom"}`)
}

// echoServer answers with what it was sent.
func echoServer(t testing.TB) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/slow":
			time.Sleep(300 * time.Millisecond)
		case "/big":
			w.Header().Set("Content-Length", fmt.Sprint(1<<20))
			w.Write(make([]byte, 1<<20))
			return
		case "/huge":
			w.Write(make([]byte, 11<<20))
			return
		case "/error":
			w.Header().Set("X-Detail", "d")
			w.WriteHeader(http.StatusConflict)
			io.WriteString(w, `{"reason":"taken"}`)
			return
		}
		var headers []string
		for name, v := range r.Header {
			headers = append(headers, name+"="+strings.Join(v, ","))
		}
		slices.Sort(headers)
		w.Header().Set("Server", "mine")
		w.Header().Set("X-Out", "o")
		w.Header().Set("Content-Type", "text/x-echo")
		fmt.Fprintf(w, "%s %s\n%s\n%s", r.Method, r.RequestURI, strings.Join(headers, "\n"), b)
	}))
	t.Cleanup(s.Close)
	return s
}

func httpMethod(name, kind, uri string, change ...func(*api.Integration)) api.Method {
	m := api.Method{HttpMethod: new(name), AuthorizationType: new("NONE"), MethodIntegration: &api.Integration{
		Type: new(kind), HttpMethod: new(name), Uri: new(uri), PassthroughBehavior: new("WHEN_NO_MATCH")}}
	for _, c := range change {
		c(m.MethodIntegration)
	}
	return declare(m)
}

func TestHTTPProxy(t *testing.T) {
	s := echoServer(t)
	st := newStage(
		res("/v/{proxy+}", httpMethod("ANY", "HTTP_PROXY", s.URL+"/base/{proxy}?fixed=1", func(in *api.Integration) {
			in.RequestParameters = map[string]string{"integration.request.path.proxy": "method.request.path.proxy",
				"integration.request.header.X-Static": "'s'", "integration.request.header.X-Stage": "context.stage",
				"integration.request.header.X-Var": "stageVariables.v", "integration.request.querystring.q": "method.request.header.X-Q"}
		})),
		res("/plain", httpMethod("GET", "HTTP_PROXY", s.URL+"/plain")),
		res("/var", httpMethod("GET", "HTTP_PROXY", "http://${stageVariables.host}/var")),
		res("/slow", httpMethod("GET", "HTTP_PROXY", s.URL+"/slow", func(in *api.Integration) { in.TimeoutInMillis = new(int32(50)) })),
		res("/big", httpMethod("GET", "HTTP_PROXY", s.URL+"/big"), httpMethod("HEAD", "HTTP_PROXY", s.URL+"/big")),
		res("/huge", httpMethod("GET", "HTTP_PROXY", s.URL+"/huge")),
		res("/down", httpMethod("GET", "HTTP_PROXY", "http://127.0.0.1:1/x")),
		res("/ftp", httpMethod("GET", "HTTP_PROXY", "ftp://x/y")),
		res("/badmap", httpMethod("GET", "HTTP_PROXY", s.URL, func(in *api.Integration) {
			in.RequestParameters = map[string]string{"integration.request.header.Transfer-Encoding": "'chunked'"}
		})))
	st.Stage.Variables = map[string]string{"v": "red", "host": s.Listener.Addr().String()}
	f := newFixture(t, st, withHTTP)

	a := f.do("PUT", "/v/a%20b/c?x=1&y=%26", "body", "X-Q", "a b", "X-In", "1", "Connection", "X-Hop", "X-Hop", "no", "Content-Type", "text/plain", "X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678")
	lines := strings.Split(a.body, "\n")
	if a.status != 200 || lines[0] != "PUT /base/a%20b/c?fixed=1&x=1&y=%26&q=a+b" || lines[len(lines)-1] != "body" {
		t.Errorf("answer is %d %s", a.status, a.body)
	}
	for _, want := range []string{"X-Static=s", "X-Stage=dev", "X-Var=red", "X-In=1", "Content-Type=text/plain", "X-Amzn-Apigateway-Api-Id=abc123",
		"X-Forwarded-For=127.0.0.1", "X-Amzn-Trace-Id=Root=1-67891233-abcdef012345678912345678", "Accept=application/json"} {
		if !slices.Contains(lines, want) {
			t.Errorf("the endpoint got no %s in %s", want, a.body)
		}
	}
	if strings.Contains(a.body, "X-Hop") {
		t.Error("a hop-by-hop header was passed on")
	}
	if a.header.Get("X-Amzn-Remapped-Server") != "mine" || a.header.Get("X-Out") != "o" || a.header.Get("Content-Type") != "text/x-echo" || a.header.Get("X-Amzn-Remapped-Date") == "" {
		t.Errorf("headers are %v", a.header)
	}
	if a := f.do("GET", "/plain?z=1", ""); !strings.HasPrefix(a.body, "GET /plain?z=1\n") {
		t.Errorf("answer is %+v", a)
	}
	if a := f.do("GET", "/var", ""); a.status != 200 {
		t.Errorf("answer is %+v", a)
	}
	if a := f.do("GET", "/big", ""); a.status != 200 || len(a.body) != 1<<20 {
		t.Errorf("status %d, %d bytes", a.status, len(a.body))
	}
	if a := f.do("HEAD", "/big", ""); a.status != 200 || a.body != "" {
		t.Errorf("answer is %+v", a)
	}
	f.want(f.do("GET", "/slow", ""), 504, "InternalServerErrorException", `{"message": "Endpoint request timed out"}`)
	f.want(f.do("GET", "/down", ""), 504, "InternalServerErrorException", `{"message": "Network error communicating with endpoint"}`)
	f.want(f.do("GET", "/huge", ""), 502, "InternalServerErrorException", internalBody)
	f.want(f.do("GET", "/ftp", ""), 500, "InternalServerErrorException", internalBody)
	f.want(f.do("GET", "/badmap", ""), 500, "InternalServerErrorException", internalBody)
}

func TestHTTPCustom(t *testing.T) {
	s := echoServer(t)
	responses := func(in *api.Integration) {
		in.IntegrationResponses = map[string]api.IntegrationResponse{
			"200": {ResponseParameters: map[string]string{"method.response.header.X-Mapped": "integration.response.header.X-Out"}},
			"409": {SelectionPattern: new("4.."), ResponseTemplates: map[string]string{"application/json": `$input.path('$.reason')`},
				ResponseParameters: map[string]string{"method.response.header.X-Detail": "integration.response.header.x-detail"}},
		}
		in.RequestTemplates = map[string]string{"application/json": `#set($context.requestOverride.header.X-Over = "o")#set($context.requestOverride.querystring.oq = "1")made of $input.body`}
		in.RequestParameters = map[string]string{"integration.request.header.X-B": "method.request.body.a.b", "integration.request.header.X-M": "method.request.multivalueheader.X-Multi"}
	}
	f := newFixture(t, newStage(res("/a", httpMethod("POST", "HTTP", s.URL+"/a", responses)), res("/error", httpMethod("POST", "HTTP", s.URL+"/error", responses))), withHTTP)
	a := f.do("POST", "/a?dropped=1", `{"a":{"b":"deep"}}`, "X-Secret", "s", "X-Multi", "1", "X-Multi", "2")
	lines := strings.Split(a.body, "\n")
	if a.status != 200 || lines[0] != "POST /a?oq=1" || lines[len(lines)-1] != `made of {"a":{"b":"deep"}}` || strings.Contains(a.body, "X-Secret") {
		t.Errorf("answer is %+v", a)
	}
	for _, want := range []string{"X-Over=o", "X-B=deep", "X-M=1,2", "User-Agent=AmazonAPIGateway_abc123"} {
		if !slices.Contains(lines, want) {
			t.Errorf("the endpoint got no %s in %s", want, a.body)
		}
	}
	if a.header.Get("X-Mapped") != "o" || a.header.Get("X-Out") != "" {
		t.Errorf("headers are %v", a.header)
	}
	a = f.do("POST", "/error", `{}`)
	f.want(a, 409, "", "taken")
	if a.header.Get("X-Detail") != "d" {
		t.Errorf("headers are %v", a.header)
	}
}

func TestValidators(t *testing.T) {
	m := lambdaMethod("POST", func(m *api.Method) {
		m.RequestValidatorId = new("v1")
		m.RequestParameters = map[string]bool{"method.request.querystring.q": true, "method.request.header.X-H": true, "method.request.header.X-Opt": false, "method.request.path.id": true}
		m.RequestModels = map[string]string{"application/json": "Sms"}
	})
	broken := lambdaMethod("PUT", func(m *api.Method) {
		m.RequestValidatorId, m.RequestModels = new("v1"), map[string]string{"application/json": "Nowhere"}
	})
	st := newStage(res("/a/{id}", m, broken))
	st.API.Validators = []api.RequestValidator{{Id: new("v1"), ValidateRequestBody: new(true), ValidateRequestParameters: new(true)}}
	st.API.Models = []api.Model{
		{Name: new("Sms"), Schema: new(`{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","required":["phone"],"properties":{"phone":{"$ref":"https://apigateway.amazonaws.com/restapis/abc123/models/Phone"},"n":{"type":"integer","minimum":0,"exclusiveMinimum":true}}}`)},
		{Name: new("Phone"), Schema: new(`{"type":"string","pattern":"^\\+[0-9]+$"}`)},
	}
	st.API.GatewayResponses = []api.GatewayResponse{{ResponseType: new("BAD_REQUEST_BODY"), ResponseTemplates: map[string]string{"application/json": `{"m":$context.error.messageString,"v":"$context.error.validationErrorString"}`}}}
	f := newFixture(t, st)
	f.functions.say(`{}`)
	f.want(f.do("POST", "/a/1", ""), 400, "BadRequestException", `{"message": "Missing required request parameters: [X-H, q]"}`)
	f.want(f.do("POST", "/a/1?q=", "", "X-H", "1"), 400, "BadRequestException", `{"message": "Missing required request parameters: [q]"}`)
	bad := func(body, validation string) {
		t.Helper()
		f.want(f.do("POST", "/a/1?q=1", body, "X-H", "1"), 400, "BadRequestException", `{"m":"Invalid request body","v":"[`+validation+`]"}`)
	}
	bad(`{}`, "/ violates required")
	bad(``, "/ violates required")
	bad(`{"phone":"12"}`, "/phone violates pattern")
	bad(`{"phone":"+12","n":0}`, "/n violates exclusiveMinimum")
	bad(`{`, "the body is not JSON")
	if f.functions.calls != 0 {
		t.Error("the function was invoked")
	}
	if a := f.do("POST", "/a/1?q=1", `{"phone":"+12"}`, "X-H", "1"); a.status != 200 {
		t.Errorf("answer is %+v", a)
	}
	if a := f.do("POST", "/a/1?q=1", `not checked`, "X-H", "1", "Content-Type", "text/plain"); a.status != 200 {
		t.Errorf("answer is %+v", a)
	}
	f.want(f.do("PUT", "/a/1", "{}"), 500, "InternalServerErrorException", internalBody)
}

func TestGatewayResponses(t *testing.T) {
	st := newStage(res("/a", lambdaMethod("GET", func(m *api.Method) { m.AuthorizationType = new("CUSTOM") })), res("/k", lambdaMethod("GET", func(m *api.Method) { m.ApiKeyRequired = new(true) })))
	st.API.GatewayResponses = []api.GatewayResponse{
		{ResponseType: new("DEFAULT_4XX"), ResponseParameters: map[string]string{"gatewayresponse.header.Access-Control-Allow-Origin": "'*'", "gatewayresponse.header.X-Echo": "method.request.header.X-In"},
			ResponseTemplates: map[string]string{"application/json": `{"type":"$context.error.responseType","id":"$context.requestId","text":$context.error.messageString,"none":"$context.nothing"}`, "text/html": "<p>$context.error.message</p>"}},
		{ResponseType: new("AUTHORIZER_CONFIGURATION_ERROR"), StatusCode: new("503")},
		{ResponseType: new("INVALID_API_KEY"), DefaultResponse: new(true), StatusCode: new("200")},
	}
	f := newFixture(t, st)
	a := f.do("GET", "/none", "", "X-In", "i")
	f.want(a, 403, "MissingAuthenticationTokenException", `{"type":"MISSING_AUTHENTICATION_TOKEN","id":"`+a.header.Get("X-Amzn-Requestid")+`","text":"Missing Authentication Token","none":"$context.nothing"}`)
	if a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("X-Echo") != "i" {
		t.Errorf("headers are %v", a.header)
	}
	if a := f.do("GET", "/none", "", "Accept", "text/html"); a.body != "<p>Missing Authentication Token</p>" || a.header.Get("Content-Type") != "text/html" {
		t.Errorf("answer is %+v", a)
	}
	f.want(f.do("GET", "/a", ""), 503, "AuthorizerConfigurationException", `{"message":null}`)
	if a := f.do("GET", "/k", ""); a.status != 403 {
		t.Errorf("answer is %+v", a)
	}
}

func TestAPIKeysAndThrottling(t *testing.T) {
	st := newStage(res("/k", lambdaMethod("GET", func(m *api.Method) { m.ApiKeyRequired = new(true) })), res("/t", lambdaMethod("GET")), res("/closed", lambdaMethod("GET")))
	st.Stage.MethodSettings = map[string]api.MethodSetting{
		"~1t/GET":    {ThrottlingBurstLimit: new(int32(2)), ThrottlingRateLimit: new(0.001)},
		"closed/GET": {ThrottlingBurstLimit: new(int32(0)), ThrottlingRateLimit: new(10.0)},
		"*/*":        {ThrottlingBurstLimit: new(int32(-1)), ThrottlingRateLimit: new(-1.0)},
	}
	f := newFixture(t, st)
	f.functions.say(`{}`)
	f.want(f.do("GET", "/k", ""), 403, "ForbiddenException", `{"message":"Forbidden"}`)
	f.want(f.do("GET", "/k", "", "X-Api-Key", "wrong"), 403, "ForbiddenException", `{"message":"Forbidden"}`)
	if a := f.do("GET", "/k", "", "X-Api-Key", "secret-key"); a.status != 200 {
		t.Errorf("answer is %+v", a)
	}
	for i := range 3 {
		a := f.do("GET", "/t", "")
		if i < 2 && a.status != 200 {
			t.Errorf("call %d: %+v", i, a)
		}
		if i == 2 {
			f.want(a, 429, "TooManyRequestsException", `{"message":"Too Many Requests"}`)
		}
	}
	f.clock.Advance(1000 * time.Second)
	if a := f.do("GET", "/t", ""); a.status != 200 {
		t.Errorf("after a while: %+v", a)
	}
	f.want(f.do("GET", "/closed", ""), 429, "TooManyRequestsException", `{"message":"Too Many Requests"}`)
}

func TestResourcePolicy(t *testing.T) {
	policy := func(statement string) string { return `{"Version":"2012-10-17","Statement":[` + statement + `]}` }
	allow := `{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"}`
	denied := `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********0000:abc123/dev/GET/a`
	for name, tt := range map[string]struct {
		policy string
		status int
		body   string
	}{
		"allow":         {policy(allow), 200, ""},
		"escaped":       {strings.ReplaceAll(policy(allow), `"`, `\"`), 200, ""},
		"other address": {policy(strings.Replace(allow, "}", `,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}`, 1)), 403, denied + `"}`},
		"this address":  {policy(strings.Replace(allow, "}", `,"Condition":{"IpAddress":{"aws:SourceIp":"127.0.0.1"}}}`, 1)), 200, ""},
		"deny":          {policy(allow + `,{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/dev/GET/a"}`), 403, denied + ` with an explicit deny"}`},
		"other method":  {policy(strings.Replace(allow, "/*", "/dev/POST/*", 1)), 403, denied + `"}`},
		"malformed":     {`{"Version":"2012-10-17"`, 403, denied + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStage(res("/a", lambdaMethod("GET")))
			st.API.RestAPI.Policy = new(tt.policy)
			f := newFixture(t, st)
			f.functions.say(`{}`)
			errorType := ""
			if tt.status != 200 {
				errorType = "AccessDeniedException"
			}
			f.want(f.do("GET", "/a", ""), tt.status, errorType, tt.body)
		})
	}
}

func TestCompression(t *testing.T) {
	st := newStage(res("/a", lambdaMethod("GET")))
	st.API.RestAPI.MinimumCompressionSize = new(int32(100))
	f := newFixture(t, st)
	f.functions.say(`{"body":"` + strings.Repeat("x", 200) + `"}`)
	if a := f.do("GET", "/a", "", "Accept-Encoding", "br, gzip;q=0.5"); a.header.Get("Content-Encoding") != "gzip" || len(a.body) > 100 {
		t.Errorf("answer is %+v", a)
	}
	for _, accept := range []string{"", "br", "gzip;q=0", "gzip; q=0.0"} {
		if a := f.do("GET", "/a", "", "Accept-Encoding", accept); a.header.Get("Content-Encoding") != "" || len(a.body) != 200 {
			t.Errorf("Accept-Encoding %q: %+v", accept, a.header)
		}
	}
	f.functions.say(`{"body":"short"}`)
	if a := f.do("GET", "/a", "", "Accept-Encoding", "gzip"); a.body != "short" {
		t.Errorf("answer is %+v", a)
	}
}

func TestAccessLog(t *testing.T) {
	st := newStage(res("/a", lambdaMethod("GET")))
	st.Stage.AccessLogSettings = &api.AccessLogSettings{DestinationArn: new("arn:aws:logs:us-east-1:000000000000:log-group:access:*"),
		Format: new(`$context.httpMethod $context.resourcePath $context.status $context.authorizer.principalId $context.responseLength $context.error.responseType`)}
	f := newFixture(t, st)
	f.functions.say(`{"statusCode":201,"body":"abc"}`)
	f.do("GET", "/a", "")
	f.do("GET", "/b", "")
	want := []string{"access abc123_dev GET /a 201 - 3 -", "access abc123_dev GET - 403 - 42 MISSING_AUTHENTICATION_TOKEN"}
	if got := f.logs.all(); !slices.Equal(got, want) {
		t.Errorf("lines are %q", got)
	}
}

func FuzzRouter(f *testing.F) {
	root := &node{}
	for _, p := range []string{"/", "/a", "/a/{b}", "/a/{b}/c", "/{x}/c", "/p/{q+}"} {
		root.insert(p, &resource{path: p})
	}
	for _, seed := range []string{"", "/", "/a/b/c", "/a//c", "/p/x/y/", "/%61", "/x/c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		r, params := root.find(path, nil)
		if r == nil {
			return
		}
		// The resource's path with its parameters filled in is the path.
		filled := r.path
		for _, p := range params {
			filled = strings.NewReplacer("{"+p.name+"}", p.value, "{"+p.name+"+}", p.value).Replace(filled)
		}
		decoded := func(s string) string {
			parts := strings.Split(strings.TrimPrefix(s, "/"), "/")
			for i := range parts {
				parts[i] = decodeSegment(parts[i])
			}
			return strings.Join(parts, "/")
		}
		if !strings.Contains(path, "{") && decoded(filled) != decoded(strings.TrimSuffix(path, "/")) {
			t.Errorf("%q matches %s with %v", path, r.path, params)
		}
	})
}

// TestMappedHeadersCannotBreakTheRequest maps a body with a line break into a
// header.
func TestMappedHeadersCannotBreakTheRequest(t *testing.T) {
	s := echoServer(t)
	f := newFixture(t, newStage(res("/a", httpMethod("POST", "HTTP", s.URL+"/a", func(in *api.Integration) {
		in.RequestParameters = map[string]string{"integration.request.header.X-B": "method.request.body.a"}
		in.IntegrationResponses = map[string]api.IntegrationResponse{"200": {}}
	}))), withHTTP)
	f.want(f.do("POST", "/a", `{"a":"x\r\nX-Evil: y"}`), 500, "InternalServerErrorException", internalBody)
}
