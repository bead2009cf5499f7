package inner

import (
	"fmt"
	"syscall"
	"unsafe"
)

// The filter refuses system calls that a function has no use for and that have
// been the way out of sandboxes: changing mounts and namespaces, other
// processes' memory, kernel keys, programs and modules, the clock. It is the
// second wall: without privileges most of them fail anyway.
const (
	bpfLoadWord = 0x20 // LD | W | ABS
	bpfJumpEq   = 0x15 // JMP | JEQ | K
	bpfJumpGe   = 0x35 // JMP | JGE | K
	bpfJumpSet  = 0x45 // JMP | JSET | K
	bpfReturn   = 0x06 // RET | K

	offsetNumber  = 0
	offsetArch    = 4
	offsetArgZero = 16 // low word, little endian

	actionAllow = 0x7fff0000
	actionKill  = 0x80000000
	actionErrno = 0x00050000

	seccompSetModeFilter = 1

	// CLONE_NEWTIME is not among them: it shares its bit with the exit signal.
	cloneNamespaces = syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC |
		syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | 0x02000000
)

type instruction struct {
	code   uint16
	jt, jf uint8
	k      uint32
}

type program struct {
	length uint16
	_      [6]byte
	filter *instruction
}

// filter installs the program on the calling thread.
func filter() error {
	code := assemble()
	p := program{length: uint16(len(code)), filter: &code[0]}
	_, _, errno := syscall.RawSyscall(sysSeccomp, seccompSetModeFilter, 0, uintptr(unsafe.Pointer(&p)))
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	return nil
}

func assemble() []instruction {
	refuse := uint32(actionErrno | uint32(syscall.EPERM))
	unknown := uint32(actionErrno | uint32(syscall.ENOSYS))
	noFamily := uint32(actionErrno | uint32(syscall.EAFNOSUPPORT))
	code := []instruction{
		{bpfLoadWord, 0, 0, offsetArch},
		{bpfJumpEq, 1, 0, auditArch},
		{bpfReturn, 0, 0, actionKill}, // another instruction set has other numbers
		{bpfLoadWord, 0, 0, offsetNumber},
	}
	if foreignABI != 0 {
		code = append(code,
			instruction{bpfJumpGe, 0, 1, foreignABI},
			instruction{bpfReturn, 0, 0, unknown})
	}
	for _, nr := range refused {
		code = append(code,
			instruction{bpfJumpEq, 0, 1, nr},
			instruction{bpfReturn, 0, 0, refuse})
	}
	return append(code,
		// clone3 takes its flags by pointer, which a filter cannot follow; C
		// libraries fall back to clone when it is missing.
		instruction{bpfJumpEq, 0, 1, 435},
		instruction{bpfReturn, 0, 0, unknown},
		instruction{bpfJumpEq, 0, 4, uint32(syscall.SYS_CLONE)},
		instruction{bpfLoadWord, 0, 0, offsetArgZero},
		instruction{bpfJumpSet, 0, 1, cloneNamespaces},
		instruction{bpfReturn, 0, 0, refuse},
		instruction{bpfReturn, 0, 0, actionAllow},
		// Sockets of the usual kinds only: not the hypervisor's (vsock), nor the
		// kernel's rarely used families.
		instruction{bpfJumpEq, 0, 6, uint32(syscall.SYS_SOCKET)},
		instruction{bpfLoadWord, 0, 0, offsetArgZero},
		instruction{bpfJumpEq, 4, 0, syscall.AF_UNIX},
		instruction{bpfJumpEq, 3, 0, syscall.AF_INET},
		instruction{bpfJumpEq, 2, 0, syscall.AF_INET6},
		instruction{bpfJumpEq, 1, 0, syscall.AF_NETLINK},
		instruction{bpfReturn, 0, 0, noFamily},
		instruction{bpfReturn, 0, 0, actionAllow})
}

// commonRefused have the same number on every architecture.
var commonRefused = []uint32{
	424, // pidfd_send_signal
	425, // io_uring_setup
	426, // io_uring_enter
	427, // io_uring_register
	428, // open_tree
	429, // move_mount
	430, // fsopen
	431, // fsconfig
	432, // fsmount
	433, // fspick
	438, // pidfd_getfd
	440, // process_madvise
	442, // mount_setattr
	443, // quotactl_fd
	447, // memfd_secret
	448, // process_mrelease
}
