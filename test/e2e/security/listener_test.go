//go:build e2e && linux

package security

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/sigv4sign"
)

// rootKey is the root user's own key, from the data directory.
func (h *host) rootKey() key {
	h.t.Helper()
	text := must(os.ReadFile(filepath.Join(h.dir, "root-key")))(h.t)
	var k key
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch name {
		case "AWS_ACCESS_KEY_ID":
			k.id = value
		case "AWS_SECRET_ACCESS_KEY":
			k.secret = h.secret("root user's key", value)
		}
	}
	return k
}

// Off loopback, nobody is trusted for where he is.
func TestListenerBeyondLoopback(t *testing.T) {
	if _, inside := inNamespace(t); !inside {
		return
	}
	for _, listen := range []string{serverIP + ":4599", "0.0.0.0:4599", ":4599"} {
		t.Run(listen, func(t *testing.T) {
			h := serve(t, func(cmd *exec.Cmd) {
				for i, arg := range cmd.Args {
					if arg == "127.0.0.1:0" {
						cmd.Args[i] = listen
					}
				}
			})
			h.addr = serverIP + ":4599"
			k := h.rootKey()
			for _, from := range []string{clientIP, serverIP} {
				client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}).DialContext}}
				do := func(req *http.Request) (int, string) {
					t.Helper()
					resp, err := client.Do(req)
					if err != nil {
						t.Fatal(err)
					}
					defer resp.Body.Close()
					var b bytes.Buffer
					b.ReadFrom(resp.Body)
					return resp.StatusCode, b.String()
				}
				if status, body := do(h.signed(wellKnown, "sts", callerIdentity, time.Now())); status != 403 || !strings.Contains(body, "InvalidClientTokenId") {
					t.Errorf("test/test: %d %s", status, body)
				}
				if status, body := do(h.signed(k, "sts", callerIdentity, time.Now())); status != 200 || !strings.Contains(body, ":root</Arn>") {
					t.Errorf("the root key: %d %s", status, body)
				}
				spoofed := h.signed(wellKnown, "sts", callerIdentity, time.Now())
				spoofed.Host = "localhost:4599"
				spoofed.Header.Set("X-Forwarded-For", "127.0.0.1")
				spoofed.Header.Set("Forwarded", "for=127.0.0.1")
				if status, _ := do(spoofed); status != 403 {
					t.Errorf("test/test that claims to be local: %d", status)
				}
				for _, c := range []struct{ method, path string }{{"GET", "clock"}, {"POST", "clock"}, {"GET", "traces"}, {"GET", "sms"}, {"DELETE", "sms"}, {"GET", "metrics"}, {"GET", "logs"}} {
					own := func(sign *key, name string) int {
						req, _ := http.NewRequestWithContext(t.Context(), c.method, "http://"+h.addr+"/_gatehouse/"+c.path, nil)
						if name != "" {
							req.Host = name
						}
						if sign != nil {
							sigv4sign.Sign(req, sigv4sign.Credentials{AccessKeyID: sign.id, Secret: sign.secret}, region, "gatehouse", sum(""), time.Now())
						}
						status, _ := do(req)
						return status
					}
					for what, got := range map[string]int{"nobody": own(nil, ""), "nobody, as localhost": own(nil, "localhost:4599"), "test/test": own(&wellKnown, "")} {
						if got != 403 {
							t.Errorf("%s %s by %s: %d", c.method, c.path, what, got)
						}
					}
					if got := own(&k, ""); c.path != "logs" && got == 403 {
						t.Errorf("%s %s by the root key: %d", c.method, c.path, got)
					}
				}
				req, _ := http.NewRequestWithContext(t.Context(), "GET", "http://"+h.addr+"/_gatehouse/health", nil)
				if status, body := do(req); status != 200 || !strings.Contains(body, `"status": "ok"`) {
					t.Errorf("health: %d %s", status, body)
				}
			}
		})
	}
}

// By default nothing listens but at one address of loopback.
func TestNothingListensBeyondLoopback(t *testing.T) {
	h := serve(t)
	needRoot(t)
	f := h.attacker("f", h.role("f", trustLambda, ""), nil)
	f.try(event{Do: "list", Arg: "/"}) // its Runtime API listens too
	inodes := map[string]bool{}
	fds, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", h.cmd.Process.Pid))
	for _, fd := range fds {
		if target, err := os.Readlink(fd); err == nil {
			if inode, ok := strings.CutPrefix(target, "socket:["); ok {
				inodes[strings.TrimSuffix(inode, "]")] = true
			}
		}
	}
	found := 0
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6", "raw", "raw6", "udplite"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", h.cmd.Process.Pid, table))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			field := strings.Fields(line)
			if len(field) < 10 || !inodes[field[9]] || strings.HasPrefix(table, "tcp") && field[3] != "0A" {
				continue
			}
			found++
			ip, _, _ := strings.Cut(field[1], ":")
			raw, err := hex.DecodeString(ip)
			if err != nil || len(raw) != 4 || raw[3] != 127 {
				t.Errorf("the server listens at %s of %s", field[1], table)
			}
		}
	}
	if found < 2 {
		t.Errorf("%d listeners were found", found)
	}
}
