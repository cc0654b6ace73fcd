package diff

import (
	"cmp"
	"slices"
)

// aligner matches two lists of hashes in order: it sets match, for each index of a, to its partner in b; -1 is none.
type aligner struct {
	a, b  []uint64
	match []int32
	// edits is how many insertions and deletions Myers' algorithm may look at in one run, unique says not to use it at all.
	edits  int
	unique bool
}

// occurrence counts a hash in a range of both sides.
type occurrence struct{ inA, inB, firstB int32 }

const (
	// maxEdits bounds the edit distance: the work of a run is at most about its square.
	maxEdits = 1000
	// maxRuns is how deep runs may be nested.
	maxRuns = 24
)

// align matches a with b.
func align(a, b []uint64, unique bool, edits int) []int32 {
	l := &aligner{a: a, b: b, match: make([]int32, len(a)), edits: edits, unique: unique}
	for i := range l.match {
		l.match[i] = -1
	}
	l.run(0, len(a), 0, len(b), 0)
	return l.match
}

// run matches a[a0:a1] with b[b0:b1].
func (l *aligner) run(a0, a1, b0, b1, depth int) {
	for a0 < a1 && b0 < b1 && l.a[a0] == l.b[b0] {
		l.match[a0] = int32(b0)
		a0, b0 = a0+1, b0+1
	}
	for a0 < a1 && b0 < b1 && l.a[a1-1] == l.b[b1-1] {
		a1, b1 = a1-1, b1-1
		l.match[a1] = int32(b1)
	}
	if a0 == a1 || b0 == b1 {
		return
	}
	var anchors [][2]int32
	if depth < maxRuns {
		anchors = l.anchors(a0, a1, b0, b1)
	}
	if len(anchors) == 0 {
		if !l.unique {
			l.shared(a0, a1, b0, b1)
		}
		return
	}
	for _, p := range anchors {
		l.match[p[0]] = p[1]
		l.run(a0, int(p[0]), b0, int(p[1]), depth+1)
		a0, b0 = int(p[0])+1, int(p[1])+1
	}
	l.run(a0, a1, b0, b1, depth+1)
}

// anchors are the matches of what occurs once on both sides, as many as keep the order (patience). Where there is nothing of
// that kind, what occurs equally often on both sides will do, the first with the first and so on.
func (l *aligner) anchors(a0, a1, b0, b1 int) [][2]int32 {
	seen := make(map[uint64]occurrence, b1-b0)
	for j := b0; j < b1; j++ {
		c := seen[l.b[j]]
		if c.inB++; c.inB == 1 {
			c.firstB = int32(j)
		}
		seen[l.b[j]] = c
	}
	for i := a0; i < a1; i++ {
		if c, ok := seen[l.a[i]]; ok {
			c.inA++
			seen[l.a[i]] = c
		}
	}
	var pairs [][2]int32
	for i := a0; i < a1; i++ {
		if c := seen[l.a[i]]; c.inA == 1 && c.inB == 1 {
			pairs = append(pairs, [2]int32{int32(i), c.firstB})
		}
	}
	if len(pairs) == 0 && !l.unique && (a1-a0)+(b1-b0) > l.edits {
		pairs = l.repeated(seen, a0, a1, b0, b1)
	}
	return ascending(pairs)
}

// repeated pairs what occurs equally often on both sides.
func (l *aligner) repeated(seen map[uint64]occurrence, a0, a1, b0, b1 int) [][2]int32 {
	places := map[uint64][]int32{}
	for j := b0; j < b1; j++ {
		if c := seen[l.b[j]]; c.inA == c.inB {
			places[l.b[j]] = append(places[l.b[j]], int32(j))
		}
	}
	var pairs [][2]int32
	for i := a0; i < a1; i++ {
		if at := places[l.a[i]]; len(at) > 0 {
			pairs = append(pairs, [2]int32{int32(i), at[0]})
			places[l.a[i]] = at[1:]
		}
	}
	return pairs
}

// ascending is a longest part of pairs, which ascend by their first, whose second ascend too.
func ascending(pairs [][2]int32) [][2]int32 {
	if len(pairs) == 0 {
		return nil
	}
	tails := make([]int32, 0, len(pairs)) // the pair with the smallest end of each length
	before := make([]int32, len(pairs))
	for i, p := range pairs {
		n, _ := slices.BinarySearchFunc(tails, p[1], func(t, v int32) int { return cmp.Compare(pairs[t][1], v) })
		if n > 0 {
			before[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, int32(i))
		} else {
			tails[n] = int32(i)
		}
	}
	out := make([][2]int32, len(tails))
	at := tails[len(tails)-1]
	for n := len(tails) - 1; n >= 0; n-- {
		out[n] = pairs[at]
		at = before[at]
	}
	return out
}

