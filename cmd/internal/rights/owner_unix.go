//go:build unix

package rights

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

var errNotYours = errors.New("belongs to another user, and is not overwritten")

// OwnedBy returns a check of each new or overwritten file of a capture, before anything in it is changed: the file must
// be owner's and have no other name, so that root never overwrites the files of others.
func OwnedBy(owner Identity) func(*os.File) error {
	return func(f *os.File) error {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok && (int(st.Uid) != owner.UID || st.Nlink > 1) {
			return &fs.PathError{Op: "overwrite", Path: f.Name(), Err: errNotYours}
		}
		return nil
	}
}

// With runs do with who's file permissions, then restores root's: a user who calls sudo makes no file where only root
// could.
func With(who Identity, do func() error) error {
	if os.Geteuid() != 0 || who.UID <= 0 {
		return do()
	}
	groups, err := syscall.Getgroups()
	if err != nil {
		return fmt.Errorf("groups: %w", err)
	}
	steps := []func() error{
		func() error { return syscall.Setgroups([]int{who.GID}) },
		func() error { return syscall.Setegid(who.GID) },
		func() error { return syscall.Seteuid(who.UID) },
		do,
	}
	for _, step := range steps {
		if err = step(); err != nil {
			break
		}
	}
	back := errors.Join(syscall.Seteuid(0), syscall.Setegid(0), syscall.Setgroups(groups))
	if back != nil {
		return fmt.Errorf("root's permissions cannot be restored: %w", back)
	}
	return err
}
