package execute

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"syscall"
	"testing"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/jwt"
)

// load sends b.N requests over 32 connections, each as one write, and reads the
// answers as cheaply as it can, so that the server is what is measured.
func load(b *testing.B, addr, request string) {
	b.Helper()
	const connections = 32
	var wg sync.WaitGroup
	jobs := make(chan struct{}, 1024)
	for range connections {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		wg.Go(func() {
			in := bufio.NewReader(c)
			for range jobs {
				io.WriteString(c, request)
				resp, err := http.ReadResponse(in, nil)
				if err != nil || resp.StatusCode != 200 {
					b.Errorf("answer %v, %v", resp, err)
					return
				}
				io.Copy(io.Discard, resp.Body)
			}
		})
	}
	b.ResetTimer()
	before := cpuTime()
	for range b.N {
		jobs <- struct{}{}
	}
	close(jobs)
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
	b.ReportMetric(float64(cpuTime()-before)/float64(b.N), "cpu-ns/op")
}

// cpuTime is what this process has used, client and server: on a busy machine
// it tells more than the clock.
func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkGateway compares the gateway with net/http and ReverseProxy doing
// the same.
func BenchmarkGateway(b *testing.B) {
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"hello":"world"}`)
	})
	bare := httptest.NewServer(hello)
	defer bare.Close()
	target, _ := url.Parse(bare.URL)
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: &http.Transport{MaxIdleConnsPerHost: 64}})
	defer proxy.Close()

	cognito := httpMethod("GET", "HTTP_PROXY", bare.URL+"/")
	cognito.AuthorizationType, cognito.AuthorizerId, cognito.AuthorizationScopes = new("COGNITO_USER_POOLS"), new("auth1"), []string{"a/b"}
	st := newStage(res("/mock", mockMethod("GET", `{"statusCode": 200}`, map[string]api.IntegrationResponse{"200": {ResponseTemplates: map[string]string{"application/json": `{"hello":"world"}`}}})),
		res("/proxy", httpMethod("GET", "HTTP_PROXY", bare.URL+"/")), res("/cognito", cognito), res("/lambda", lambdaMethod("GET")))
	st.API.Authorizers = []api.Authorizer{{Id: new("auth1"), Type: new("COGNITO_USER_POOLS"), ProviderARNs: []string{poolARN}}}
	pools := &fixedPools{}
	pools.keys, pools.issuer, _ = fakePools{}.Keys(poolARN)
	f := newFixture(b, st, withHTTP, func(o *Options) { o.Pools = pools })
	f.functions.say(`{"body":"{}"}`)
	token := signed(b, 0, jwt.Claims{"iss": poolIssuer, "token_use": "access", "scope": "a/b", "exp": time.Now().Add(time.Hour).Unix()})

	request := func(path, header string) string {
		return "GET /dev" + path + " HTTP/1.1\r\nHost: abc123.execute-api.localhost\r\nUser-Agent: bench\r\n" + header + "\r\n"
	}
	ours := f.server.Listener.Addr().String()
	for _, c := range []struct{ name, addr, request string }{
		{"bare-net-http", bare.Listener.Addr().String(), request("/", "")},
		{"mock", ours, request("/mock", "")},
		{"ReverseProxy", proxy.Listener.Addr().String(), request("/", "")},
		{"http-proxy", ours, request("/proxy", "")},
		{"http-proxy-cognito", ours, request("/cognito", fmt.Sprintf("Authorization: %s\r\n", token))},
		{"lambda-proxy", ours, request("/lambda", "")},
	} {
		b.Run(c.name, func(b *testing.B) { load(b, c.addr, c.request) })
	}
}

type fixedPools struct {
	keys   *jwt.KeySet
	issuer string
}

func (p *fixedPools) Keys(string) (*jwt.KeySet, string, bool) { return p.keys, p.issuer, true }

// BenchmarkServe is the gateway's own share, without a network.
func BenchmarkServe(b *testing.B) {
	st := newStage(res("/mock", mockMethod("GET", `{"statusCode": 200}`, map[string]api.IntegrationResponse{"200": {ResponseTemplates: map[string]string{"application/json": `{"hello":"world"}`}}})),
		res("/lambda", lambdaMethod("POST")))
	f := newFixture(b, st)
	f.functions.say(`{"statusCode":200,"headers":{"X-A":"b"},"body":"{}"}`)
	for _, c := range []struct{ method, path string }{{"GET", "/mock"}, {"POST", "/lambda"}, {"GET", "/unknown"}} {
		b.Run(c.path[1:], func(b *testing.B) {
			r := httptest.NewRequest(c.method, "http://abc123.execute-api.localhost/dev"+c.path, nil)
			w := &discard{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.header)
				f.gateway.Serve(w, r, "abc123", "dev", c.path)
			}
		})
	}
}

type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}
