package out

import (
	"errors"
	"io/fs"
	"os"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// Dir is a folder that files are written into. It is made with the first of them if it does not exist. A folder that is
// not empty is used only with Force: files of the same names are replaced then, others stay.
type Dir struct {
	Name  string
	Force bool
	root  *os.Root
	// ours says that the folder is new, clean that it was empty before.
	ours, clean bool
	made        []string
	done        bool
}

// Check reports early what would fail at the first write.
func (o *Dir) Check() error {
	info, err := os.Lstat(o.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return run.Troublef("-o: %w", err)
	case info.Mode()&fs.ModeSymlink != 0:
		return run.Troublef("-o %s is a symbolic link, which is not followed", o.Name)
	case !info.IsDir():
		return run.Troublef("-o %s is not a folder", o.Name)
	}
	entries, err := os.ReadDir(o.Name)
	if err != nil {
		return run.Troublef("-o: %w", err)
	}
	if o.clean = len(entries) == 0; !o.clean && !o.Force {
		return run.Troublef("-o %s is not empty: --force replaces files of the same names", o.Name)
	}
	return nil
}

func (o *Dir) open() error {
	if err := o.Check(); err != nil {
		return err
	}
	err := os.Mkdir(o.Name, 0o700)
	if o.ours = err == nil; err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if o.root, err = os.OpenRoot(o.Name); err != nil || !o.ours {
		return err
	}
	d, err := o.root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	return giveBack(d)
}

// Write makes a file in the folder.
func (o *Dir) Write(name string, p []byte) error {
	if o.root == nil {
		if err := o.open(); err != nil {
			return err
		}
	}
	if o.Force {
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

// Commit completes the folder: its files stay.
func (o *Dir) Commit() error {
	if o.root == nil {
		if err := o.open(); err != nil {
			return err
		}
	}
	o.done = true
	return o.root.Close()
}

// Discard removes what was written and not committed.
func (o *Dir) Discard() {
	if o.done || o.root == nil {
		return
	}
	for _, name := range o.made {
		o.root.Remove(name)
	}
	o.root.Close()
	if o.ours {
		os.Remove(o.Name)
	}
}
