//go:build e2e && linux

package security

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

const insideVariable = "GATEHOUSE_TEST_INSIDE"

// Addresses of the namespace that are not loopback (RFC 5737).
const (
	serverIP = "192.0.2.1"
	clientIP = "192.0.2.2"
)

// inNamespace runs the test that calls it in a network of its own, where no
// packet can leave: the test binary runs it again there. It reports whether
// this is the run inside. Names are looked up at the namespace's own server.
func inNamespace(t *testing.T) (names *nameServer, inside bool) {
	t.Helper()
	if os.Getenv(insideVariable) == t.Name() {
		return enter(t), true
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root, to make a network namespace")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs the ip command, to make a network namespace")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=100s")
	cmd.Env = append(os.Environ(), insideVariable+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("inside of the namespace: %v\n%s", err, out)
	case !bytes.Contains(out, []byte("--- PASS: "+t.Name()+" ")):
		t.Skipf("inside of the namespace: %s", out)
	}
	return nil, false
}

// enter sets the namespace up.
func enter(t *testing.T) *nameServer {
	t.Helper()
	for _, args := range []string{"link set lo up", "addr add " + serverIP + "/32 dev lo", "addr add " + clientIP + "/32 dev lo"} {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Skipf("ip %s: %v: %s", args, err, out)
		}
	}
	resolv := filepath.Join(t.TempDir(), "resolv.conf")
	if err := os.WriteFile(resolv, []byte("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Skipf("making mounts private: %v", err)
	}
	if err := syscall.Mount(resolv, "/etc/resolv.conf", "", syscall.MS_BIND, ""); err != nil {
		t.Skipf("a resolv.conf of its own: %v", err)
	}
	conn, err := net.ListenPacket("udp4", "127.0.0.1:53")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	n := &nameServer{}
	go n.serve(conn)
	return n
}

// nameServer answers every question for an IPv4 address with the loopback
// address; for names that begin with "rebind", only every second time.
type nameServer struct{ asked atomic.Int64 }

func (n *nameServer) serve(conn net.PacketConn) {
	b := make([]byte, 512)
	for {
		size, from, err := conn.ReadFrom(b)
		if err != nil {
			return
		}
		if size < 17 {
			continue
		}
		question := b[12:size]
		end := bytes.IndexByte(question, 0) + 5 // the name's end, type and class
		if end < 5 || end > len(question) {
			continue
		}
		question = question[:end]
		answer := append([]byte{b[0], b[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question...)
		if question[end-3] == 1 { // type A
			ip := net.IPv4(127, 0, 0, 1)
			if bytes.HasPrefix(question[1:], []byte("rebind")) && n.asked.Add(1)%2 == 1 {
				ip = net.ParseIP(serverIP)
			}
			answer[7] = 1
			answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
			answer = append(answer, ip.To4()...)
		}
		conn.WriteTo(answer, from)
	}
}
