package trace

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestBlocksForgetLikeAMap holds blocks against a map from index to row, whatever is added and dropped.
func TestBlocksForgetLikeAMap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b rowList[int]
		want := map[int]int{}
		for range rapid.IntRange(1, 12).Draw(t, "rounds") {
			for range rapid.IntRange(0, 3*rowsPerBlock).Draw(t, "added") {
				want[b.n] = 7 * b.n
				b.add(7 * b.n)
			}
			from := rapid.IntRange(0, b.n).Draw(t, "from")
			step := rapid.SampledFrom([]int{1, 1, 2, 3, 1000}).Draw(t, "step")
			for i := from; i < min(b.n, from+rapid.IntRange(0, 4000).Draw(t, "for")); i += step {
				if _, there := want[i]; b.forget(i) != there {
					t.Fatalf("forget(%d): was there: %v", i, there)
				}
				delete(want, i)
			}
			checkBlocks(t, &b, want)
		}
	})
}

func checkBlocks(t *rapid.T, b *rowList[int], want map[int]int) {
	if b.live != len(want) {
		t.Fatalf("live %d, want %d", b.live, len(want))
	}
	var left []int
	for i := -1; i <= b.n+rowsPerBlock; i++ {
		v, there := want[i]
		if got := b.at(i); (got != nil) != there || got != nil && *got != v {
			t.Fatalf("at(%d): got %v, want %d, %v", i, got, v, there)
		}
		if there {
			left = append(left, i)
		}
	}
	skip := rapid.IntRange(0, len(left)).Draw(t, "skip")
	var got []int
	b.each(skip, func(i int) bool { got = append(got, i); return len(got) < 50 })
	if w := left[skip:min(len(left), skip+50)]; !slices.Equal(got, w) {
		t.Fatalf("from the %d-th on: got %v, want %v", skip, got, w)
	}
	i := rapid.IntRange(0, b.n+1).Draw(t, "i")
	if n, _ := slices.BinarySearch(left, i); b.before(i) != n {
		t.Fatalf("before(%d): got %d, want %d", i, b.before(i), n)
	}
}

// TestBlocksGiveMemoryBack counts what is kept of many rows of which few are left.
func TestBlocksGiveMemoryBack(t *testing.T) {
	t.Parallel()
	var b rowList[int]
	for i := range 1000 * rowsPerBlock {
		b.add(i)
		if i%500 != 0 { // two or three are left of each block
			b.forget(i)
		}
	}
	kept := 0
	for _, c := range b.list {
		kept += cap(c.rows)
	}
	if kept > 4*b.live+2*rowsPerBlock {
		t.Errorf("room for %d rows is kept, where there are %d", kept, b.live)
	}
	for i := range b.n {
		b.forget(i)
	}
	if len(b.list) != 1 || b.live != 0 {
		t.Errorf("%d blocks are left of %d rows", len(b.list), b.live)
	}
}
