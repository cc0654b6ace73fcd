package main

import (
	"cmp"
	"os"
	"os/user"
	"strconv"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// identity is whom a capture becomes before it reads packets.
type identity struct {
	// name is as for a person; uid and gid are -1 where nothing is changed.
	name     string
	uid, gid int
}

// nobody is the user and group that own nothing.
const nobody = 65534

// invoker is whom to become: USER of -Z; else, as root, who called sudo, or nobody. Who is not root stays who he is.
func invoker(wanted string) (identity, error) {
	if os.Geteuid() != 0 {
		if wanted != "" {
			return identity{}, run.Troublef("-Z %s: only root can become somebody else", wanted)
		}
		return identity{uid: -1, gid: -1}, nil
	}
	if wanted != "" {
		return userNamed(wanted)
	}
	if uid := os.Getuid(); uid != 0 { // a set-user-ID program
		return identity{strconv.Itoa(uid), uid, os.Getgid()}, nil
	}
	if who, ok := sudoer(); ok {
		return who, nil
	}
	return identity{"nobody", nobody, nobody}, nil
}

// sudoer is who called sudo, if that was somebody else than root.
func sudoer() (identity, bool) {
	uid, gid := number(os.Getenv("SUDO_UID")), number(os.Getenv("SUDO_GID"))
	return identity{cmp.Or(os.Getenv("SUDO_USER"), os.Getenv("SUDO_UID")), uid, gid}, uid > 0 && gid >= 0 && os.Geteuid() == 0
}

// ownerOf is who makes the files of a capture that becomes who, and owns them: who called sudo, else USER of -Z, else
// whoever runs it. Of a ring it is who in any case, since its other files are made when the rights are gone.
func ownerOf(who identity, wanted string, ring bool) identity {
	caller, ok := sudoer()
	switch {
	case ring && who.uid >= 0:
		return who
	case ok:
		return caller
	case wanted != "":
		return who
	}
	return identity{strconv.Itoa(os.Getuid()), os.Getuid(), os.Getgid()}
}

// number is a user's or group's number, -1 for what is none.
func number(s string) int {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return -1
	}
	return int(n)
}

// userNamed looks a user up by name or number in this system's own list.
func userNamed(name string) (identity, error) {
	u, err := user.Lookup(name)
	if err != nil && number(name) >= 0 {
		if u, err = user.LookupId(name); err != nil {
			return identity{name, number(name), number(name)}, nil
		}
	}
	if err != nil {
		return identity{}, run.Troublef("-Z %s: there is no such user", name)
	}
	return identity{u.Username, number(u.Uid), number(u.Gid)}, nil
}
