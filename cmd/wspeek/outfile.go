package main

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

// outFile is a file that is written to the end or not at all. It is made at the first Write, with mode 0600. A
// file that exists is replaced only with force, by a new one of the same name, so that it stays whole until then.
type outFile struct {
	name  string
	force bool
	// blame makes an error for a person of what is in the way; nil is that of -o.
	blame func(error) error
	// std is written to where name is "-".
	std  io.Writer
	w    *bufio.Writer
	file *os.File
	// made is the name of file: a temporary one where name is to be replaced.
	made string
}

const outBuffer = 1 << 16

// check says early what would fail at the first Write.
func (o *outFile) check() error {
	if o.name == "-" {
		return nil
	}
	err := inTheWay(o.name, o.force)
	if err == nil {
		return nil
	}
	if o.blame == nil {
		return blameOut(err)
	}
	return o.blame(err)
}

// blameOut is what is in the way of -o.
func blameOut(err error) error {
	if errors.Is(err, errExists) {
		return run.Troublef("-o %w: --force replaces it", err)
	}
	return run.Troublef("-o %w", err)
}

var errExists = errors.New("exists")

// inTheWay is why a file of that name cannot be made, or replaced with force; nil where it can. It begins with the name.
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
		return plain(err)
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("%s is a symbolic link, which is not followed", name)
	case info.IsDir():
		return fmt.Errorf("%s is a folder: want the name of a file", name)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", name)
	case !force:
		return fmt.Errorf("%s %w", name, errExists)
	}
	return nil
}

// Write is io.Writer.
func (o *outFile) Write(p []byte) (int, error) {
	if o.w == nil {
		if err := o.open(); err != nil {
			return 0, err
		}
	}
	return o.w.Write(p)
}

func (o *outFile) open() (err error) {
	if o.name == "-" {
		o.w = bufio.NewWriterSize(o.std, outBuffer)
		return nil
	}
	if err := o.check(); err != nil {
		return err
	}
	name := o.name
	if _, err := os.Lstat(name); err == nil {
		name = filepath.Join(filepath.Dir(o.name), ".wspeek-"+rand.Text())
	}
	if o.file, err = createNew(name); err != nil {
		return err
	}
	o.made = name
	o.w = bufio.NewWriterSize(o.file, outBuffer)
	return nil
}

// createNew makes a file that did not exist, for its owner alone: the user who called sudo, if so.
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

// flush hands what waits to a pipe or terminal; a file can wait.
func (o *outFile) flush() error {
	if o.w == nil || o.name != "-" {
		return nil
	}
	return o.w.Flush()
}

// commit makes what was written stand.
func (o *outFile) commit() error {
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
	if err == nil && o.made != o.name {
		err = os.Rename(o.made, o.name)
	}
	if err == nil {
		o.made = ""
	}
	return err
}

// discard removes what was not committed.
func (o *outFile) discard() {
	if o.file != nil {
		o.file.Close()
		o.file = nil
	}
	if o.made != "" {
		os.Remove(o.made)
		o.made = ""
	}
}