// shared runs Myers' algorithm over what occurs on both sides of a run: the rest cannot be matched.
func (l *aligner) shared(a0, a1, b0, b1 int) {
	inA, inB := map[uint64]bool{}, map[uint64]bool{}
	for _, h := range l.b[b0:b1] {
		inB[h] = true
	}
	a, ia := pick(l.a[a0:a1], inB)
	for _, h := range a {
		inA[h] = true
	}
	b, ib := pick(l.b[b0:b1], inA)
	sub := aligner{a: a, b: b, match: make([]int32, len(a)), edits: l.edits}
	for i := range sub.match {
		sub.match[i] = -1
	}
	sub.myers(0, len(a), 0, len(b))
	for i, j := range sub.match {
		if j >= 0 {
			l.match[a0+int(ia[i])] = int32(b0) + ib[j]
		}
	}
}

// pick is what of list is in the set, and where it stood.
func pick(list []uint64, set map[uint64]bool) (out []uint64, at []int32) {
	for i, h := range list {
		if set[h] {
			out, at = append(out, h), append(at, int32(i))
		}
	}
	return out, at
}

// myers matches a run by the shortest edit script (Myers 1986). Where that takes more than l.edits, it takes the way that came
// furthest by then, and goes on from its end.
func (l *aligner) myers(a0, a1, b0, b1 int) {
	for a0 < a1 && b0 < b1 {
		x, y := l.walk(a0, a1, b0, b1)
		a0, b0 = a0+x, b0+y
	}
}

// walk matches the start of a run, and returns how far it came on both sides: to the end, or by at least one.
func (l *aligner) walk(a0, a1, b0, b1 int) (x, y int) {
	n, m := a1-a0, b1-b0
	limit := min(n+m, l.edits)
	mid := limit + 1
	ends := make([]int32, 2*limit+3) // how far in a the path on diagonal k came, at k+mid
	trace := make([][]int32, 0, 16)
	for d := 0; d <= limit; d++ {
		trace = append(trace, slices.Clone(ends[mid-d:mid+d+1]))
		for k := -d; k <= d; k += 2 {
			x := 0
			if d > 0 {
				if x, _ = origin(ends[mid-d:], d, k); !down(ends[mid-d:], d, k) {
					x++
				}
			}
			for x < n && x-k < m && l.a[a0+x] == l.b[b0+x-k] {
				x++
			}
			ends[mid+k] = int32(x)
			if x >= n && x-k >= m {
				l.back(trace, a0, b0, n, m)
				return n, m
			}
		}
	}
	if x, y = furthest(ends, mid, limit, n, m); x+y == 0 {
		return n, m // no way stays inside: the rest is left unmatched
	}
	l.back(trace, a0, b0, x, y)
	return x, y
}

// furthest is the end of the path of limit steps that came furthest.
func furthest(ends []int32, mid, limit, n, m int) (x, y int) {
	for k := -limit; k <= limit; k += 2 {
		if ex := int(ends[mid+k]); ex <= n && ex-k <= m && ex-k+ex > x+y {
			x, y = ex, ex-k
		}
	}
	return x, y
}

// down reports whether step d reaches diagonal k by an insertion; v[i] is diagonal i-d.
func down(v []int32, d, k int) bool {
	return k == -d || k != d && v[k+d-1] < v[k+d+1]
}

// origin is where the last edit to diagonal k starts.
func origin(v []int32, d, k int) (x, y int) {
	if down(v, d, k) {
		x = int(v[k+d+1])
		return x, x - k - 1
	}
	x = int(v[k+d-1])
	return x, x - k + 1
}

// back walks the path from its end at x, y and sets the matches.
func (l *aligner) back(trace [][]int32, a0, b0, x, y int) {
	for d := len(trace) - 1; d >= 0; d-- {
		px, py, fromX, fromY := 0, 0, 0, 0
		if d > 0 {
			k := x - y
			px, py = origin(trace[d], d, k)
			fromX, fromY = px, py+1
			if !down(trace[d], d, k) {
				fromX, fromY = px+1, py
			}
		}
		for x > fromX && y > fromY {
			x, y = x-1, y-1
			l.match[a0+x] = int32(b0 + y)
		}
		x, y = px, py
	}
}
