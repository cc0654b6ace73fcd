package tap

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// SSHExpression is a filter for the SSH connection that this program runs in, and that connection for a person;
// empty if there is none.
func SSHExpression() (expr, who string) {
	f := strings.Fields(sshConnection())
	for i := range f { // fe80::1%eth0: an address in a packet has no zone
		f[i], _, _ = strings.Cut(f[i], "%")
	}
	if len(f) != 4 || net.ParseIP(f[0]) == nil || net.ParseIP(f[2]) == nil || number(f[1]) < 0 || number(f[3]) < 0 {
		return "", ""
	}
	return fmt.Sprintf("tcp and host %s and host %s and port %s and port %s", f[0], f[2], f[1], f[3]),
		net.JoinHostPort(f[0], f[1]) + " > " + net.JoinHostPort(f[2], f[3])
}

// sshConnection is $SSH_CONNECTION; sudo removes it, and so the environments of the parent processes are searched too.
func sshConnection() string {
	const name = "SSH_CONNECTION"
	if v := os.Getenv(name); v != "" {
		return v
	}
	pid := os.Getppid()
	for range 16 {
		if pid <= 1 {
			break
		}
		environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		for v := range strings.SplitSeq(string(environ), "\x00") {
			if v, ok := strings.CutPrefix(v, name+"="); ok {
				return v
			}
		}
		pid = parentOf(pid)
	}
	return ""
}

// parentOf is the parent process of pid, 0 if that is not known.
func parentOf(pid int) int {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	if f := strings.Fields(after); len(f) > 1 {
		return max(number(f[1]), 0)
	}
	return 0
}

// number is a port or process number, -1 if it is not one.
func number(s string) int {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return -1
	}
	return int(n)
}
