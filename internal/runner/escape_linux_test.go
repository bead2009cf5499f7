package runner

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/runner/peer"
	"github.com/gatehouse-dev/gatehouse/internal/runner/sandbox"
)

// isolatedModes runs a test in every isolated mode that works here. Root also
// runs it again as another user, whose mode is the user namespace.
func isolatedModes(t *testing.T, test func(t *testing.T, mode sandbox.Mode)) {
	if runtime.GOOS != "linux" {
		t.Skip("isolation needs Linux")
	}
	t.Parallel()
	mode := sandbox.ModeUser
	if os.Geteuid() == 0 {
		mode = sandbox.ModeRoot
		t.Run("as another user", asAnotherUser)
	}
	t.Run(string(mode), func(t *testing.T) {
		if r := newRunner(t, Options{Mode: mode}); r.Capabilities().Mode != mode {
			t.Skipf("not possible on this system: %v", r.Capabilities().Missing)
		}
		test(t, mode)
	})
}

// asAnotherUser runs the test that calls it once more, in a process without
// privileges.
func asAnotherUser(t *testing.T) {
	t.Parallel()
	const uid = 1_999_999_999
	function, err := goFunction()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "runner-user")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	program, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "runner.test"), program, 0o755)
	}
	if err == nil {
		err = os.Chown(dir, uid, uid)
	}
	if err != nil {
		t.Fatal(err)
	}
	name, _, _ := strings.Cut(t.Name(), "/")
	cmd := exec.Command(filepath.Join(dir, "runner.test"), "-test.v", "-test.run=^"+name+"$")
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "TMPDIR=" + dir, "HOME=" + dir, functionVariable + "=" + function}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skipf("%s", out)
	case !strings.Contains(string(out), "--- PASS: "+name+"/user-namespace"):
		t.Errorf("did not run: %s", out)
	}
}

func TestEscapes(t *testing.T) {
	isolatedModes(t, func(t *testing.T, mode sandbox.Mode) {
		data := t.TempDir() // stands for Gatehouse's data directory
		secret := filepath.Join(data, "secret")
		if err := os.WriteFile(secret, []byte("secret"), 0o644); err != nil {
			t.Fatal(err)
		}
		r := newRunner(t, Options{Dir: filepath.Join(data, "runner"), Mode: mode})
		p := newPool(t, r, goSpec(t, nil), PoolOptions{})
		other := newPool(t, r, codeSpec(t, "nodejs20.x", "index.handler", map[string]string{
			"index.js": `exports.handler = async () => 1`,
		}, nil), PoolOptions{})
		invoke(t, other, `{}`)
		neighbour := other.idle[0]

		for _, path := range []string{
			secret, data, other.spec.TaskDir, other.spec.TaskDir + "/index.js", "/home", "/root/.bashrc", "/etc/shadow",
			"/proc/1/environ", "/proc/1/root/etc/passwd", "/proc/1/mem", "/proc/1/fd/3", "/sys/kernel", "/proc/kcore",
			fmt.Sprintf("/proc/%d/environ", os.Getpid()), fmt.Sprintf("/proc/%d/cmdline", neighbour.box.PID()),
		} {
			if refused, got := attempt(t, p, "read", path, 0); refused == "" {
				t.Errorf("read %s: %v", path, got)
			}
		}
		for _, path := range []string{
			"/var/task/x", "/var/task/bootstrap", "/opt/x", "/var/runtime/x", "/x", "/usr/x", "/etc/passwd", "/etc/x",
			"/dev/x", "/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/1/oom_score_adj", "/var/runtime/node/index.cjs",
		} {
			if refused, _ := attempt(t, p, "write", path, 1); refused == "" {
				t.Errorf("wrote %s", path)
			}
		}
		if refused, _ := attempt(t, p, "write", "/tmp/x", 1<<20); refused != "" {
			t.Errorf("/tmp cannot be written: %s", refused)
		}
		if refused, _ := attempt(t, p, "kill", "", os.Getpid()); refused == "" {
			t.Error("signalled Gatehouse")
		}
		if refused, _ := attempt(t, p, "kill", "", neighbour.box.PID()); refused == "" {
			t.Error("signalled a neighbour")
		}
		if refused, _ := attempt(t, p, "mount", "", 0); refused == "" {
			t.Error("mounted")
		}
		for number, name := range map[int]string{272: "unshare", 308: "setns", 101: "ptrace", 321: "bpf", 425: "io_uring_setup", 161: "chroot", 165: "mount"} {
			if runtime.GOARCH != "amd64" {
				break
			}
			if got := invoke(t, p, do("syscall", fmt.Sprint(number), syscall.CLONE_NEWUSER)); string(got.Payload) != `"operation not permitted"` {
				t.Errorf("%s: %s", name, got.Payload)
			}
		}
		if got := invoke(t, p, do("syscall", fmt.Sprint(syscall.SYS_SOCKET), 40)); string(got.Payload) != `"address family not supported by protocol"` {
			t.Errorf("vsock: %s", got.Payload)
		}
		checkProcesses(t, p)
		checkStatus(t, p)
		if got, err := r.options.Dir, error(nil); err != nil || !strings.HasPrefix(got, data) {
			t.Fatal("the runtimes are not in the data directory")
		}
	})
}

