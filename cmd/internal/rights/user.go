package rights

import (
	"cmp"
	"os"
	"os/user"
	"strconv"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// Identity is a user that a capture becomes before it reads packets.
type Identity struct {
	// Name is for people; UID and GID are -1 if nothing is changed.
	Name     string
	UID, GID int
}

// nobody is the user and group that own nothing.
const nobody = 65534

// Invoker returns the user to switch to: wanted (-Z USER), else the user who called sudo, else nobody; no change unless
// root.
func Invoker(wanted string) (Identity, error) {
	if os.Geteuid() != 0 {
		if wanted != "" {
			return Identity{}, run.Troublef("-Z %s: only root can become another user", wanted)
		}
		return Identity{UID: -1, GID: -1}, nil
	}
	if wanted != "" {
		return userNamed(wanted)
	}
	if uid := os.Getuid(); uid != 0 { // a set-user-ID program
		return Identity{strconv.Itoa(uid), uid, os.Getgid()}, nil
	}
	if who, ok := sudoer(); ok {
		return who, nil
	}
	return Identity{"nobody", nobody, nobody}, nil
}

// sudoer is the user who called sudo, if that was not root.
func sudoer() (Identity, bool) {
	uid, gid := number(os.Getenv("SUDO_UID")), number(os.Getenv("SUDO_GID"))
	return Identity{cmp.Or(os.Getenv("SUDO_USER"), os.Getenv("SUDO_UID")), uid, gid}, uid > 0 && gid >= 0 && os.Geteuid() == 0
}

// OwnerOf is the user who makes and owns the files of a capture that becomes who: the user who called sudo, else wanted
// (-Z USER), else the user who runs it. The files of a ring are always who's, since most of them are made after the
// switch.
func OwnerOf(who Identity, wanted string, ring bool) Identity {
	caller, ok := sudoer()
	switch {
	case ring && who.UID >= 0:
		return who
	case ok:
		return caller
	case wanted != "":
		return who
	}
	return Identity{strconv.Itoa(os.Getuid()), os.Getuid(), os.Getgid()}
}

// number is a user's or group's number, -1 if it is not one.
func number(s string) int {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return -1
	}
	return int(n)
}

// userNamed looks a user up by name or number in this system's own list.
func userNamed(name string) (Identity, error) {
	u, err := user.Lookup(name)
	if err != nil && number(name) >= 0 {
		if u, err = user.LookupId(name); err != nil {
			return Identity{name, number(name), number(name)}, nil
		}
	}
	if err != nil {
		return Identity{}, run.Troublef("-Z %s: there is no such user", name)
	}
	return Identity{u.Username, number(u.Uid), number(u.Gid)}, nil
}
