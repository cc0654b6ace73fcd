package diff

import (
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode"
)

// Sessions pairs the sessions of two sides by path, subprotocol and order, and compares them; what has no counterpart
// is a Comparison of one side. They come in the order of a, then what is left of b. With forced, one session of
// each side are compared whatever their paths.
func Sessions(a, b []*Side, opt *Options, forced bool) []*Comparison {
	with := partners(a, b)
	if forced && len(a) == 1 && len(b) == 1 {
		with[0] = 0
	}
	taken := make([]bool, len(b))
	var out []*Comparison
	for i, j := range with {
		if j < 0 {
			out = append(out, alone(a[i], nil))
			continue
		}
		taken[j] = true
		out = append(out, Compare(a[i], b[j], opt))
	}
	for j := range b {
		if !taken[j] {
			out = append(out, alone(nil, b[j]))
		}
	}
	return out
}

// alone is a session without a counterpart.
func alone(a, b *Side) *Comparison {
	c := &Comparison{A: a, B: b}
	if a != nil {
		c.Counts[OnlyA] = len(a.Messages)
	}
	if b != nil {
		c.Counts[OnlyB] = len(b.Messages)
	}
	return c
}

// InCommon reports whether any two sessions were paired that have a message or a path in common.
func InCommon(cs []*Comparison) bool {
	for _, c := range cs {
		if c.A == nil || c.B == nil {
			continue
		}
		if c.Counts[Same]+c.Counts[Changed]+c.Counts[Moved]+c.Counts[Unclear] > 0 || related(c.A, c.B) {
			return true
		}
	}
	return false
}

func related(a, b *Side) bool {
	for _, l := range levels {
		if ka := l(a.Info); ka == l(b.Info) {
			return true
		}
	}
	return false
}

// levels are what sessions are paired by, from the closest to the least.
var levels = []func(*decode.Session) string{
	func(s *decode.Session) string {
		return strings.Join([]string{s.Path, s.Subprotocol, strconv.FormatBool(s.State == decode.Refused)}, "\x00")
	},
	func(s *decode.Session) string { return s.Path + "\x00" + s.Subprotocol },
	func(s *decode.Session) string { return bare(s.Path) + "\x00" + s.Subprotocol },
	func(s *decode.Session) string { return shape(bare(s.Path)) + "\x00" + s.Subprotocol },
	func(s *decode.Session) string { return shape(bare(s.Path)) },
}

// bare is a path without its query.
func bare(path string) string {
	p, _, _ := strings.Cut(path, "?")
	return p
}

// shape is a path without the parts that change from run to run: numbers, and what detectors cover.
func shape(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		s := []byte(p)
		if p != "" && run(s, isDigit) == len(p) {
			parts[i] = "#"
		} else {
			parts[i] = string(scrubbed(nil, s, scan(nil, s, near{1, 0})))
		}
	}
	return strings.Join(parts, "/")
}

// partners are, for each session of a, the index of its partner in b, or -1.
func partners(a, b []*Side) []int {
	with, back := unmatched(len(a)), unmatched(len(b))
	for _, key := range levels {
		waiting := map[string][]int{}
		for j, s := range b {
			if back[j] < 0 {
				waiting[key(s.Info)] = append(waiting[key(s.Info)], j)
			}
		}
		for i, s := range a {
			if at := waiting[key(s.Info)]; with[i] < 0 && len(at) > 0 {
				with[i], back[at[0]] = at[0], i
				waiting[key(s.Info)] = at[1:]
			}
		}
	}
	unknown(a, b, with, back)
	return with
}

// unknown pairs sessions whose request was not captured with what is left, in order: nothing speaks against it.
func unknown(a, b []*Side, with, back []int) {
	none := func(s *Side) bool { return s.Info.Path == "" }
	any := func(*Side) bool { return true }
	pair := func(inA, inB func(*Side) bool) {
		j := 0
		for i, s := range a {
			if with[i] >= 0 || !inA(s) {
				continue
			}
			for j < len(b) && (back[j] >= 0 || !inB(b[j])) {
				j++
			}
			if j < len(b) {
				with[i], back[j] = j, i
			}
		}
	}
	pair(none, any)
	pair(any, none)
}
