//go:build unix

package out

import (
	"os"
	"strconv"
	"syscall"
)

const noFollow = syscall.O_NOFOLLOW

// giveBack makes the user who called sudo the owner of a file that root has just made.
func giveBack(f *os.File) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, ok := sudoUser(os.Getenv("SUDO_UID"), os.Getenv("SUDO_GID"))
	if !ok {
		return nil
	}
	return f.Chown(uid, gid)
}

func sudoUser(uid, gid string) (int, int, bool) {
	u, err := strconv.ParseUint(uid, 10, 31)
	if err != nil {
		return 0, 0, false
	}
	g, err := strconv.ParseUint(gid, 10, 31)
	return int(u), int(g), err == nil
}
