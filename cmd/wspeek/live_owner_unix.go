//go:build unix

package main

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

var errNotYours = errors.New("belongs to somebody else, and is not overwritten")

// giveTo is called with each new or overwritten file of a capture before anything of it is changed: it gives the
// file to owner. A file that was there must be owner's already: rights that are about to be given up do not overwrite
// others' files, and nobody else has it open.
func giveTo(owner identity) func(*os.File) error {
	return func(f *os.File) error {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return nil
		}
		fresh := info.Size() == 0 && int(st.Uid) == os.Geteuid()
		if !fresh && int(st.Uid) != owner.uid || st.Nlink > 1 {
			return &fs.PathError{Op: "overwrite", Path: f.Name(), Err: errNotYours}
		}
		if os.Geteuid() != 0 { // it is made by who may not give it away
			return nil
		}
		return f.Chown(owner.uid, owner.gid)
	}
}

// ownerMayWrite says whether the mode of a directory lets who make files in it.
func ownerMayWrite(info fs.FileInfo, who identity) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	mode := info.Mode().Perm()
	switch {
	case int(st.Uid) == who.uid:
		mode >>= 6
	case int(st.Gid) == who.gid:
		mode >>= 3
	}
	return mode&3 == 3
}