// checkProcesses: the function sees its own processes and those of nobody else.
func checkProcesses(t *testing.T, p *Pool) {
	t.Helper()
	_, got := attempt(t, p, "list", "/proc", 0)
	var pids []string
	for _, name := range got.([]any) {
		if s := name.(string); s[0] >= '0' && s[0] <= '9' {
			pids = append(pids, s)
		}
	}
	if len(pids) != 2 || !slices.Contains(pids, "1") {
		t.Errorf("the function sees the processes %v", pids)
	}
	_, got = attempt(t, p, "list", "/", 0)
	for _, name := range got.([]any) {
		if !slices.Contains([]string{"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "dev", "proc", "tmp", "opt", "var", "nix", "gnu"}, name.(string)) {
			t.Errorf("the root has %v", name)
		}
	}
}

// checkStatus: no capabilities, no new privileges, a filter, a user of its own.
func checkStatus(t *testing.T, p *Pool) {
	t.Helper()
	_, got := attempt(t, p, "status", "", 0)
	status := map[string]string{}
	for line := range strings.Lines(got.(string)) {
		name, value, _ := strings.Cut(line, ":")
		status[name] = strings.TrimSpace(value)
	}
	for name, want := range map[string]string{
		"CapInh": "0000000000000000", "CapPrm": "0000000000000000", "CapEff": "0000000000000000",
		"CapBnd": "0000000000000000", "CapAmb": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2",
	} {
		if status[name] != want {
			t.Errorf("%s is %s", name, status[name])
		}
	}
	if strings.HasPrefix(status["Uid"], "0\t") || strings.HasPrefix(status["Gid"], "0\t") {
		t.Errorf("the function is root: %s %s", status["Uid"], status["Gid"])
	}
}

// A program inherits its output and nothing else of Gatehouse's, and cannot take
// all processes of the machine.
func TestInheritance(t *testing.T) {
	isolatedModes(t, func(t *testing.T, mode sandbox.Mode) {
		script := `#!/bin/bash
fds=$(ls /proc/self/fd) # one of them is ls's own
limits=$(ulimit -u; ulimit -n; ulimit -c)
at="/dev/tcp/${AWS_LAMBDA_RUNTIME_API/://}"
exec 3<>"$at"
printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n' >&3
while read -r line <&3; do line=${line%$'\r'}; [ -z "$line" ] && break; case "$line" in *Request-Id:*) id=${line#*: };; esac; done
body="\"$(echo $fds / $limits)\""
exec 4<>"$at"
printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s' "$id" "${#body}" "$body" >&4
sleep 60
`
		spec := goSpec(t, nil)
		spec.TaskDir = writeCode(t, map[string]string{"bootstrap": script})
		got := invoke(t, newPool(t, newRunner(t, Options{Mode: mode}), spec, PoolOptions{}), "")
		if string(got.Payload) != `"0 1 2 3 / 1024 1024 0"` {
			t.Errorf("%s", got.Payload)
		}
	})
}

// Another instance's Runtime API is closed to a function, and so is one's own to
// everybody else.
func TestRuntimeAPIIsPrivate(t *testing.T) {
	isolatedModes(t, func(t *testing.T, mode sandbox.Mode) {
		r := newRunner(t, Options{Mode: mode})
		spec := goSpec(t, nil)
		one, err := r.Start(context.Background(), &spec, 0)
		if err != nil {
			t.Fatal(err)
		}
		p := newPool(t, r, spec, PoolOptions{})
		refused, got := attempt(t, p, "dial", one.apiAddress, 0)
		own := p.idle[0].apiAddress
		switch {
		case one.apiAddress == own: // private networks: it reached its own
			if got == nil || !strings.Contains(got.(string), "pong") {
				t.Errorf("%v %v", refused, got)
			}
		case refused == "":
			t.Errorf("reached another's Runtime API: %v", got)
		}
		if mode == sandbox.ModeRoot {
			if refused, got := attempt(t, p, "dial", own, 0); refused != "" {
				t.Errorf("cannot reach its own Runtime API: %s %v", refused, got)
			}
		}
		c, err := net.Dial("tcp", one.apiAddress)
		if err != nil {
			return // not in this network
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(2 * time.Second))
		fmt.Fprint(c, "GET /2018-06-01/ping HTTP/1.1\r\nHost: x\r\n\r\n")
		if n, err := c.Read(make([]byte, 1)); err == nil || n > 0 {
			t.Error("the machine's root reached a Runtime API")
		}
	})
}

// A function's connection to a local service tells whose it is.
func TestCallersAreKnown(t *testing.T) {
	isolatedModes(t, func(t *testing.T, mode sandbox.Mode) {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		type caller struct {
			uid uint32
			ok  bool
		}
		direct, served := make(chan caller, 4), make(chan bool, 4)
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				uid, ok := peer.UID(c.LocalAddr().(*net.TCPAddr).AddrPort(), c.RemoteAddr().(*net.TCPAddr).AddrPort())
				direct <- caller{uid, ok}
				c.Close()
			}
		}()
		r := newRunner(t, Options{Mode: mode, Endpoint: l.Addr().String(), Serve: func(c net.Conn) {
			defer c.Close()
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				served <- true // before the function can tell that it was
				fmt.Fprint(c, "HTTP/1.1 204 No Content\r\n\r\n")
			}
		}})
		p := newPool(t, r, goSpec(t, nil), PoolOptions{})
		_, got := attempt(t, p, "get", "http://"+netip.MustParseAddrPort(l.Addr().String()).String()+"/", 0)
		if mode == sandbox.ModeUser {
			if got != 204.0 || len(served) != 1 || len(direct) != 0 {
				t.Errorf("%v, %d served, %d direct", got, len(served), len(direct))
			}
			return
		}
		c := <-direct
		own, ok := p.idle[0].UID()
		if !c.ok || !ok || c.uid != own || !r.OwnsUID(c.uid) || r.OwnsUID(0) || r.OwnsUID(uint32(os.Getuid())) {
			t.Errorf("%+v, own %d", c, own)
		}
	})
}

