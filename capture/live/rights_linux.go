//go:build !libpcap

package live

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// socketError distinguishes missing permission from other reasons why a socket cannot be opened.
func socketError(name string, err error) error {
	if err != unix.EPERM && err != unix.EACCES {
		return &InterfaceError{Name: name, What: "no packet socket", Err: err}
	}
	e := &PermissionError{Interface: name, Err: err}
	e.Program, _ = os.Executable()
	e.Why = againstSetcap(e.Program)
	e.Setcap = e.Why == ""
	return e
}

// againstSetcap says why a capability on the program's file would not help, or "".
func againstSetcap(program string) string {
	var fs unix.Statfs_t
	status, _ := os.ReadFile("/proc/thread-self/status")
	switch {
	case program == "":
		return "the path of the program is not known"
	case statusLine(string(status), "NoNewPrivs:") == "1":
		return "no_new_privs is set"
	case !inBounds(statusLine(string(status), "CapBnd:")):
		return "the capability is not in the bounding set, as in a container"
	case unix.Statfs(program, &fs) == nil && fs.Flags&unix.ST_NOSUID != 0:
		return "the file system of the program is mounted nosuid"
	}
	return ""
}

// inBounds reports whether a set of capabilities, in hexadecimal, has CAP_NET_RAW. One that cannot be read has.
func inBounds(set string) bool {
	v, err := strconv.ParseUint(set, 16, 64)
	return err != nil || v&(1<<unix.CAP_NET_RAW) != 0
}

func statusLine(status, key string) string {
	for line := range strings.Lines(status) {
		if v, ok := strings.CutPrefix(line, key); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
