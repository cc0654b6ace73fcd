package check

import (
	"fmt"
	"strings"

	"github.com/wspeek/wspeek/decode/microscope"
	"github.com/wspeek/wspeek/decode/show"
)

// mostFields is how many fields that never compress are named.
const mostFields = 8

// symbolLine is a microscope.Measure in JSON.
type symbolLine struct {
	Messages    int         `json:"messages"`
	Unread      int         `json:"unread"`
	Literals    int64       `json:"literals"`
	LiteralBits int64       `json:"literal_bits"`
	Copies      int64       `json:"copies"`
	Copied      int64       `json:"copied"`
	CopyBits    int64       `json:"copy_bits"`
	Stored      int64       `json:"stored"`
	OtherBits   int64       `json:"other_bits"`
	Farthest    int         `json:"farthest"`
	Earlier     int64       `json:"from_earlier"`
	NoTakeover  int64       `json:"more_without_takeover"`
	Windows     []window    `json:"windows"`
	Fields      []fieldLine `json:"never_compress"`
}

// window is what needs a window of so many bits and no smaller one, and what that window would cost.
type window struct {
	Bits   int   `json:"bits"`
	Copies int64 `json:"copies"`
	Bytes  int64 `json:"bytes"`
	More   int64 `json:"more"`
}

type fieldLine struct {
	Path     string `json:"path"`
	Values   int    `json:"values"`
	Bytes    int64  `json:"bytes"`
	Literals int64  `json:"literals"`
	Bits     int64  `json:"bits"`
}

// symbols is the JSON of m; nil where nothing was looked at.
func symbols(m *microscope.Measure) *symbolLine {
	if m.Messages+m.Unread == 0 {
		return nil
	}
	l := &symbolLine{Messages: m.Messages, Unread: m.Unread, Literals: m.Literals, LiteralBits: m.LiteralBits, Copies: m.Copies, Copied: m.Copied,
		CopyBits: m.CopyBits, Stored: m.Stored, OtherBits: m.OtherBits(), Farthest: m.Farthest, Earlier: m.Earlier.Bytes, NoTakeover: m.WithoutTakeover(),
		Fields: []fieldLine{}}
	for i, r := range m.Within {
		l.Windows = append(l.Windows, window{i + 8, r.Copies, r.Bytes, m.WithWindow(i + 8)})
	}
	for _, f := range m.NeverCompress(mostFields) {
		l.Fields = append(l.Fields, fieldLine{show.Inert(f.Path), f.Values, f.Bytes, f.Literals, f.Bits()})
	}
	return l
}

// symbolLines are m in words.
func symbolLines(m *microscope.Measure) (list []Line) {
	if m.Messages == 0 {
		return nil
	}
	share := func(n, of int64) string { return percent(float64(n) / float64(max(of, 1))) }
	bits, stored := 8*m.Wire, ""
	if m.Stored > 0 {
		stored = ", stored bytes " + share(8*m.Stored, bits)
	}
	list = append(list, Line{"symbols", fmt.Sprintf("%s and %s of %d bytes; literals %s of the bits, copies %s, headers and codes %s%s",
		show.Count(m.Literals, "literal"), plural(m.Copies, "copy", "copies"), m.Copied, share(m.LiteralBits, bits), share(m.CopyBits, bits), share(m.OtherBits(), bits), stored)})
	if m.Copies > 0 {
		list = append(list, Line{"reach", fmt.Sprintf("at most %d bytes back; %s of what is copied comes from earlier messages", m.Farthest, share(m.Earlier.Bytes, m.Copied))})
		list = append(list, Line{"smaller", smaller(m)})
	}
	if fields := m.NeverCompress(mostFields); len(fields) > 0 {
		var names []string
		for _, f := range fields {
			names = append(names, fmt.Sprintf("%s (%s)", f.Path, show.Bytes(f.Bits()/8)))
		}
		list = append(list, Line{"new", "never compress: " + strings.Join(names, ", ")})
	}
	if m.Unread > 0 {
		list = append(list, Line{"unread", show.Count(m.Unread, "message") + " not looked at: bytes of them, or of what they refer to, are missing"})
	}
	return list
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// smaller says what smaller windows and no takeover would have cost.
func smaller(m *microscope.Measure) string {
	var parts []string
	for bits := 9; bits < 15; bits += 2 {
		if 1<<bits < m.Farthest {
			parts = append(parts, fmt.Sprintf("%d bits %s", bits, show.Bytes(m.WithWindow(bits))))
		}
	}
	parts = append(parts, "no context takeover "+show.Bytes(m.WithoutTakeover()))
	return "more bytes, at most, with a window of " + strings.Join(parts, ", ")
}
