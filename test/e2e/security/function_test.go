//go:build e2e

package security

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/gatehouse-dev/gatehouse/internal/up/gobuild"
)

// A function sees nothing of Gatehouse's files, processes and secrets, nor of
// another function's; what is its own works.
func TestFunctionIsConfined(t *testing.T) {
	needRoot(t)
	h := serve(t)
	role := h.role("plain", trustLambda, "")
	value := h.secret("variable of a function", canary(t))
	f := h.attacker("attacker", role, map[string]string{"SECRET": value})
	marker := canary(t)
	victim := h.deploy("victim", "nodejs20.x", "index.handler", must(gobuild.Zip([]gobuild.File{{Name: "index.js", Mode: 0o644,
		Data: []byte("// " + marker + "\nexports.handler = async () => { setTimeout(() => {}, 1); return process.pid }")}}))(t), role,
		map[string]string{"SECRET": h.secret("variable of the victim", canary(t))})
	victim.invoke(nil) // from here on it has a process
	h.secret("key of a function", f.variable("AWS_SECRET_ACCESS_KEY"))
	h.secret("session token of a function", f.variable("AWS_SESSION_TOKEN"))

	t.Run("own", func(t *testing.T) {
		for _, e := range []event{{Do: "read", Arg: "/var/task/bootstrap"}, {Do: "write", Arg: "/tmp/x"}, {Do: "list", Arg: "/var/task"}, {Do: "read", Arg: "/proc/self/environ"}} {
			if got := f.try(e); got.Error != "" {
				t.Errorf("%s %s: %s", e.Do, e.Arg, got.Error)
			}
		}
		if f.variable("SECRET") != value {
			t.Error("the function does not have its variable")
		}
	})
	t.Run("files", func(t *testing.T) {
		paths := []string{h.dir, h.dir + "/root-key", h.dir + "/state", h.dir + "/code", h.log, "/etc/shadow", "/root", "/proc/1/environ", "/proc/1/mem",
			"/proc/1/root/etc/shadow", "/proc/1/cwd", "/proc/1/fd/3", "/proc/kcore", fmt.Sprintf("/proc/%d/environ", h.cmd.Process.Pid),
			"/var/task/../../" + h.dir + "/root-key", "/dev/mem", "/sys/kernel"}
		filepath.WalkDir(h.dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() && len(paths) < 120 {
				paths = append(paths, path)
			}
			return nil
		})
		if len(paths) < 25 {
			t.Fatalf("the data directory has no files: %v", paths)
		}
		for _, path := range paths {
			for _, do := range []string{"read", "list"} {
				if got := f.try(event{Do: do, Arg: path}); got.Error == "" {
					t.Errorf("%s %s: %.100s %v", do, path, got.Text, got.Names)
				}
			}
		}
		// Whatever the paths are: nothing that it can read has the neighbour's code.
		search := f.try(event{Do: "shell", Arg: "grep -rls " + marker + " / --exclude-dir=proc --exclude-dir=sys --exclude-dir=usr; echo searched"})
		if search.Text != "searched\n" {
			t.Errorf("found the victim's code: %s%s", search.Text, search.Error)
		}
	})
	t.Run("write", func(t *testing.T) {
		for _, path := range []string{"/var/task/bootstrap", "/var/task/x", "/opt/x", "/var/runtime/x", "/usr/bin/x", "/etc/passwd", "/x", h.dir + "/x",
			"/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/dev/shm/x"} {
			if got := f.try(event{Do: "write", Arg: path}); got.Error == "" {
				t.Errorf("wrote %s", path)
			}
		}
	})
	t.Run("processes", func(t *testing.T) {
		pids := append(descendants(t, h.cmd.Process.Pid), os.Getpid())
		if len(pids) < 5 {
			t.Fatalf("the server and two functions are %v", pids)
		}
		known := map[string]bool{}
		for _, name := range f.try(event{Do: "list", Arg: "/proc"}).Names {
			known[name] = name[0] >= '0' && name[0] <= '9'
		}
		for _, pid := range pids {
			if known[fmt.Sprint(pid)] {
				continue // a process of its own with this number
			}
			for _, do := range []string{"kill", "ptrace"} {
				if got := f.try(event{Do: do, N: pid}); got.Error == "" {
					t.Errorf("%s %d worked", do, pid)
				}
			}
		}
		for _, e := range []event{{Do: "ptrace", N: 1}, {Do: "kill", N: 1}} {
			if got := f.try(e); got.Error == "" {
				t.Errorf("%s of process 1 worked", e.Do)
			}
		}
		h.alive()
		victim.invoke(nil)
	})
	t.Run("sockets", func(t *testing.T) {
		l := must(net.Listen("unix", "@gatehouse-security-"+canary(t)))(t)
		defer l.Close()
		if got := f.try(event{Do: "unix", Arg: l.Addr().String()}); got.Error == "" {
			if log, _ := os.ReadFile(h.log); !strings.Contains(string(log), "abstract") {
				t.Error("connected to an abstract socket of the machine, and the log does not say that this is open")
			}
		}
		if got := f.try(event{Do: "scan"}); got.Error != "" || len(got.Names) > 0 {
			t.Errorf("Runtime APIs of others: %v %s", got.Names, got.Error)
		}
	})
	t.Run("environment", func(t *testing.T) {
		for _, pair := range f.try(event{Do: "env"}).Names {
			if strings.HasPrefix(pair, "GATEHOUSE_TEST_CANARY") {
				t.Error("the function inherited the server's environment")
			}
		}
	})
	t.Run("logs", func(t *testing.T) {
		printed := h.secret("line of a function", canary(t))
		f.try(event{Do: "print", Arg: printed}) // belongs into the function's log, not into the server's
	})
}