func TestAbstractSocketsAreClosed(t *testing.T) {
	isolatedModes(t, func(t *testing.T, mode sandbox.Mode) {
		name := "@gatehouse-test-" + ids.Lower(8)
		l, err := net.Listen("unix", name)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		r := newRunner(t, Options{Mode: mode})
		for _, missing := range r.Capabilities().Missing {
			if strings.Contains(missing, "abstract") {
				t.Skip(missing)
			}
		}
		if refused, _ := attempt(t, newPool(t, r, goSpec(t, nil), PoolOptions{}), "unix", name, 0); refused == "" {
			t.Error("connected to an abstract socket of the machine")
		}
	})
}

// Two instances of one function have different users.
func TestEveryInstanceHasItsOwnUser(t *testing.T) {
	r := newRunner(t, Options{})
	if r.Capabilities().Mode != sandbox.ModeRoot {
		t.Skip("needs root")
	}
	spec := goSpec(t, nil)
	seen := map[uint32]bool{}
	for range 3 {
		i, err := r.Start(context.Background(), &spec, 0)
		if err != nil {
			t.Fatal(err)
		}
		uid, ok := i.UID()
		if !ok || seen[uid] || !r.OwnsUID(uid) {
			t.Errorf("user %d of %v", uid, seen)
		}
		seen[uid] = true
	}
}

// TestHelperHost is not a test: it is the Gatehouse that TestNothingSurvives kills.
func TestHelperHost(t *testing.T) {
	if os.Getenv("GATEHOUSE_TEST_HOST") == "" {
		t.Skip("only a helper")
	}
	r := newRunner(t, Options{Mode: sandbox.Mode(os.Getenv("GATEHOUSE_TEST_HOST"))})
	spec := goSpec(t, nil)
	i, err := r.Start(context.Background(), &spec, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Invoke(context.Background(), Invocation{RequestID: ids.UUID(), Payload: []byte(do("spawn", "", 0))}); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("ready %d\n", i.box.PID())
	time.Sleep(time.Minute)
}

func TestNothingSurvives(t *testing.T) {
	isolatedModes(t, func(t *testing.T, mode sandbox.Mode) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestHelperHost$", "-test.v")
		function, err := goFunction()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(os.Environ(), "GATEHOUSE_TEST_HOST="+string(mode), functionVariable+"="+function)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var first int
		var seen strings.Builder
		for first == 0 {
			buffer := make([]byte, 4096)
			n, err := out.Read(buffer)
			if err != nil {
				t.Fatal(err, seen.String())
			}
			seen.Write(buffer[:n])
			if _, after, ok := strings.Cut(seen.String(), "ready "); ok && strings.Contains(after, "\n") {
				fmt.Sscan(after, &first)
			}
		}
		before := descendants(t, first)
		if len(before) < 3 {
			t.Errorf("processes before: %v", before)
		}
		cmd.Process.Kill()
		cmd.Wait()
		deadline := time.Now().Add(5 * time.Second)
		for _, pid := range before {
			for processRuns(pid) {
				if time.Now().After(deadline) {
					t.Fatalf("process %d of %v survives", pid, before)
				}
				time.Sleep(5 * time.Millisecond)
			}
		}
		left := func() (groups []string) {
			for _, c := range groupCandidates() {
				removeStale(c.dir)
				found, _ := filepath.Glob(filepath.Join(c.dir, fmt.Sprint(groupPrefix, cmd.Process.Pid, "-*")))
				groups = append(groups, found...)
			}
			return groups
		}
		for len(left()) > 0 { // the kernel lets go of ended processes a little later
			if time.Now().After(deadline) {
				t.Fatalf("groups are left: %v", left())
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
}

// processRuns tells whether a process exists and is not a zombie.
func processRuns(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z") && !strings.HasPrefix(after, "X")
}

// descendants lists a process and all below it.
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
