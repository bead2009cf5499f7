package peer

import (
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

func pair(t *testing.T, network, address string) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { l.Close() })
	client, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

func addresses(c net.Conn) (local, remote netip.AddrPort) {
	return c.LocalAddr().(*net.TCPAddr).AddrPort(), c.RemoteAddr().(*net.TCPAddr).AddrPort()
}

func TestOwnConnection(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells")
	}
	for _, c := range []struct{ network, address string }{
		{"tcp4", "127.0.0.1:0"}, {"tcp4", "127.77.1.2:0"}, {"tcp6", "[::1]:0"}, {"tcp", ":0"},
	} {
		_, server := pair(t, c.network, c.address)
		uid, ok := UID(addresses(server))
		if !ok || uid != uint32(os.Getuid()) {
			t.Errorf("%s: %d, %v", c.address, uid, ok)
		}
	}
}

// The kernel falls back to the listener when the connection is unknown; that
// must not be taken for the caller.
func TestUnknownConnection(t *testing.T) {
	client, server := pair(t, "tcp4", "127.0.0.1:0")
	local, _ := addresses(server)
	if uid, ok := UID(local, netip.MustParseAddrPort("127.0.0.1:1")); ok {
		t.Errorf("an unknown caller has uid %d", uid)
	}
	clientLocal, _ := addresses(client)
	if uid, ok := UID(clientLocal, netip.AddrPortFrom(local.Addr(), local.Port()+1)); ok {
		t.Errorf("an unknown caller has uid %d", uid)
	}
}

func TestOtherUser(t *testing.T) {
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("needs root to become another user")
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	cmd := exec.Command("/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/"+port+"; read line <&3; echo $line")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 2000000007, Gid: 2000000007}}
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	uid, ok := UID(addresses(server))
	if !ok || uid != 2000000007 {
		t.Errorf("%d, %v", uid, ok)
	}
	server.Write([]byte("bye\n"))
	server.Close()
	if err := cmd.Wait(); err != nil || out.String() != "bye\n" {
		t.Error(err, out.String())
	}
}

func BenchmarkUID(b *testing.B) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	server, err := l.Accept()
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	local, remote := addresses(server)
	for b.Loop() {
		if _, ok := UID(local, remote); !ok {
			b.Fatal("unknown")
		}
	}
}

// A socket that its process let go of belongs, for the kernel, to nobody or to
// root: who sends and closes at once must not pass for the machine's user.
func TestClosedSocketIsNobodys(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells")
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	connect := func() (far *net.TCPConn, local, remote netip.AddrPort) {
		t.Helper()
		c, err := net.Dial("tcp4", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		near, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { near.Close() })
		return c.(*net.TCPConn), near.LocalAddr().(*net.TCPAddr).AddrPort(), near.RemoteAddr().(*net.TCPAddr).AddrPort()
	}
	far, local, remote := connect()
	far.Write([]byte("x"))
	far.Close()
	if uid, ok := UID(local, remote); ok {
		t.Errorf("a closed socket is of user %d", uid)
	}
	far, local, remote = connect()
	defer far.Close()
	far.CloseWrite() // has all said, and waits for the answer
	if uid, ok := UID(local, remote); !ok || uid != uint32(os.Getuid()) {
		t.Errorf("a half-closed socket is of user %d, %v", uid, ok)
	}
}