// Whoever else may be root on loopback, a function is not.
func TestFunctionIsNotRoot(t *testing.T) {
	needRoot(t)
	h := serve(t)
	f := h.attacker("attacker", h.role("plain", trustLambda, allow("iam:GetUser", "*")), nil)
	base := "http://" + h.addr

	if got := f.try(event{Do: "http", Method: "POST", Arg: base + "/", Service: "sts", Body: callerIdentity, Header: form}); got.Status != 200 || !strings.Contains(got.Text, "assumed-role/plain/attacker") {
		t.Errorf("the function's own call: %+v", got)
	}
	t.Run("well-known key", func(t *testing.T) {
		for _, addr := range []string{"127.0.0.1:" + h.port, "127.3.2.1:" + h.port, "localhost:" + h.port} {
			req := h.signed(wellKnown, "sts", callerIdentity, time.Now())
			got := f.try(event{Do: "http", Method: "POST", Arg: "http://" + addr + "/", Host: h.addr, Body: callerIdentity, Header: headers(req)})
			if addr[:4] != "127." && got.Error != "" {
				continue // no such name inside
			}
			if got.Error != "" && strings.HasPrefix(addr, "127.3") {
				continue // the server listens at one address
			}
			if got.Status != 403 || !strings.Contains(got.Text, "InvalidClientTokenId") {
				t.Errorf("%s: %+v", addr, got)
			}
		}
	})
	t.Run("well-known key and a closed socket", func(t *testing.T) {
		const create = "Action=CreateUser&Version=2010-05-08&UserName=intruder"
		req := h.signed(wellKnown, "iam", create, time.Now())
		var raw strings.Builder
		fmt.Fprintf(&raw, "POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", h.addr, len(create))
		for name, value := range headers(req) {
			fmt.Fprintf(&raw, "%s: %s\r\n", name, value)
		}
		// The beginning of another request keeps the server from noticing that
		// nobody waits for the answer. Whether the kernel forgets the socket's user
		// in time depends on the load; that it is not believed then, the tests of
		// internal/runner/peer make sure of.
		if got := f.try(event{Do: "drop", Arg: h.addr, Body: raw.String() + "\r\n" + create + "GET / HTTP/1.1\r\n", N: 200}); got.Error != "" {
			t.Fatal(got.Error)
		}
		time.Sleep(300 * time.Millisecond)
		users := must(iam.NewFromConfig(h.root()).ListUsers(t.Context(), &iam.ListUsersInput{}))(t)
		if len(users.Users) > 0 {
			t.Error("a function that closed its socket at once was root")
		}
	})
	t.Run("own endpoints", func(t *testing.T) {
		for _, c := range []struct{ method, path, body string }{
			{"GET", "clock", ""}, {"POST", "clock", `{"advance":"1h"}`}, {"GET", "traces", ""}, {"GET", "traces/x", ""}, {"GET", "sms", ""},
			{"DELETE", "sms", ""}, {"GET", "logs", ""}, {"GET", "metrics", ""}, {"PUT", "assets/" + sum("x"), "x"}, {"HEAD", "assets/" + sum("x"), ""},
			{"GET", "lambda/code/" + sum("x"), ""}, {"GET", "", ""}, {"GET", "anything", ""},
		} {
			for _, service := range []string{"", "gatehouse"} { // without credentials, and with its role's
				got := f.try(event{Do: "http", Method: c.method, Arg: base + "/_gatehouse/" + c.path, Body: c.body, Service: service})
				if got.Status != 403 {
					t.Errorf("%s %s as %q: %+v", c.method, c.path, service, got)
				}
			}
		}
		if got := f.try(event{Do: "http", Method: "GET", Arg: base + "/_gatehouse/health"}); got.Status != 200 {
			t.Errorf("health: %+v", got)
		}
	})
	t.Run("beyond its policy", func(t *testing.T) {
		for _, c := range []struct{ service, body, want string }{
			{"iam", "Action=GetUser&Version=2010-05-08&UserName=nobody", "NoSuchEntity"}, // this it may
			{"iam", "Action=ListUsers&Version=2010-05-08", "AccessDenied"},
			{"iam", "Action=CreateAccessKey&Version=2010-05-08&UserName=nobody", "AccessDenied"},
			{"iam", "Action=AttachRolePolicy&Version=2010-05-08&RoleName=plain&PolicyArn=arn:aws:iam::aws:policy/AdministratorAccess", "AccessDenied"},
			{"sts", "Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::" + account + ":role/plain&RoleSessionName=again", "AccessDenied"},
			{"sts", "Action=GetSessionToken&Version=2011-06-15", "AccessDenied"},
			{"sts", "Action=GetFederationToken&Version=2011-06-15&Name=xx", "AccessDenied"},
		} {
			if got := f.try(event{Do: "http", Method: "POST", Arg: base + "/", Service: c.service, Body: c.body, Header: form}); !strings.Contains(got.Text, "<Code>"+c.want) {
				t.Errorf("%s: %+v", c.body, got)
			}
		}
		if got := f.try(event{Do: "http", Method: "GET", Arg: base + "/2015-03-31/functions", Service: "lambda"}); got.Status != 403 || !strings.Contains(got.Text, "not authorized to perform: lambda:ListFunctions") {
			t.Errorf("ListFunctions: %+v", got)
		}
	})
	t.Run("a deleted role", func(t *testing.T) {
		g := h.attacker("leaver", h.role("leaver", trustLambda, allow("iam:*", "*")), nil)
		list := event{Do: "http", Method: "POST", Arg: base + "/", Service: "iam", Body: "Action=ListUsers&Version=2010-05-08", Header: form}
		if got := g.try(list); got.Status != 200 {
			t.Fatalf("before: %+v", got)
		}
		stolen := key{g.variable("AWS_ACCESS_KEY_ID"), g.variable("AWS_SECRET_ACCESS_KEY"), g.variable("AWS_SESSION_TOKEN")}
		c := iam.NewFromConfig(h.root())
		must(c.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: new("leaver"), PolicyName: new("p")}))(t)
		if status, _, body := h.do(h.signed(stolen, "iam", list.Body, time.Now())); status != 403 || !strings.Contains(body, "AccessDenied") {
			t.Errorf("without its policy: %d %s", status, body)
		}
		must(c.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: new("leaver")}))(t)
		if status, _, body := h.do(h.signed(stolen, "iam", list.Body, time.Now())); status != 403 || !strings.Contains(body, "InvalidClientTokenId") {
			t.Errorf("without its role: %d %s", status, body)
		}
		h.role("leaver", trustLambda, allow("iam:*", "*")) // another role of the same name
		if status, _, body := h.do(h.signed(stolen, "iam", list.Body, time.Now())); status != 403 || !strings.Contains(body, "InvalidClientTokenId") {
			t.Errorf("with another role of the name: %d %s", status, body)
		}
	})
}

var form = map[string]string{"Content-Type": "application/x-www-form-urlencoded"}

// descendants are a process and all below it.
func descendants(t *testing.T, root int) []int {
	t.Helper()
	all := []int{root}
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", root))
	for _, task := range tasks {
		children, _ := os.ReadFile(task)
		for _, field := range strings.Fields(string(children)) {
			var pid int
			fmt.Sscan(field, &pid)
			all = append(all, descendants(t, pid)...)
		}
	}
	return all
}
