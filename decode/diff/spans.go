package diff

import (
	"cmp"
	"slices"
)

// untangle sorts spans by their begin and drops what overlaps an earlier one; at the same place rules go first.
func untangle(spans []span) []span {
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.by, b.by)) })
	out, end := spans[:0], 0
	for _, p := range spans {
		if p.from >= end {
			out = append(out, p)
			end = p.to
		}
	}
	return out
}

// scrubbed appends s with each span replaced by its mark.
func scrubbed(dst, s []byte, spans []span) []byte {
	at := 0
	for _, p := range spans {
		m := markOf(p)
		dst = append(append(dst, s[at:p.from]...), m[:]...)
		at = p.to
	}
	return append(dst, s[at:]...)
}
