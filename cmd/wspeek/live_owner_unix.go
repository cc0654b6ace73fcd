//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

var errNotYours = errors.New("belongs to somebody else, and is not overwritten")

// ownedBy is called with each new or overwritten file of a capture before anything of it is changed: it must be owner's,
// and have no other name. Rights that are about to be given up do not overwrite others' files, and nobody else has it open.
func ownedBy(owner identity) func(*os.File) error {
	return func(f *os.File) error {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok && (int(st.Uid) != owner.uid || st.Nlink > 1) {
			return &fs.PathError{Op: "overwrite", Path: f.Name(), Err: errNotYours}
		}
		return nil
	}
}

// withRightsOf does something with the rights that who has to files, and takes those of root back. Who calls sudo makes
// no files where only root could.
func withRightsOf(who identity, do func() error) error {
	if os.Geteuid() != 0 || who.uid <= 0 {
		return do()
	}
	groups, err := syscall.Getgroups()
	if err != nil {
		return fmt.Errorf("groups: %w", err)
	}
	steps := []func() error{
		func() error { return syscall.Setgroups([]int{who.gid}) },
		func() error { return syscall.Setegid(who.gid) },
		func() error { return syscall.Seteuid(who.uid) },
		do,
	}
	for _, step := range steps {
		if err = step(); err != nil {
			break
		}
	}
	back := errors.Join(syscall.Seteuid(0), syscall.Setegid(0), syscall.Setgroups(groups))
	if back != nil {
		return fmt.Errorf("rights cannot be taken back: %w", back)
	}
	return err
}
