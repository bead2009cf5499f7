package inner

import "syscall"

const (
	sysSeccomp = 317
	auditArch  = 0xc000003e
	foreignABI = 0x40000000 // x32
)

var refused = append([]uint32{
	syscall.SYS_MOUNT, syscall.SYS_UMOUNT2, syscall.SYS_PIVOT_ROOT, syscall.SYS_CHROOT,
	syscall.SYS_UNSHARE, 308 /* setns */, syscall.SYS_PTRACE,
	310 /* process_vm_readv */, 311 /* process_vm_writev */, 312, /* kcmp */
	syscall.SYS_KEXEC_LOAD, 320 /* kexec_file_load */, 321, /* bpf */
	syscall.SYS_KEYCTL, syscall.SYS_ADD_KEY, syscall.SYS_REQUEST_KEY,
	syscall.SYS_INIT_MODULE, 313 /* finit_module */, syscall.SYS_DELETE_MODULE,
	syscall.SYS_REBOOT, syscall.SYS_SWAPON, syscall.SYS_SWAPOFF, syscall.SYS_ACCT, syscall.SYS_QUOTACTL,
	298 /* perf_event_open */, 323, /* userfaultfd */
	303 /* name_to_handle_at */, 304, /* open_by_handle_at */
	syscall.SYS_IOPL, syscall.SYS_IOPERM, syscall.SYS_SYSLOG, syscall.SYS_LOOKUP_DCOOKIE,
	syscall.SYS_SETTIMEOFDAY, syscall.SYS_CLOCK_SETTIME, syscall.SYS_ADJTIMEX, 305, /* clock_adjtime */
	syscall.SYS_SETHOSTNAME, syscall.SYS_SETDOMAINNAME, syscall.SYS_VHANGUP,
	300 /* fanotify_init */, syscall.SYS_MOVE_PAGES, syscall.SYS_MIGRATE_PAGES,
}, commonRefused...)
