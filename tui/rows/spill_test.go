package rows

import (
	"bytes"
	"os"
	"testing"

	"pgregory.net/rapid"
)

func TestSpillGivesBackWhatItWasGiven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &spill{budget: int64(rapid.IntRange(0, 100).Draw(t, "budget"))}
		defer s.close()
		var refs []int64
		var want [][]byte
		for range rapid.IntRange(1, 30).Draw(t, "n") {
			p := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "p")
			if rapid.IntRange(0, 9).Draw(t, "long") == 0 {
				p = bytes.Repeat(p, 40_000)
			}
			ref, err := s.Put(p)
			if err != nil || ref < 0 {
				t.Fatal(ref, err)
			}
			refs, want = append(refs, ref), append(want, p)
			k := rapid.IntRange(0, len(refs)-1).Draw(t, "k")
			n := rapid.IntRange(0, len(want[k])).Draw(t, "len")
			if got, err := s.Get(refs[k], n); err != nil || !bytes.Equal(got, want[k][:n]) {
				t.Fatalf("payload %d: %v, %d bytes", k, err, len(got))
			}
		}
		if s.used > s.budget {
			t.Fatalf("%d bytes of %d", s.used, s.budget)
		}
	})
}

func TestSpillLeavesNoFile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := &spill{}
	if _, err := s.Put([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if fs, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(fs) > 0 {
		t.Errorf("%v, %v", fs, err)
	}
	s.close()
	t.Setenv("TMPDIR", "/does/not/exist")
	if _, err := (&spill{}).Put([]byte("x")); err == nil {
		t.Error("no error where there is no directory")
	}
}
