//go:build e2e

package security

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// raw sends bytes and returns the answers' status lines and all that came, until
// the server closes or nothing comes for a moment.
func (h *host) raw(request string) (statuses []string, all string) {
	h.t.Helper()
	c := must(net.Dial("tcp", h.addr))(h.t)
	defer c.Close()
	c.SetDeadline(time.Now().Add(3 * time.Second))
	if _, err := io.WriteString(c, request); err != nil {
		return nil, err.Error()
	}
	in := bufio.NewReader(c)
	var seen strings.Builder
	for {
		c.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return statuses, seen.String()
		}
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
		statuses = append(statuses, resp.Status[:3])
		seen.WriteString(resp.Status + "\n" + string(body) + "\n")
	}
}

// A request that two parsers could read in two ways is refused, and nothing
// after it on its connection is taken for another one.
func TestSmuggling(t *testing.T) {
	h := serve(t)
	const hidden = "POST /_gatehouse/clock HTTP/1.1\r\nHost: localhost\r\nContent-Length: 17\r\n\r\n{\"advance\":\"9h\"}\n"
	for name, head := range map[string]string{
		"both lengths":             "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"two lengths":              "Content-Length: 0\r\nContent-Length: 4\r\n\r\n",
		"list of lengths":          "Content-Length: 0, 4\r\n\r\n",
		"signed length":            "Content-Length: +4\r\n\r\n",
		"negative length":          "Content-Length: -1\r\n\r\n",
		"hexadecimal length":       "Content-Length: 0x4\r\n\r\n",
		"huge length":              "Content-Length: 99999999999999999999\r\n\r\n",
		"two encodings":            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
		"unknown encoding":         "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"odd encoding":             "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"encoding and a tab":       "Transfer-Encoding:\tchunked;x\r\n\r\n0\r\n\r\n",
		"space before the colon":   "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
		"continued line":           "X-A: 1\r\n Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n chunked, x\r\n\r\n0\r\n\r\n",
		"null in a name":           "X-\x00A: 1\r\nContent-Length: 0\r\n\r\n",
		"line end in a name":       "X-A\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"no name":                  ": x\r\nContent-Length: 0\r\n\r\n",
		"two hosts":                "Host: evil.example\r\nContent-Length: 0\r\n\r\n",
		"bad chunk size":           "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
		"chunk size with a prefix": "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
		"chunk size over 64 bits":  "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n",
		"chunk without its end":    "Transfer-Encoding: chunked\r\n\r\n1\r\nxx0\r\n\r\n",
		"chunk ended by LF":        "Transfer-Encoding: chunked\r\n\r\n1\nx\n0\n\n",
		"endless chunk extension":  "Transfer-Encoding: chunked\r\n\r\n0;" + strings.Repeat("x", 20_000) + "\r\n\r\n",
	} {
		statuses, all := h.raw("POST /nowhere HTTP/1.1\r\nHost: localhost\r\n" + head + hidden)
		for i, s := range statuses {
			if s[0] != '4' && s[0] != '5' {
				t.Errorf("%s: answer %d is %s", name, i, all)
			}
		}
		if strings.Contains(all, "offset") {
			t.Errorf("%s: the hidden request was served: %s", name, all)
		}
	}
	if _, _, body := h.send("GET", "/_gatehouse/clock", "", ""); !strings.Contains(body, `"offset": "0s"`) {
		t.Errorf("the clock was moved: %s", body)
	}
	if statuses, all := h.raw(strings.Repeat("GET /_gatehouse/health HTTP/1.1\r\nHost: localhost\r\n\r\n", 50)); len(statuses) != 50 {
		t.Errorf("honest pipelining: %d answers: %.300s", len(statuses), all)
	}
}

