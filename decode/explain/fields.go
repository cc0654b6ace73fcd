package explain

import (
	"slices"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// concerns reports whether rule r, which f breaks, is broken in the field of that name.
func concerns(r *rule.Rule, name string, f *ws.Frame) bool {
	if !slices.Contains(r.Fields, name) {
		return false
	}
	if r == rule.Unfinished {
		return (name == namePayload) == (f.Fin || f.Opcode.Control())
	}
	switch name {
	case nameRSV1:
		return f.RSV&4 != 0 && (r != rule.RSV || !slices.Contains(f.Findings, rule.DeflateRSV1))
	case nameRSV2:
		return f.RSV&2 != 0
	case nameRSV3:
		return f.RSV&1 != 0
	}
	return true
}

func inert(s string) string { return show.Inert(s) }
