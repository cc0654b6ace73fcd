package rights

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Drop becomes who, without capabilities, for good, in all threads of the program and those that start later. It is
// called when everything that needs permission is open.
func Drop(who Identity) error {
	if who.UID >= 0 {
		if err := become(who); err != nil {
			return err
		}
	}
	// The runtime makes each of these calls on every thread; it cannot in programs with cgo.
	err := dropCapabilities()
	if errors.Is(err, syscall.ENOTSUP) {
		return dropWithCgo(who)
	}
	return err
}

// dropCapabilities drops the capabilities, and the way to new ones.
func dropCapabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if _, _, e := syscall.AllThreadsSyscall(syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&header)),
		uintptr(unsafe.Pointer(&none)), 0); e != 0 {
		return fmt.Errorf("capabilities cannot be dropped: %w", e)
	}
	if _, _, e := syscall.AllThreadsSyscall6(syscall.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); e != 0 {
		return fmt.Errorf("no_new_privs cannot be set: %w", e)
	}
	return nil
}

// become changes groups first, since only root may.
func become(who Identity) error {
	steps := []struct {
		what string
		do   func() error
	}{
		{"supplementary groups", func() error { return syscall.Setgroups([]int{}) }},
		{"group", func() error { return syscall.Setresgid(who.GID, who.GID, who.GID) }},
		{"user", func() error { return syscall.Setresuid(who.UID, who.UID, who.UID) }},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			return fmt.Errorf("%s cannot be changed to that of %s (%d): %w", s.what, who.Name, who.UID, err)
		}
	}
	if who.UID != 0 && syscall.Setresuid(-1, 0, -1) == nil {
		return errors.New("root privileges can still be regained")
	}
	return nil
}

// dropWithCgo does what can be done on all threads of a program with cgo: the kernel dropped the capabilities with the
// change of user, and a filter of system calls, which allows all of them, sets no_new_privs on every thread (seccomp(2), SECCOMP_FILTER_FLAG_TSYNC).
func dropWithCgo(who Identity) error {
	if who.UID <= 0 {
		return errors.New("capabilities cannot be dropped in a program with cgo: build it with CGO_ENABLED=0")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs cannot be set: %w", err)
	}
	allow := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW}}
	program := unix.SockFprog{Len: uint16(len(allow)), Filter: &allow[0]}
	if _, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&program))); e != 0 {
		return fmt.Errorf("no_new_privs cannot be set on all threads: %w", e)
	}
	return nil
}
