package run

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

func TestWindowFileKeepsWhatIsPut(t *testing.T) {
	t.Parallel()
	type kept struct {
		at     int64
		window []byte
	}
	var f windowFile
	defer f.Close()
	var list []kept
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 3000 {
		if len(list) < 50 || r.IntN(2) == 0 && len(list) < 200 {
			w := bytes.Repeat([]byte{byte(i), byte(i >> 8)}, 1+r.IntN(maxWindow/2))
			at, ok := f.Put(w)
			if !ok {
				t.Fatal(f.Err())
			}
			list = append(list, kept{at, w})
			continue
		}
		k := r.IntN(len(list))
		got := make([]byte, len(list[k].window))
		switch {
		case i%5 == 0:
			f.Free(list[k].at, len(got))
		case !f.Get(list[k].at, got) || !bytes.Equal(got, list[k].window):
			t.Fatalf("window %d is not what was put: %v", k, f.Err())
		}
		list[k] = list[len(list)-1]
		list = list[:len(list)-1]
	}
	if f.end > 220*2*maxWindow {
		t.Errorf("the file has %d bytes: places are not used again", f.end)
	}
}

func TestWindowFileHasNoName(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	var f windowFile
	if _, ok := f.Put([]byte("a window")); !ok {
		t.Fatal(f.Err())
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

func TestWindowFileWithoutFolderSaysWhy(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	var f windowFile
	for range 2 {
		if _, ok := f.Put([]byte("a window")); ok || f.Err() == nil {
			t.Fatal("a window is kept in no folder")
		}
	}
	if os.IsNotExist(f.Close()) {
		t.Error("Close of a file that was never made")
	}
}
