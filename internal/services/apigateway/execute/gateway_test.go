package execute

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/jwt"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/snapshot"
)

func TestLocate(t *testing.T) {
	tests := []struct {
		host, path       string
		api, stage, rest string
		ok               bool
	}{
		{"abc.execute-api.us-east-1.amazonaws.com", "/dev/a/b", "abc", "dev", "/a/b", true},
		{"ABC.Execute-Api.us-east-1.amazonaws.com:443", "/dev", "abc", "dev", "", true},
		{"abc.execute-api.localhost:4566", "/dev/", "abc", "dev", "/", true},
		{"abc.execute-api.us-west-2.localhost:4566", "/dev/a%2Fb", "abc", "dev", "/a%2Fb", true},
		{"abc.execute-api.localhost.localstack.cloud:4566", "/dev/x", "abc", "dev", "/x", true},
		{"abc.execute-api.eu-west-1.localhost.localstack.cloud:4566", "/", "abc", "", "", true},
		{"localhost:4566", "/restapis/abc/dev/_user_request_/a/b", "abc", "dev", "/a/b", true},
		{"localhost:4566", "/restapis/abc/dev/_user_request_", "abc", "dev", "", true},
		{"localhost:4566", "/restapis/abc/dev/_user_request_x", "", "", "", false},
		{"localhost:4566", "/restapis/abc/resources", "", "", "", false},
		{"localhost:4566", "/_aws/execute-api/abc/dev/a", "abc", "dev", "/a", true},
		{"localhost:4566", "/_aws/execute-api/", "", "", "", false},
		{"abc.execute-api.evil.example", "/dev", "", "", "", false},
		{"abc.execute-api.a.b.amazonaws.com", "/dev", "", "", "", false},
		{".execute-api.localhost", "/dev", "", "", "", false},
	}
	for _, tt := range tests {
		r, err := http.NewRequest("GET", "http://h"+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = tt.host
		a, s, p, ok := Locate(r)
		if a != tt.api || s != tt.stage || p != tt.rest || ok != tt.ok {
			t.Errorf("%s%s: %q %q %q %v", tt.host, tt.path, a, s, p, ok)
		}
	}
}

func TestRouting(t *testing.T) {
	tests := []struct {
		method, path, resource string
		params                 string
	}{
		{"GET", "", "/", "null"},
		{"GET", "/", "/", "null"},
		{"GET", "/pets", "/pets", "null"},
		{"GET", "/pets/", "/pets", "null"},
		{"GET", "/pets/7", "/pets/{id}", `{"id":"7"}`},
		{"GET", "/pets/mine", "/pets/mine", "null"},
		{"GET", "/pets/a%2Fb%20c", "/pets/{id}", `{"id":"a%2Fb%20c"}`},
		{"GET", "/pets/7/toys", "/pets/{id}/toys", `{"id":"7"}`},
		{"GET", "/pets/mine/toys", "/pets/{id}/toys", `{"id":"mine"}`},
		{"PATCH", "/files/a/b//c", "/files/{path+}", `{"path":"a/b//c"}`},
		{"GET", "/files/a/", "/files/{path+}", `{"path":"a"}`},
		{"GET", "/pets/7/toys/9", "/{proxy+}", `{"proxy":"pets/7/toys/9"}`},
		{"GET", "/unused", "/{proxy+}", `{"proxy":"unused"}`},
		{"HEAD", "/pets", "", ""},
		{"OPTIONS", "/pets", "", ""},
		{"POST", "/pets", "", ""},
		{"GET", "//", "", ""},
	}
	f := newFixture(t, newStage(res("/", lambdaMethod("GET")), res("/pets", lambdaMethod("GET")), res("/pets/{id}", lambdaMethod("GET")),
		res("/pets/mine", lambdaMethod("GET")), res("/pets/{id}/toys", lambdaMethod("GET")), res("/files/{path+}", lambdaMethod("ANY")),
		res("/unused"), res("/{proxy+}", lambdaMethod("GET"))))
	f.functions.say(`{}`)
	for _, tt := range tests {
		f.functions.event = nil
		a := f.do(tt.method, tt.path, "")
		if tt.resource == "" {
			if a.status != 403 || a.header.Get("X-Amzn-Errortype") != "MissingAuthenticationTokenException" || f.functions.event != nil {
				t.Errorf("%s %s: %+v", tt.method, tt.path, a)
			}
			continue
		}
		if a.status != 200 || f.functions.event["resource"] != tt.resource {
			t.Errorf("%s %s: status %d, resource %v", tt.method, tt.path, a.status, f.functions.event["resource"])
			continue
		}
		if got, _ := json.Marshal(f.functions.event["pathParameters"]); string(got) != tt.params {
			t.Errorf("%s %s: parameters %s", tt.method, tt.path, got)
		}
	}
}

func TestUnknownAPIAndPath(t *testing.T) {
	f := newFixture(t, newStage(res("/sms", lambdaMethod("POST"))))
	f.want(f.do("GET", "/nothing", ""), 403, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`)
	f.want(f.do("GET", "/sms", ""), 403, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`)
	for _, path := range []string{"/_aws/execute-api/abc123/prod/sms", "/_aws/execute-api/other/dev/sms"} {
		r, _ := http.NewRequest("POST", f.server.URL+path, nil)
		f.want(f.send(r), 403, "ForbiddenException", `{"message":"Forbidden"}`)
	}
}

func TestEveryAnswerIsIdentified(t *testing.T) {
	f := newFixture(t, newStage(res("/sms", lambdaMethod("POST"))))
	f.functions.say(`{"statusCode":201}`)
	for _, a := range []answer{f.do("POST", "/sms", ""), f.do("GET", "/sms", "")} {
		id := a.header.Get("X-Amzn-Requestid")
		if len(id) != 36 || len(a.header.Get("X-Amz-Apigw-Id")) != 16 || !strings.HasPrefix(a.header.Get("X-Amzn-Trace-Id"), "Root=1-") {
			t.Errorf("headers are %v", a.header)
		}
		tr := f.traces.Get(id)
		if tr == nil || tr.Status != a.status || tr.Kind != "execute-api" {
			t.Errorf("trace is %+v", tr)
		}
	}
}

func TestChangesAreServed(t *testing.T) {
	f := newFixture(t, newStage(res("/a", lambdaMethod("GET"))))
	f.functions.say(`{}`)
	f.do("GET", "/a", "")
	f.do("GET", "/a", "")
	if f.source.loads != 1 {
		t.Errorf("the stage was read %d times", f.source.loads)
	}
	next := newStage(res("/b", lambdaMethod("GET")))
	next.Version = "2"
	f.source.set(next)
	if a, b := f.do("GET", "/a", ""), f.do("GET", "/b", ""); a.status != 403 || b.status != 200 {
		t.Errorf("after the change /a is %d and /b is %d", a.status, b.status)
	}
	f.source.set(nil)
	if a := f.do("GET", "/b", ""); a.status != 403 {
		t.Errorf("after the stage is gone: %d", a.status)
	}
}

// TestReadYourWrites changes a stage under load; each change must be served at
// once.
func TestReadYourWrites(t *testing.T) {
	version := func(i int) *snapshot.Stage {
		st := newStage(res("/a", mockMethod("GET", `{"statusCode":200}`, map[string]api.IntegrationResponse{"200": {ResponseTemplates: map[string]string{"application/json": strconv.Itoa(i)}}})))
		st.Version = strconv.Itoa(i)
		return st
	}
	f := newFixture(t, version(0))
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					f.gateway.stages.get(context.Background(), "abc123", "dev")
				}
			}
		})
	}
	for i := 1; i < 300; i++ {
		f.source.set(version(i))
		st, err := f.gateway.stages.get(t.Context(), "abc123", "dev")
		if err != nil || st.version != strconv.Itoa(i) {
			t.Fatalf("after change %d: version %s, %v", i, st.version, err)
		}
	}
	close(stop)
	wg.Wait()
}

