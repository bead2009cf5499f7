package inner

import (
	"fmt"
	"net/netip"
	"syscall"
	"unsafe"
)

// listenAll brings the private network's loopback up and listens there. The
// sockets are handed to Gatehouse, which thereby accepts connections from this
// network and from nowhere else.
func listenAll(addresses []string) ([]int, error) {
	if err := loopbackUp(); err != nil {
		return nil, fmt.Errorf("bringing loopback up: %w", err)
	}
	var fds []int
	for _, address := range addresses {
		fd, err := listen(address)
		if err != nil {
			return nil, fmt.Errorf("listening on %s: %w", address, err)
		}
		fds = append(fds, fd)
	}
	return fds, nil
}

func listen(address string) (int, error) {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return 0, err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Port: int(ap.Port()), Addr: ap.Addr().As4()}); err != nil {
		return 0, err
	}
	return fd, syscall.Listen(fd, 128)
}

func loopbackUp() error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	var request struct {
		name  [16]byte
		flags uint16
		_     [22]byte
	}
	copy(request.name[:], "lo")
	request.flags = syscall.IFF_UP | syscall.IFF_RUNNING
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request))); errno != 0 {
		return errno
	}
	return nil
}
