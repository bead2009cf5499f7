//go:build e2e && linux

package security

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// An API cannot make Gatehouse call itself over loopback, where its connection
// would be taken for the machine's user, however the address is spelled.
func TestIntegrationsCannotReachGatehouse(t *testing.T) {
	names, inside := inNamespace(t) // odd names must not leave this machine as questions
	if !inside {
		return
	}
	h := serve(t)
	g := h.gate("loop")
	var hits atomic.Int64
	var location string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		if r.URL.Path == "/redirect" {
			http.Redirect(w, r, location, http.StatusFound)
		}
	}))
	defer other.Close()
	location = "http://" + h.addr + "/_gatehouse/clock"

	// Spellings that some resolver or parser takes for loopback.
	hosts := []string{"127.0.0.1", "localhost", "LOCALHOST", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]",
		"0.0.0.0", "[::]", "127.1.2.3", "127.255.255.254", "127.1", "0", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.0.0.01",
		"[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "ip6-localhost", "127。0。0。1", "①②⑦.0.0.1", "[::1%25lo]", "[fe80::1%25lo]",
		"resolves.example", "rebind.example", "rebind.example", "rebind.example", "rebind.example"}
	if name, err := os.Hostname(); err == nil && !strings.ContainsAny(name, " {}") {
		hosts = append(hosts, name)
	}
	refusedAtOnce := map[string]bool{}
	for i, name := range hosts {
		if err := g.method(nameOf(t, i), httpProxy("http://"+name+":"+h.port+"/_gatehouse/clock")); err != nil {
			refusedAtOnce[name] = true
		}
	}
	if len(refusedAtOnce) > len(hosts)/2 {
		t.Errorf("hardly any address is taken: %v", refusedAtOnce)
	}
	for name, uri := range map[string]string{"other": other.URL, "redirect": other.URL + "/redirect", "port": "http://127.0.0.1:" + "0" + h.port + "/_gatehouse/clock",
		"userinfo": "http://127.0.0.1:" + h.port + "@" + strings.TrimPrefix(other.URL, "http://")} {
		if err := g.method(name, httpProxy(uri)); err != nil {
			refusedAtOnce[name] = true
		}
	}
	g.deploy()

	for i, name := range hosts {
		if refusedAtOnce[name] {
			continue
		}
		if status, body := g.call(nameOf(t, i)); status < 500 || strings.Contains(body, "offset") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	for _, name := range []string{"port", "userinfo"} {
		if status, body := g.call(name); !refusedAtOnce[name] && (status < 500 || strings.Contains(body, "offset")) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if names.asked.Load() == 0 {
		t.Error("no name was looked up")
	}
	if status, body := g.call("other"); status != 200 || hits.Load() != 1 {
		t.Errorf("another server of this machine: %d %s", status, body)
	}
	if status, body := g.call("redirect"); status != 302 || strings.Contains(body, "offset") {
		t.Errorf("a redirect: %d %s", status, body)
	}
	h.alive()
}

// What a client sends cannot choose where an integration goes to.
func TestClientsCannotChooseTheEndpoint(t *testing.T) {
	h := serve(t)
	g := h.gate("paths")
	var seen atomic.Value
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Store(fmt.Sprintf("%s|%s|%q", r.Host, r.RequestURI, r.Header["X-Smuggled"]))
	}))
	defer other.Close()
	in := httpProxy(other.URL + "/fixed/{path}")
	in.RequestParameters = map[string]string{"integration.request.path.path": "method.request.querystring.p"}
	if err := g.method("at", in); err != nil {
		t.Fatal(err)
	}
	g.deploy()
	want := strings.TrimPrefix(other.URL, "http://") + "|/fixed/"
	for _, p := range []string{"a", "@127.0.0.1:" + h.port, "//127.0.0.1:" + h.port + "/", "x HTTP/1.1\r\nX-Smuggled: 1\r\n\r\nGET /", "a\nb", "a?b=c#d", strconv.Itoa(1), "http://127.0.0.1"} {
		status, _ := g.call("at?p=" + strings.NewReplacer(" ", "%20", "\r", "%0d", "\n", "%0a", "#", "%23", "?", "%3f", "@", "%40").Replace(p))
		got, _ := seen.Load().(string)
		if status == 200 && (!strings.HasPrefix(got, want) || !strings.HasSuffix(got, "|[]") || strings.Contains(got, "\n")) {
			t.Errorf("%q: the endpoint got %s", p, got)
		}
		if status != 200 && status < 400 {
			t.Errorf("%q: %d", p, status)
		}
	}
	if got, _ := seen.Load().(string); got == "" {
		t.Error("nothing came through")
	}
}
