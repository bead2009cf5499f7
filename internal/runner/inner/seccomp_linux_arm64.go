package inner

import "syscall"

const (
	sysSeccomp = 277
	auditArch  = 0xc00000b7
	foreignABI = 0
)

var refused = append([]uint32{
	syscall.SYS_MOUNT, syscall.SYS_UMOUNT2, syscall.SYS_PIVOT_ROOT, syscall.SYS_CHROOT,
	syscall.SYS_UNSHARE, syscall.SYS_SETNS, syscall.SYS_PTRACE,
	syscall.SYS_PROCESS_VM_READV, syscall.SYS_PROCESS_VM_WRITEV, syscall.SYS_KCMP,
	syscall.SYS_KEXEC_LOAD, 294 /* kexec_file_load */, 280, /* bpf */
	syscall.SYS_KEYCTL, syscall.SYS_ADD_KEY, syscall.SYS_REQUEST_KEY,
	syscall.SYS_INIT_MODULE, syscall.SYS_FINIT_MODULE, syscall.SYS_DELETE_MODULE,
	syscall.SYS_REBOOT, syscall.SYS_SWAPON, syscall.SYS_SWAPOFF, syscall.SYS_ACCT, syscall.SYS_QUOTACTL,
	syscall.SYS_PERF_EVENT_OPEN, 282, /* userfaultfd */
	syscall.SYS_NAME_TO_HANDLE_AT, syscall.SYS_OPEN_BY_HANDLE_AT,
	syscall.SYS_SYSLOG, syscall.SYS_LOOKUP_DCOOKIE,
	syscall.SYS_SETTIMEOFDAY, syscall.SYS_CLOCK_SETTIME, syscall.SYS_ADJTIMEX, syscall.SYS_CLOCK_ADJTIME,
	syscall.SYS_SETHOSTNAME, syscall.SYS_SETDOMAINNAME, syscall.SYS_VHANGUP,
	syscall.SYS_FANOTIFY_INIT, syscall.SYS_MOVE_PAGES, syscall.SYS_MIGRATE_PAGES,
}, commonRefused...)
