package out

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// File is a file that is written completely or not at all. It is made at the first Write, with mode 0600. A file that
// exists is replaced only with Force, by a new one of the same name, so that it stays whole until then.
type File struct {
	// Name is the name of the file; "-" is Std.
	Name  string
	Force bool
	// Blame words an error about what is in the way; nil words it for -o.
	Blame func(error) error
	// Std is written to if Name is "-".
	Std  io.Writer
	w    *bufio.Writer
	file *os.File
	// made is the name of file: a temporary one if Name is to be replaced.
	made string
}

const outBuffer = 1 << 16

// Check reports early what would fail at the first Write.
func (o *File) Check() error {
	if o.Name == "-" {
		return nil
	}
	err := inTheWay(o.Name, o.Force)
	if err == nil {
		return nil
	}
	if o.Blame == nil {
		return forOut(err)
	}
	return o.Blame(err)
}

// forOut words what is in the way of -o.
func forOut(err error) error {
	if errors.Is(err, ErrExists) {
		return run.Troublef("-o %w: --force replaces it", err)
	}
	return run.Troublef("-o %w", err)
}

// ErrExists is the error of a file that exists and is not to be replaced.
var ErrExists = errors.New("exists")

// inTheWay is why a file of that name cannot be made, or replaced with force; nil if it can. It starts with the name.
func inTheWay(name string, force bool) error {
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		dir := filepath.Dir(name)
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return fmt.Errorf("%s: there is no folder %s", name, dir)
		}
		return nil
	case err != nil:
		return WithoutOp(err)
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("%s is a symbolic link, which is not followed", name)
	case info.IsDir():
		return fmt.Errorf("%s is a folder: want the name of a file", name)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", name)
	case !force:
		return fmt.Errorf("%s %w", name, ErrExists)
	}
	return nil
}

// Write is io.Writer.
func (o *File) Write(p []byte) (int, error) {
	if o.w == nil {
		if err := o.open(); err != nil {
			return 0, err
		}
	}
	return o.w.Write(p)
}

func (o *File) open() (err error) {
	if o.Name == "-" {
		o.w = bufio.NewWriterSize(o.Std, outBuffer)
		return nil
	}
	if err := o.Check(); err != nil {
		return err
	}
	name := o.Name
	if _, err := os.Lstat(name); err == nil {
		name = filepath.Join(filepath.Dir(o.Name), ".wspeek-"+rand.Text())
	}
	if o.file, err = createNew(name); err != nil {
		return err
	}
	o.made = name
	o.w = bufio.NewWriterSize(o.file, outBuffer)
	return nil
}

// createNew makes a file that did not exist, which only its owner can read: the user who called sudo, if so.
func createNew(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|noFollow, 0o600)
	if err != nil {
		return nil, err
	}
	if err := giveBack(f); err != nil {
		f.Close()
		os.Remove(name)
		return nil, err
	}
	return f, nil
}

// Flush writes what is buffered to a pipe or terminal; a file can wait.
func (o *File) Flush() error {
	if o.w == nil || o.Name != "-" {
		return nil
	}
	return o.w.Flush()
}

// Commit completes the file: it has its name now.
func (o *File) Commit() error {
	if o.w == nil {
		if err := o.open(); err != nil {
			return err
		}
	}
	if err := o.w.Flush(); err != nil {
		return err
	}
	if o.file == nil {
		return nil
	}
	err := o.file.Close()
	o.file = nil
	if err == nil && o.made != o.Name {
		err = os.Rename(o.made, o.Name)
	}
	if err == nil {
		o.made = ""
	}
	return err
}

// Discard removes what was not committed.
func (o *File) Discard() {
	if o.file != nil {
		o.file.Close()
		o.file = nil
	}
	if o.made != "" {
		os.Remove(o.made)
		o.made = ""
	}
}

// Made is the name under which the file is written until Commit; empty if it is not open.
func (o *File) Made() string { return o.made }
