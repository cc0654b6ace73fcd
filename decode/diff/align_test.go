package diff

import (
	"math/rand/v2"
	"testing"
)

// lcs is the length of the longest common subsequence, by the plain table.
func lcs(a, b []uint64) int {
	row := make([]int, len(b)+1)
	for i := range a {
		diagonal := 0
		for j := range b {
			up := row[j+1]
			if a[i] == b[j] {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(up, row[j])
			}
			diagonal = up
		}
	}
	return row[len(b)]
}

// checkMatch says how many are matched; matches have to be of equals, and in order.
func checkMatch(t *testing.T, a, b []uint64, match []int32) int {
	t.Helper()
	last, n := int32(-1), 0
	for i, j := range match {
		if j < 0 {
			continue
		}
		if j <= last || a[i] != b[j] {
			t.Fatalf("a[%d] with b[%d] after b[%d]: %v %v %v", i, j, last, a, b, match)
		}
		last = j
		n++
	}
	return n
}

func letters(r *rand.Rand, n, alphabet int) []uint64 {
	out := make([]uint64, n)
	for i := range out {
		out[i] = uint64(r.IntN(alphabet))
	}
	return out
}

func TestMyersIsTheLongest(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		a, b := letters(r, r.IntN(30), 4), letters(r, r.IntN(30), 4)
		l := &aligner{a: a, b: b, match: make([]int32, len(a)), edits: maxEdits}
		for i := range l.match {
			l.match[i] = -1
		}
		l.myers(0, len(a), 0, len(b))
		if got, want := checkMatch(t, a, b, l.match), lcs(a, b); got != want {
			t.Fatalf("%v %v: %d matched, want %d", a, b, got, want)
		}
	}
}

func TestAlign(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		a := letters(r, r.IntN(60), 40)
		b := append([]uint64(nil), a...)
		for range r.IntN(4) {
			if i := r.IntN(len(b) + 1); i < len(b) && r.IntN(2) == 0 {
				b = append(b[:i], b[i+1:]...)
			} else {
				b = append(b[:i], append([]uint64{uint64(100 + i)}, b[i:]...)...)
			}
		}
		got, best := checkMatch(t, a, b, align(a, b, false, maxEdits)), lcs(a, b)
		if got < best-1 {
			t.Fatalf("%v %v: %d matched, %d can be", a, b, got, best)
		}
	}
}

func TestAlignGivesUpQuickly(t *testing.T) {
	t.Parallel()
	const n = 20000
	a, b := make([]uint64, n), make([]uint64, n)
	for i := range a {
		a[i], b[i] = uint64(i%2), uint64(2+i%3)
	}
	if got := checkMatch(t, a, b, align(a, b, false, maxEdits)); got != 0 {
		t.Errorf("%d matched of lists that have nothing in common", got)
	}
	for i := range a {
		b[i] = uint64(i / 2 % 2)
	}
	if got := checkMatch(t, a, b, align(a, b, false, maxEdits)); got == 0 {
		t.Error("nothing matched of lists of the same two values")
	}
}