func TestDisabledEndpoint(t *testing.T) {
	st := newStage(res("/a", lambdaMethod("GET")))
	st.API.RestAPI.DisableExecuteApiEndpoint = new(true)
	f := newFixture(t, st)
	f.want(f.do("GET", "/a", ""), 403, "ForbiddenException", `{"message":"Forbidden"}`)
}

func cognitoStage(scopes ...string) *snapshot.Stage {
	m := lambdaMethod("POST", func(m *api.Method) {
		m.AuthorizationType, m.AuthorizerId, m.AuthorizationScopes = new("COGNITO_USER_POOLS"), new("auth1"), scopes
	})
	st := newStage(res("/sms", m))
	st.API.Authorizers = []api.Authorizer{{Id: new("auth1"), Type: new("COGNITO_USER_POOLS"), ProviderARNs: []string{poolARN},
		IdentitySource: new("method.request.header.Authorization")}}
	return st
}

func TestCognitoAuthorizer(t *testing.T) {
	now := time.Now()
	access := func(change ...any) jwt.Claims {
		c := jwt.Claims{"iss": poolIssuer, "token_use": "access", "scope": "sms-api/send other/x", "client_id": "c1", "sub": "c1",
			"exp": now.Add(time.Hour).Unix(), "iat": now.Unix(), "auth_time": now.Unix()}
		for i := 0; i+1 < len(change); i += 2 {
			c[change[i].(string)] = change[i+1]
		}
		return c
	}
	good := signed(t, 0, access())
	id := signed(t, 0, access("token_use", "id", "aud", "c1"))
	unauthorized := `{"message":"Unauthorized"}`
	tests := []struct {
		name   string
		scopes []string
		header []string
		status int
		body   string
	}{
		{"no token", []string{"sms-api/send"}, nil, 401, unauthorized},
		{"access token with the scope", []string{"sms-api/send"}, []string{good}, 200, ""},
		{"Bearer", []string{"sms-api/send"}, []string{"Bearer " + good}, 200, ""},
		{"bearer", []string{"sms-api/send"}, []string{"bearer " + good}, 200, ""},
		{"one of the scopes", []string{"a/b", "other/x"}, []string{good}, 200, ""},
		{"without the scope", []string{"sms-api/admin"}, []string{good}, 401, unauthorized},
		{"part of a scope", []string{"sms-api/sen"}, []string{good}, 401, unauthorized},
		{"ID token where a scope is asked for", []string{"sms-api/send"}, []string{id}, 401, unauthorized},
		{"ID token", nil, []string{id}, 200, ""},
		{"access token without scopes", nil, []string{good}, 401, unauthorized},
		{"no token_use", nil, []string{signed(t, 0, access("token_use", ""))}, 401, unauthorized},
		{"garbage", []string{"sms-api/send"}, []string{"garbage"}, 401, unauthorized},
		{"empty", []string{"sms-api/send"}, []string{"Bearer "}, 401, unauthorized},
		{"two headers", []string{"sms-api/send"}, []string{good, good}, 401, unauthorized},
		{"another pool's", []string{"sms-api/send"}, []string{signed(t, 1, access("iss", otherIss))}, 401, unauthorized},
		{"another key", []string{"sms-api/send"}, []string{signed(t, 1, access())}, 401, unauthorized},
		{"wrong issuer", []string{"sms-api/send"}, []string{signed(t, 0, access("iss", "http://x"))}, 401, unauthorized},
		{"expired", []string{"sms-api/send"}, []string{signed(t, 0, access("exp", now.Add(-time.Second).Unix()))}, 401, `{"message":"The incoming token has expired"}`},
		{"alg none", []string{"sms-api/send"}, []string{base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"k"}`)) + "." + strings.Split(good, ".")[1] + "."}, 401, unauthorized},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, cognitoStage(tt.scopes...))
			f.functions.say(`{"statusCode":200,"body":""}`)
			var header []string
			for _, h := range tt.header {
				header = append(header, "Authorization", h)
			}
			a := f.do("POST", "/sms", "", header...)
			if tt.status == 200 {
				if a.status != 200 || f.functions.calls != 1 {
					t.Fatalf("answer is %+v", a)
				}
				return
			}
			f.want(a, tt.status, "UnauthorizedException", tt.body)
			if f.functions.calls != 0 {
				t.Error("the function was invoked")
			}
			if tr := f.traces.Get(a.header.Get("X-Amzn-Requestid")); tr == nil || strings.Contains(toJSON(tr), good[:40]) {
				t.Errorf("trace is %v", tr)
			}
		})
	}
}

func TestClaimsReachTheFunction(t *testing.T) {
	f := newFixture(t, cognitoStage())
	f.functions.say(`{}`)
	exp := time.Now().Add(time.Hour)
	token := signed(t, 0, jwt.Claims{"iss": poolIssuer, "token_use": "id", "exp": exp.Unix(), "auth_time": 1519252492,
		"email_verified": true, "cognito:groups": []string{"a", "b"}, "address": map[string]any{"x": "<y>"}})
	if a := f.do("POST", "/sms", "", "Authorization", token); a.status != 200 {
		t.Fatalf("answer is %+v", a)
	}
	got := f.functions.event["requestContext"].(map[string]any)["authorizer"].(map[string]any)["claims"].(map[string]any)
	want := map[string]any{"iss": poolIssuer, "token_use": "id", "exp": exp.UTC().Format("Mon Jan 02 15:04:05 UTC 2006"), "auth_time": "1519252492",
		"email_verified": "true", "cognito:groups": "a,b", "address": `{"x":"<y>"}`}
	if toJSON(got) != toJSON(want) {
		t.Errorf("claims are %s", toJSON(got))
	}
}

func TestTokenExpiresByTheClock(t *testing.T) {
	f := newFixture(t, cognitoStage())
	f.functions.say(`{}`)
	token := signed(t, 0, jwt.Claims{"iss": poolIssuer, "token_use": "id", "exp": time.Now().Add(time.Hour).Unix()})
	if a := f.do("POST", "/sms", "", "Authorization", token); a.status != 200 {
		t.Fatalf("answer is %+v", a)
	}
	f.clock.Advance(2 * time.Hour)
	f.want(f.do("POST", "/sms", "", "Authorization", token), 401, "UnauthorizedException", `{"message":"The incoming token has expired"}`)
}

func TestUnknownAuthorizersDeny(t *testing.T) {
	for _, kind := range []string{"AWS_IAM", "CUSTOM", "", "COGNITO_USER_POOLS"} {
		f := newFixture(t, newStage(res("/a", lambdaMethod("GET", func(m *api.Method) { m.AuthorizationType = new(kind) }))))
		f.functions.say(`{}`)
		f.want(f.do("GET", "/a", ""), 500, "AuthorizerConfigurationException", `{"message":null}`)
		if f.functions.calls != 0 {
			t.Errorf("%q let the request through", kind)
		}
	}
}

func TestLambdaEvent(t *testing.T) {
	st := newStage(res("/pets/{id}", lambdaMethod("ANY", func(m *api.Method) { m.OperationName = new("GetPet") })))
	st.Stage.Variables = map[string]string{"color": "red"}
	f := newFixture(t, st)
	f.functions.say(`{"statusCode":200}`)
	a := f.do("POST", "/pets/a%20b?x=1&x=2&y=a+b%26&z", `{"a":"<ü>"}`, "Host", "abc123.execute-api.us-east-1.amazonaws.com",
		"X-Multi", "1", "X-Multi", "2", "Content-Type", "application/json", "X-Forwarded-For", "10.0.0.9")
	if a.status != 403 { // the host names the API, so the path form is not looked at
		t.Fatalf("answer is %+v", a)
	}
	r, _ := http.NewRequest("POST", f.server.URL+"/dev/pets/a%20b?x=1&x=2&y=a+b%26&z", strings.NewReader(`{"a":"<ü>"}`))
	r.Host = "abc123.execute-api.us-east-1.amazonaws.com"
	r.Header = http.Header{"X-Multi": {"1", "2"}, "Content-Type": {"application/json"}, "X-Forwarded-For": {"10.0.0.9"}, "User-Agent": {"test"}}
	if a = f.send(r); a.status != 200 {
		t.Fatalf("answer is %+v", a)
	}
	e := f.functions.event
	rc := e["requestContext"].(map[string]any)
	for _, k := range []string{"requestId", "extendedRequestId", "requestTime", "requestTimeEpoch"} {
		if rc[k] == nil || rc[k] == "" {
			t.Errorf("requestContext.%s is missing", k)
		}
		delete(rc, k)
	}
	for _, k := range []string{"headers", "multiValueHeaders"} {
		delete(e[k].(map[string]any), "X-Amzn-Trace-Id")
		delete(e[k].(map[string]any), "Accept-Encoding")
	}
	want := `{"body":"{\"a\":\"<ü>\"}","headers":{"Content-Type":"application/json","Host":"abc123.execute-api.us-east-1.amazonaws.com","User-Agent":"test","X-Forwarded-For":"10.0.0.9, 127.0.0.1","X-Forwarded-Port":"80","X-Forwarded-Proto":"http","X-Multi":"2"},"httpMethod":"POST","isBase64Encoded":false,` +
		`"multiValueHeaders":{"Content-Type":["application/json"],"Host":["abc123.execute-api.us-east-1.amazonaws.com"],"User-Agent":["test"],"X-Forwarded-For":["10.0.0.9, 127.0.0.1"],"X-Forwarded-Port":["80"],"X-Forwarded-Proto":["http"],"X-Multi":["1","2"]},` +
		`"multiValueQueryStringParameters":{"x":["1","2"],"y":["a b&"],"z":[""]},"path":"/pets/a%20b","pathParameters":{"id":"a%20b"},"queryStringParameters":{"x":"2","y":"a b&","z":""},` +
		`"requestContext":{"accountId":"000000000000","apiId":"abc123","deploymentId":"dep123","domainName":"abc123.execute-api.us-east-1.amazonaws.com","domainPrefix":"abc123","httpMethod":"POST",` +
		`"identity":{"accessKey":null,"accountId":null,"caller":null,"cognitoAuthenticationProvider":null,"cognitoAuthenticationType":null,"cognitoIdentityId":null,"cognitoIdentityPoolId":null,"principalOrgId":null,"sourceIp":"127.0.0.1","user":null,"userAgent":"test","userArn":null},` +
		`"operationName":"GetPet","path":"/dev/pets/a%20b","protocol":"HTTP/1.1","resourceId":"rpetsid","resourcePath":"/pets/{id}","stage":"dev"},"resource":"/pets/{id}","stageVariables":{"color":"red"}}`
	if got := toJSON(e); got != want {
		t.Errorf("event is\n%s\nwant\n%s", got, want)
	}
	if f.functions.source != "arn:aws:execute-api:us-east-1:000000000000:abc123/dev/POST/pets/{id}" || f.functions.arn != functionARN {
		t.Errorf("invoked %s from %s", f.functions.arn, f.functions.source)
	}
}

func TestEventWithoutBodyAndQuery(t *testing.T) {
	f := newFixture(t, newStage(res("/a", lambdaMethod("GET"))))
	f.functions.say(`{}`)
	f.do("GET", "/a", "")
	for _, k := range []string{"body", "queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables"} {
		if v, has := f.functions.event[k]; !has || v != nil {
			t.Errorf("%s is %v, want null", k, v)
		}
	}
}

func TestBinaryBodies(t *testing.T) {
	st := newStage(res("/a", lambdaMethod("POST")))
	st.API.RestAPI.BinaryMediaTypes = []string{"image/png"}
	f := newFixture(t, st)
	f.functions.say(`{"isBase64Encoded":true,"body":"` + base64.StdEncoding.EncodeToString([]byte("\x00\xff")) + `","headers":{"Content-Type":"image/png"}}`)
	a := f.do("POST", "/a", "\x89PNG\xff", "Content-Type", "image/png", "Accept", "image/png,*/*")
	if a.body != "\x00\xff" || f.functions.event["body"] != base64.StdEncoding.EncodeToString([]byte("\x89PNG\xff")) || f.functions.event["isBase64Encoded"] != true {
		t.Errorf("answer is %+v, event %v", a, f.functions.event)
	}
	if a := f.do("POST", "/a", "text\xff", "Content-Type", "text/plain", "Accept", "text/html"); a.body != "AP8=" || f.functions.event["body"] != "text\ufffd" {
		t.Errorf("answer is %+v, event %v", a, f.functions.event)
	}
}

func TestLambdaAnswers(t *testing.T) {
	bad := `{"message": "Internal server error"}`
	tests := []struct {
		answer string
		status int
		body   string
	}{
		{`{"statusCode":201,"body":"hi"}`, 201, "hi"},
		{`{"statusCode":"404","body":null}`, 404, ""},
		{`{}`, 200, ""},
		{`{"headers":null,"multiValueHeaders":null,"statusCode":null}`, 200, ""},
		{`null`, 502, bad}, {``, 502, bad}, {`"text"`, 502, bad}, {`[]`, 502, bad}, {`{} x`, 502, bad},
		{`{"message":"hi"}`, 502, bad},
		{`{"statusCode":200,"body":{"a":1}}`, 502, bad},
		{`{"statusCode":"abc"}`, 502, bad}, {`{"statusCode":1000}`, 502, bad}, {`{"statusCode":200.5}`, 502, bad}, {`{"statusCode":101}`, 502, bad},
		{`{"headers":{"a":{}}}`, 502, bad}, {`{"headers":[]}`, 502, bad}, {`{"multiValueHeaders":{"a":"b"}}`, 502, bad},
		{`{"headers":{"a":"x\r\ny: z"}}`, 502, bad}, {`{"headers":{"a b":"x"}}`, 502, bad},
		{`{"isBase64Encoded":"true"}`, 502, bad},
	}
	f := newFixture(t, newStage(res("/a", lambdaMethod("GET"))))
	for _, tt := range tests {
		f.functions.say(tt.answer)
		errorType := ""
		if tt.status == 502 {
			errorType = "InternalServerErrorException"
		}
		f.want(f.do("GET", "/a", ""), tt.status, errorType, tt.body)
	}
}

func TestLambdaHeaders(t *testing.T) {
	f := newFixture(t, newStage(res("/a", lambdaMethod("GET"))))
	f.functions.say(`{"headers":{"x-one":"1","X-Both":"single","X-Num":5,"X-Bool":true,"Date":"then","Server":"mine","WWW-Authenticate":"Basic","Content-Length":"999","Transfer-Encoding":"chunked","x-amzn-RequestId":"forged"},
		"multiValueHeaders":{"x-both":["a","b"],"Set-Cookie":["c=1","d=2"]},"body":"{}"}`)
	a := f.do("GET", "/a", "")
	for name, want := range map[string]string{"X-One": `["1"]`, "X-Both": `["a","b"]`, "X-Num": `["5"]`, "X-Bool": `["true"]`, "Set-Cookie": `["c=1","d=2"]`,
		"X-Amzn-Remapped-Date": `["then"]`, "X-Amzn-Remapped-Server": `["mine"]`, "X-Amzn-Remapped-Www-Authenticate": `["Basic"]`,
		"X-Amzn-Remapped-Content-Length": `["999"]`, "X-Amzn-Remapped-X-Amzn-Requestid": `["forged"]`, "Content-Type": `["application/json"]`, "Content-Length": `["2"]`} {
		if got := toJSON(a.header[name]); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if len(a.header["X-Amzn-Requestid"]) != 1 || len(a.header["Transfer-Encoding"]) > 0 {
		t.Errorf("headers are %v", a.header)
	}
}

func TestLambdaFailures(t *testing.T) {
	f := newFixture(t, newStage(res("/a", lambdaMethod("GET", func(m *api.Method) { m.MethodIntegration.TimeoutInMillis = new(int32(60)) })),
		res("/get", lambdaMethod("GET", func(m *api.Method) { m.MethodIntegration.HttpMethod = new("GET") })),
		res("/uri", lambdaMethod("GET", func(m *api.Method) { m.MethodIntegration.Uri = new("arn:aws:apigateway:us-east-1:sqs:path/x") })),
		res("/none", lambdaMethod("GET", func(m *api.Method) { m.MethodIntegration = nil }))))
	fail := func(err error, functionError string) {
		f.functions.answer = func(context.Context, []byte) ([]byte, string, error) { return []byte(`{}`), functionError, err }
	}
	internal := `{"message": "Internal server error"}`
	fail(nil, "Unhandled")
	f.want(f.do("GET", "/a", ""), 502, "InternalServerErrorException", internal)
	fail(awserr.Of(awserr.AccessDenied, "no permission"), "")
	f.want(f.do("GET", "/a", ""), 500, "InternalServerErrorException", internal)
	fail(awserr.New(404, "ResourceNotFoundException", "Function not found"), "")
	f.want(f.do("GET", "/a", ""), 500, "InternalServerErrorException", internal)
	fail(awserr.New(429, "TooManyRequestsException", "Rate exceeded"), "")
	f.want(f.do("GET", "/a", ""), 500, "InternalServerErrorException", internal)
	f.functions.answer = func(ctx context.Context, _ []byte) ([]byte, string, error) {
		<-ctx.Done()
		return nil, "", ctx.Err()
	}
	f.want(f.do("GET", "/a", ""), 504, "InternalServerErrorException", `{"message": "Endpoint request timed out"}`)
	fail(nil, "")
	for _, path := range []string{"/get", "/uri", "/none"} {
		f.want(f.do("GET", path, ""), 500, "InternalServerErrorException", internal)
	}
}

func TestStageVariablesInTheURI(t *testing.T) {
	st := newStage(res("/a", lambdaMethod("GET", func(m *api.Method) {
		m.MethodIntegration.Uri = new("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + functionARN + ":${stageVariables.alias}/invocations")
	})))
	st.Stage.Variables = map[string]string{"alias": "live"}
	f := newFixture(t, st)
	f.functions.say(`{}`)
	if a := f.do("GET", "/a", ""); a.status != 200 || f.functions.arn != functionARN+":live" {
		t.Errorf("status %d, invoked %s", a.status, f.functions.arn)
	}
}

func toJSON(v any) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(out.String(), "\n")
}
