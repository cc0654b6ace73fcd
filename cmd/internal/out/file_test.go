package out

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// names are what a directory holds.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var ns []string
	for _, e := range entries {
		ns = append(ns, e.Name())
	}
	return strings.Join(ns, " ")
}

func TestHazard_O13_OutputFiles(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		make  func(path string) error
		force bool
		want  string // in the error
	}{
		{"new", nil, false, ""},
		{"new with force", nil, true, ""},
		{"exists", func(p string) error { return os.WriteFile(p, []byte("old"), 0o644) }, false, "exists: --force"},
		{"exists with force", func(p string) error { return os.WriteFile(p, []byte("old"), 0o644) }, true, ""},
		{"folder", func(p string) error { return os.Mkdir(p, 0o755) }, true, "is a folder"},
		{"link", func(p string) error { return os.Symlink("target", p) }, true, "symbolic link"},
		{"dangling link", func(p string) error { return os.Symlink("nowhere", p) }, false, "symbolic link"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "target"), []byte("theirs"), 0o644); err != nil {
				t.Fatal(err)
			}
			o := File{Name: filepath.Join(dir, "out"), Force: tt.force}
			if tt.make != nil {
				if err := tt.make(o.Name); err != nil {
					t.Fatal(err)
				}
			}
			before := names(t, dir)
			_, err := o.Write([]byte("new"))
			if err == nil {
				err = o.Commit()
			}
			o.Discard()
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) || names(t, dir) != before {
					t.Fatalf("got %v and %s, want %q and nothing changed", err, names(t, dir), tt.want)
				}
				return
			}
			data, _ := os.ReadFile(o.Name)
			info, statErr := os.Stat(o.Name)
			if err != nil || string(data) != "new" || statErr != nil || info.Mode() != 0o600 || names(t, dir) != "out target" {
				t.Errorf("got %q, mode %v, files %q, %v", data, info, names(t, dir), err)
			}
		})
	}
}

// A link that is put there between the check and the making is not followed, and a file not replaced.
func TestHazard_O13_Race(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	if err := os.Symlink("victim", path); err != nil {
		t.Fatal(err)
	}
	if f, err := createNew(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, %v, want that it exists", f, err)
	}
	if got := names(t, dir); got != "out" {
		t.Errorf("got %q: the link was followed", got)
	}
}

// What could not be written to its end is not there, and what it was to replace is as it was.
func TestHazard_O17_BrokenOffIsNotThere(t *testing.T) {
	t.Parallel()
	for _, force := range []bool{false, true} {
		dir := t.TempDir()
		o := File{Name: filepath.Join(dir, "out"), Force: force}
		if force {
			if err := os.WriteFile(o.Name, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := o.Write([]byte("begin")); err != nil {
			t.Fatal(err)
		}
		o.file.Close() // as if the disk had gone
		if err := o.Commit(); err == nil {
			t.Error("the error was lost")
		}
		o.Discard()
		got, _ := os.ReadFile(o.Name)
		if want := map[bool]string{true: "old"}[force]; string(got) != want || strings.Contains(names(t, dir), ".wspeek") {
			t.Errorf("force %v: got %q in %q", force, got, names(t, dir))
		}
	}
}

func TestHazard_O12_FolderOfPayloads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := Dir{Name: filepath.Join(dir, "d")}
	for _, name := range []string{"1", "2"} {
		if err := o.Write(name, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Write("1", []byte("y")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want that a name is used once", err)
	}
	o.Discard()
	if got := names(t, dir); got != "" {
		t.Errorf("%q is left of what was not finished", got)
	}
	theirs := filepath.Join(dir, "theirs")
	if err := os.Mkdir(theirs, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(theirs, "1"), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := (&Dir{Name: theirs}).Write("2", nil); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("got %v, want that it is not empty", err)
	}
	if err := os.Symlink(theirs, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := (&Dir{Name: filepath.Join(dir, "link"), Force: true}).Write("2", nil); err == nil || names(t, theirs) != "1" {
		t.Errorf("got %v and %q, want that a link is not followed", err, names(t, theirs))
	}
	forced := Dir{Name: theirs, Force: true}
	if err := errors.Join(forced.Write("1", []byte("new")), forced.Commit()); err != nil {
		t.Fatal(err)
	}
	info, _ := os.Stat(filepath.Join(theirs, "1"))
	if got, _ := os.ReadFile(filepath.Join(theirs, "1")); string(got) != "new" || info.Mode() != 0o600 {
		t.Errorf("got %q, mode %v", got, info.Mode())
	}
}
