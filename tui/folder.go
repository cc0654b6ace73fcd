package tui

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
)

// writable reports whether a file can be made in a folder: it makes one, and removes it.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".wspeek-*")
	if err != nil {
		return false
	}
	name := f.Name()
	return errors.Join(f.Close(), os.Remove(name)) == nil
}

// folder is where files are proposed to be written: here, or else in a folder that can be written to. Empty is here.
func (m *model) folder() string {
	if m.canWrite(".") {
		return ""
	}
	home, _ := os.UserHomeDir()
	for _, dir := range []string{home, os.TempDir()} {
		if dir != "" && m.canWrite(dir) {
			return dir
		}
	}
	return ""
}

// propose is a name for a new file, and why it is not in this folder.
func (m *model) propose(name string) (path, why string) {
	if dir := m.folder(); dir != "" {
		return m.free(filepath.Join(dir, name)), who() + " cannot write to this folder: " + dir + " is proposed"
	}
	return m.free(name), ""
}

// who is the user that wspeek runs as: started as root, it is another one by now.
func who() string {
	if u, err := user.LookupId(strconv.Itoa(os.Getuid())); err == nil {
		return u.Username
	}
	return "wspeek"
}

// elsewhere says of an error of writing where that can be done.
func (m *model) elsewhere(err error) error {
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	if dir := m.folder(); dir != "" {
		return fmt.Errorf("%w: %s cannot write there; %s can be written to", err, who(), dir)
	}
	return err
}
