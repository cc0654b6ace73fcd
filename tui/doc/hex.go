package doc

import (
	"fmt"

	"github.com/wspeek/wspeek/tui/draw"
)

// hexDump is a payload shown as bytes and characters.
type hexDump struct {
	p    []byte
	per  int    // bytes a row
	at   string // how the offset is written
	th   *draw.Theme
	find draw.Finder
}

// newHex makes rows that fit into width cells.
func newHex(p []byte, width int, th *draw.Theme, find draw.Finder) *hexDump {
	at, per := "%08x  ", 16
	if len(p) <= 0x10000 {
		at = "%04x  "
	}
	for per > 4 && len(fmt.Sprintf(at, 0))+4*per+1 > width {
		per /= 2
	}
	return &hexDump{p, per, at, th, find}
}

func (h *hexDump) Len() int { return (len(h.p) + h.per - 1) / h.per }

func (h *hexDump) Draw(i int, l *draw.Line) {
	from := i * h.per
	to := min(from+h.per, len(h.p))
	l.Put(h.th.Dim, fmt.Sprintf(h.at, from))
	hit := h.hits(from, to)
	for k := from; k < from+h.per; k++ {
		if k >= to {
			l.Put(h.th.Plain, "   ")
			continue
		}
		l.Put(h.style(h.p[k], hit[k-from]), fmt.Sprintf("%02x", h.p[k])).Put(h.th.Plain, " ")
	}
	l.Put(h.th.Plain, " ")
	for k := from; k < to; k++ {
		c := h.p[k]
		st := h.style(c, hit[k-from])
		if c < 0x20 || c > 0x7e {
			c = '.'
		}
		l.Put(st, string(rune(c)))
	}
}

func (h *hexDump) style(c byte, hit bool) draw.Style {
	switch {
	case hit:
		return h.th.Hit
	case c < 0x20 || c > 0x7e:
		return h.th.Dim
	}
	return h.th.Plain
}

// hits says which bytes of a row belong to matches.
func (h *hexDump) hits(from, to int) []bool {
	out := make([]bool, to-from)
	if h.find == nil {
		return out
	}
	for at := max(0, from-hitMargin); at < to; {
		i, n := h.find(h.p[at:min(to+hitMargin, len(h.p))])
		if i < 0 || n == 0 {
			break
		}
		for k := max(at+i, from); k < min(at+i+n, to); k++ {
			out[k-from] = true
		}
		at += i + n
	}
	return out
}

// seek is as in text.
func (h *hexDump) Seek(i, step int) int {
	if h.find == nil {
		return -1
	}
	for k := i + step; k >= 0 && k < h.Len(); k += step {
		from := k * h.per
		if at, n := h.find(h.p[from:min(from+h.per+hitMargin, len(h.p))]); at >= 0 && n > 0 && at < h.per {
			return k
		}
	}
	return -1
}
