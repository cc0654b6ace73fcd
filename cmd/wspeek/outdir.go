package main

import (
	"errors"
	"io/fs"
	"os"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// outDir is a folder that files are written into. It is made at the first of them if it does not exist. A folder that is
// not empty is taken only with force: files of the same names are replaced then, others stay.
type outDir struct {
	name  string
	force bool
	root  *os.Root
	// ours says that the folder was made here, clean that it was empty before.
	ours, clean bool
	made        []string
	done        bool
}

// check says early what would fail at the first write.
func (o *outDir) check() error {
	info, err := os.Lstat(o.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return run.Troublef("-o: %w", err)
	case info.Mode()&fs.ModeSymlink != 0:
		return run.Troublef("-o %s is a symbolic link, which is not followed", o.name)
	case !info.IsDir():
		return run.Troublef("-o %s is not a folder", o.name)
	}
	entries, err := os.ReadDir(o.name)
	if err != nil {
		return run.Troublef("-o: %w", err)
	}
	if o.clean = len(entries) == 0; !o.clean && !o.force {
		return run.Troublef("-o %s is not empty: --force replaces files of the same names", o.name)
	}
	return nil
}

func (o *outDir) open() error {
	if err := o.check(); err != nil {
		return err
	}
	err := os.Mkdir(o.name, 0o700)
	if o.ours = err == nil; err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if o.root, err = os.OpenRoot(o.name); err != nil || !o.ours {
		return err
	}
	d, err := o.root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	return giveBack(d)
}

// write makes a file in the folder.
func (o *outDir) write(name string, p []byte) error {
	if o.root == nil {
		if err := o.open(); err != nil {
			return err
		}
	}
	if o.force {
		if err := o.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	f, err := o.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|noFollow, 0o600)
	if err != nil {
		return err
	}
	o.made = append(o.made, name)
	if err := giveBack(f); err != nil {
		f.Close()
		return err
	}
	_, err = f.Write(p)
	return errors.Join(err, f.Close())
}

// commit makes what was written stand.
func (o *outDir) commit() error {
	if o.root == nil {
		if err := o.open(); err != nil {
			return err
		}
	}
	o.done = true
	return o.root.Close()
}

// discard removes what was written and not committed.
func (o *outDir) discard() {
	if o.done || o.root == nil {
		return
	}
	for _, name := range o.made {
		o.root.Remove(name)
	}
	o.root.Close()
	if o.ours {
		os.Remove(o.name)
	}
}