// No spelling of a path or host leads past the guard of own endpoints, and who
// calls an API by its name reaches nothing else.
func TestNamesAndPaths(t *testing.T) {
	h := serve(t)
	g := h.gate("g")
	if err := g.method("x", &apigateway.PutIntegrationInput{Type: types.IntegrationTypeMock,
		RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`}}); err != nil {
		t.Fatal(err)
	}
	g.deploy()
	api := g.id + ".execute-api.us-east-1.amazonaws.com"
	paths := []string{"/_gatehouse/clock", "//_gatehouse/clock", "/./_gatehouse/clock", "/_gatehouse//clock", "/_gatehouse/../_gatehouse/clock", "/x/../_gatehouse/clock",
		"/%5fgatehouse/clock", "/_gatehouse%2fclock", "/_gatehouse/%2e%2e/_gatehouse/clock", "/_gatehouse/health/../clock", "/_gatehouse/health/%2e%2e/clock",
		"/_gatehouse/lambda/code/../../clock", "/_gatehouse/lambda/code/%2e%2e/%2e%2e/clock", "/_gatehouse/assets/..%2fclock", "/_GATEHOUSE/clock", "/_gatehouse\\clock",
		"/_gatehouse/clock/", "/_gatehouse/clock;x", "/_gatehouse/clock%00", "/dev/../_gatehouse/clock", "/restapis/" + g.id + "/dev/_user_request_/../../../../_gatehouse/clock",
		"/_aws/execute-api/" + g.id + "/dev/%2e%2e/%2e%2e/%2e%2e/%2e%2e/_gatehouse/clock"}
	for _, name := range []string{"evil.example", api, "192.0.2.1", "localhost.evil.example", "evil.example:" + h.port, "127.0.0.1.evil.example"} {
		for _, path := range paths {
			for _, request := range []string{
				"GET " + path + " HTTP/1.1\r\nHost: " + name + "\r\n\r\n",
				"GET http://" + name + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n", // the target's host counts (RFC 9112 section 3.2.2)
				"GET " + path + " HTTP/1.0\r\nHost: " + name + "\r\n\r\n",
			} {
				if statuses, all := h.raw(request + "QUIT\r\n\r\n"); strings.Contains(all, "offset") || len(statuses) == 0 || statuses[0] == "200" {
					t.Errorf("%q: %s", request, all)
				}
			}
		}
	}
	for _, request := range []string{
		"GET /_gatehouse/clock HTTP/1.1\r\n\r\n", // no host
		"GET /_gatehouse/clock HTTP/1.0\r\n\r\n",
		"GET /_gatehouse/clock HTTP/1.1\r\nHost:\r\n\r\n",
		"GET /_gatehouse/clock\r\n\r\n",
		"CONNECT localhost:" + h.port + " HTTP/1.1\r\nHost: localhost\r\n\r\nGET /_gatehouse/clock HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"CONNECT /_gatehouse/clock HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"GET ../_gatehouse/clock HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"GET ?/_gatehouse/clock HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"GET /_gatehouse/clock HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n",
		"GET /_gatehouse/clock HTTP/1.1\r\nHost: evil.example/localhost\r\n\r\n",
	} {
		if _, all := h.raw(request + "QUIT\r\n\r\n"); strings.Contains(strings.SplitN(all, "HTTP/1.1", 2)[0], "offset") {
			t.Errorf("%q: %s", request, all)
		}
	}
	// The same on the API's host must be the API's, whose answer is its own.
	if status, header, body := h.send("GET", "/_gatehouse/clock", api, ""); status != 403 || header.Get("X-Amzn-Errortype") == "" {
		t.Errorf("an own path at an API's name: %d %v %s", status, header, body)
	}
	if status, body := g.call("x"); status != 200 && status != 500 {
		t.Errorf("the API's own path: %d %s", status, body)
	}
	if status, _, body := h.send("GET", "/_gatehouse/clock", "", ""); status != 200 {
		t.Errorf("the machine's user: %d %s", status, body)
	}
	h.alive()
}

// resident is the server's memory, bytes.
func (h *host) resident() int64 {
	h.t.Helper()
	text := must(os.ReadFile(fmt.Sprintf("/proc/%d/statm", h.cmd.Process.Pid)))(h.t)
	var size, pages int64
	fmt.Sscan(string(text), &size, &pages)
	return pages * int64(os.Getpagesize())
}

// Floods of headers and bodies are cut off; meanwhile memory stays in bounds and
// others are served.
func TestFloods(t *testing.T) {
	if _, err := os.Stat("/proc/self/statm"); err != nil {
		t.Skip("needs /proc, to see the server's memory")
	}
	h := serve(t)
	g := h.gate("g")
	if err := g.method("x", &apigateway.PutIntegrationInput{Type: types.IntegrationTypeMock}); err != nil {
		t.Fatal(err)
	}
	g.deploy()
	api := g.id + ".execute-api.us-east-1.amazonaws.com"
	before := h.resident()
	var peak int64
	stop, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", h.cmd.Process.Pid))
				var size, pages int64
				fmt.Sscan(string(text), &size, &pages)
				peak = max(peak, pages*int64(os.Getpagesize()))
			}
		}
	}()

	heads := map[string]string{
		"api gateway data": "POST /dev/x HTTP/1.1\r\nHost: " + api + "\r\n",
		"cognito token":    "POST /_aws/cognito-idp/none/oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n",
		"health":           "POST /_gatehouse/health HTTP/1.1\r\nHost: localhost\r\n",
		"clock":            "POST /_gatehouse/clock HTTP/1.1\r\nHost: localhost\r\n",
		"asset":            "PUT /_gatehouse/assets/" + sum("") + " HTTP/1.1\r\nHost: localhost\r\n",
		"sms":              "DELETE /_gatehouse/sms HTTP/1.1\r\nHost: localhost\r\n",
		"lambda":           "POST /2015-03-31/functions HTTP/1.1\r\nHost: lambda.us-east-1.amazonaws.com\r\n",
		"sns":              "POST / HTTP/1.1\r\nHost: sns.us-east-1.amazonaws.com\r\n",
		"nothing":          "POST / HTTP/1.1\r\nHost: localhost\r\n",
		"issuer":           "POST /us-east-1_abcdefghi/.well-known/jwks.json HTTP/1.1\r\nHost: localhost\r\n",
		"cognito api":      "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth\r\n",
		"lambda, with a key that exists": "POST /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\nX-Amz-Date: " + time.Now().UTC().Format("20060102T150405Z") +
			"\r\nAuthorization: AWS4-HMAC-SHA256 Credential=test/" + time.Now().UTC().Format("20060102") + "/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + sum("") + "\r\n",
	}
	block := strings.Repeat("x", 64<<10)
	chunk := fmt.Sprintf("%x\r\n%s\r\n", len(block), block)
	var wg sync.WaitGroup
	for name, head := range heads {
		times, most := 3, 40<<20
		if strings.HasPrefix(name, "lambda, with") {
			times, most = 1, 110<<20 // it may send 70 MB
		}
		for range times {
			wg.Go(func() {
				sent, status := flood(h.addr, head+"Transfer-Encoding: chunked\r\n\r\n", chunk, 100<<20)
				if status != "" && (status[0] == '2' || status[0] == '5' && name != "api gateway data") {
					t.Errorf("%s: %s", name, status)
				}
				if sent > most {
					t.Errorf("%s: %d MB were taken", name, sent>>20)
				}
			})
		}
	}
	for range 50 { // headers without an end, and many of them
		wg.Go(func() {
			sent, status := flood(h.addr, "GET / HTTP/1.1\r\nHost: localhost\r\n", "X-Header: "+block[:4000]+"\r\n", 10<<20)
			if sent > 6<<20 || status != "" && status != "431" {
				t.Errorf("headers: %d KB were taken, %s", sent>>10, status)
			}
		})
	}
	announced := make([]net.Conn, 0, 200) // bodies that are announced and do not come
	for range cap(announced) {
		c, err := net.Dial("tcp", h.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "%sContent-Length: 70000000\r\n\r\nx", heads["lambda, with a key that exists"])
		announced = append(announced, c)
	}
	for range 10 {
		h.alive()
		time.Sleep(50 * time.Millisecond)
	}
	wg.Wait()
	close(stop)
	<-watched
	if grown := (peak - before) >> 20; grown > 400 {
		t.Errorf("the server's memory grew by %d MB", grown)
	} else {
		t.Logf("the server's memory grew by %d MB", grown)
	}
	h.alive()
}

// flood sends a head and then a part again and again; it returns how much was
// taken and the status of an answer, if one came.
func flood(addr, head, part string, most int) (sent int, status string) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return 0, err.Error()
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	answered := make(chan string, 1)
	go func() {
		b := make([]byte, 16)
		n, _ := io.ReadAtLeast(c, b, 12)
		if n < 12 {
			answered <- ""
			return
		}
		answered <- string(b[9:12])
		io.Copy(io.Discard, c)
	}()
	io.WriteString(c, head)
	for sent < most {
		n, err := io.WriteString(c, part)
		sent += n
		if err != nil {
			break
		}
	}
	c.(*net.TCPConn).CloseWrite()
	select {
	case status = <-answered:
	case <-time.After(5 * time.Second):
	}
	return sent, status
}

// Who sends headers slowly is cut off and holds nobody up.
func TestSlowHeaders(t *testing.T) {
	h := serve(t)
	for range 200 {
		c := must(net.Dial("tcp", h.addr))(t)
		defer c.Close()
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: ")
	}
	h.alive()
	c := must(net.Dial("tcp", h.addr))(t)
	defer c.Close()
	began := time.Now()
	c.SetDeadline(began.Add(30 * time.Second))
	io.WriteString(c, "GET / HTTP/1.1\r\n")
	if _, err := io.ReadAll(c); err != nil || time.Since(began) > 20*time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
	h.alive()
}
