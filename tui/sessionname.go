package tui

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"
)

// urlOf is what people call a session, inert.
func urlOf(i *rows.Listed) string { return show.Inert(i.URL()) }

// hostEnd is where the path of a name begins, 0 if it has none.
func hostEnd(name string) int {
	_, rest, ok := strings.Cut(name, "://")
	at := strings.IndexByte(rest, '/')
	if !ok || at < 0 {
		return 0
	}
	return len(name) - len(rest) + at
}

// names finds where the names of the sessions begin to differ: after the last separator before that. What they share is
// no name, unless there is nothing else.
func (t *sessionTable) names(infos []rows.Listed) {
	infos = slices.DeleteFunc(slices.Clone(infos), func(i rows.Listed) bool { return i.Session == nil })
	if t.name == 0 || len(infos) == 0 {
		return
	}
	first := urlOf(&infos[0])
	same, differ := len(first), false
	for i := range infos[1:] {
		name, k := urlOf(&infos[i+1]), 0
		for k < min(same, len(name)) && name[k] == first[k] {
			k++
		}
		differ = differ || name != first
		same = k
	}
	t.host = hostEnd(first)
	if same < t.host {
		t.host = 0
	}
	if t.told = t.host; differ {
		t.told = max(t.host, strings.LastIndexAny(first[:same], "/?&,;"))
		if strings.HasSuffix(first[:t.told+1], "//") {
			t.told++ // the hosts differ
		}
	}
}

// cut shortens a name to the column: the host goes first, if all have the same, then the beginning that all share, then
// the middle of the rest.
func (t *sessionTable) cut(name string) string {
	if draw.Width(name) <= t.name || t.told >= len(name) {
		return cutMiddle(name, t.name)
	}
	path, rest := name[t.host:], name[t.told:]
	switch {
	case draw.Width(path) <= t.name:
		return path
	case t.told == t.host, draw.Width(rest) >= t.name:
		return cutMiddle(rest, t.name)
	}
	return "…" + lastCells(path, t.name-1)
}

// cutMiddle shortens s, which is inert, to w cells; its beginning and its end stay.
func cutMiddle(s string, w int) string {
	if draw.Width(s) <= w || w < 3 {
		return draw.Cut(s, w)
	}
	head := draw.Cut(s, w/2+1) // with the sign that something is missing
	return head + lastCells(s, w-draw.Width(head))
}

// lastCells is the end of s, as much as fits into w cells.
func lastCells(s string, w int) string {
	s = s[max(0, len(s)-8*w):]
	for len(s) > 0 && !utf8.RuneStart(s[0]) {
		s = s[1:]
	}
	for draw.Width(s) > w {
		_, n := utf8.DecodeRuneInString(s)
		s = s[n:]
	}
	return s
}
