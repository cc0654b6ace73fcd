package trace

import (
	"testing"

	"pgregory.net/rapid"
)

// TestNumbersLikeAMap holds an index against a map, whatever order numbers come and are dropped in.
func TestNumbersLikeAMap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var l indexByNumber
		want := map[int]int{}
		highest := 0
		dropped := map[int]bool{}
		for step := range rapid.IntRange(1, 80).Draw(t, "steps") {
			n := rapid.IntRange(1, 30).Draw(t, "number")
			if rapid.IntRange(0, 2).Draw(t, "drop") == 0 {
				l.forget(n)
				if delete(want, n); n <= highest {
					dropped[n] = true
				}
			} else if !dropped[n] { // a number comes once
				l.put(n, step)
				want[n], highest = step, max(highest, n)
			}
			for k := -1; k <= 32; k++ {
				i, there := want[k]
				if !there {
					i = -1
				}
				if got := l.at(k); got != i {
					t.Fatalf("number %d: got %d, want %d; %+v", k, got, i, l)
				}
			}
			if l.len() != highest {
				t.Fatalf("highest number: got %d, want %d", l.len(), highest)
			}
		}
		// Nothing is kept of numbers that were dropped before the first that is there or awaited.
		first := 1
		for dropped[first] {
			first++
		}
		if l.cut != first-1 {
			t.Fatalf("%d numbers are cut off, want %d; %+v", l.cut, first-1, l)
		}
	})
}

// TestNumbersOutOfRange are nowhere, and dropping them changes nothing.
func TestNumbersOutOfRange(t *testing.T) {
	t.Parallel()
	var l indexByNumber
	for _, n := range []int{-5, 0, 1, 1 << 30} {
		if l.forget(n); l.at(n) != -1 || l.len() != 0 {
			t.Errorf("number %d of none: %d", n, l.at(n))
		}
	}
	l.put(3, 30)
	for n, want := range map[int]int{-1: -1, 0: -1, 1: -1, 2: -1, 3: 30, 4: -1} {
		if got := l.at(n); got != want {
			t.Errorf("number %d: got %d, want %d", n, got, want)
		}
	}
	l.forget(3)
	l.forget(4)
	if l.len() != 3 || l.cut != 0 {
		t.Errorf("numbers 1 and 2 are awaited: %+v", l)
	}
	l.forget(1)
	if l.forget(2); l.cut != 3 || len(l.list) != 0 || l.len() != 3 {
		t.Errorf("all were dropped: %+v", l)
	}
	if l.put(2, 5); l.at(2) != -1 {
		t.Error("a number that was cut off is found")
	}
}
