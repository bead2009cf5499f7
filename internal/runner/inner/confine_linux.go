package inner

import (
	"fmt"
	"syscall"
	"unsafe"
)

const (
	prSetNoNewPrivs  = 38
	prCapBSetDrop    = 24
	prCapAmbient     = 47
	prCapAmbientNone = 4
	lastCapability   = 63 // more than the kernel has: it answers EINVAL for those

	capabilityVersion3 = 0x20080522
)

// confine takes from the calling thread everything that a program of the
// function must not inherit. In a user namespace the ids stay, so capabilities
// are dropped here; otherwise changing the user id drops them.
func confine(c Config) error {
	if err := prctl(prSetNoNewPrivs, 1); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	for capability := uintptr(0); capability <= lastCapability; capability++ {
		if err := prctl(prCapBSetDrop, capability); err != nil && err != syscall.EINVAL {
			return fmt.Errorf("dropping capability %d: %w", capability, err)
		}
	}
	if err := prctl(prCapAmbient, prCapAmbientNone); err != nil && err != syscall.EINVAL {
		return fmt.Errorf("dropping ambient capabilities: %w", err)
	}
	scope()
	if c.UserNS {
		if err := dropCapabilities(); err != nil {
			return fmt.Errorf("dropping capabilities: %w", err)
		}
	}
	if c.NoSeccomp {
		return nil
	}
	return filter()
}

func prctl(option, arg uintptr) error {
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, option, arg, 0, 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

func dropCapabilities() error {
	header := struct {
		version uint32
		pid     int32
	}{version: capabilityVersion3}
	var data [2]struct{ effective, permitted, inheritable uint32 }
	if _, _, errno := syscall.RawSyscall(syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data)), 0); errno != 0 {
		return errno
	}
	return nil
}

const (
	sysLandlockCreateRuleset = 444
	sysLandlockRestrictSelf  = 446
	landlockVersion          = 1
	landlockScopes           = 6 // first version that knows scopes (Linux 6.12)
	scopeAbstractUnix        = 1
	scopeSignal              = 2
)

// scope keeps the program from connecting to abstract unix sockets outside the
// sandbox, which a shared network namespace would let it see. Where the kernel
// has no such scope nothing changes; Capabilities says so.
func scope() {
	version, _, errno := syscall.RawSyscall(sysLandlockCreateRuleset, 0, 0, landlockVersion)
	if errno != 0 || version < landlockScopes {
		return
	}
	attr := struct{ fs, net, scoped uint64 }{scoped: scopeAbstractUnix | scopeSignal}
	fd, _, errno := syscall.RawSyscall(sysLandlockCreateRuleset, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr), 0)
	if errno != 0 {
		return
	}
	syscall.RawSyscall(sysLandlockRestrictSelf, fd, 0, 0)
	syscall.Close(int(fd))
}

// ScopesUnixSockets reports whether this kernel can keep a function from
// abstract unix sockets of others.
func ScopesUnixSockets() bool {
	version, _, errno := syscall.RawSyscall(sysLandlockCreateRuleset, 0, 0, landlockVersion)
	return errno == 0 && version >= landlockScopes
}
