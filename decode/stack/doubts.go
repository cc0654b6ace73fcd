package stack

import (
	"fmt"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// noteDoubts makes findings of what TCP cannot vouch for. What is known of a connection concerns all its sessions; the
// last one reports it.
func (s *tracker) noteDoubts(t *decode.TCP) {
	if all := s.conn.all; all[len(all)-1] != s {
		return
	}
	for d := ws.C2S; d <= ws.S2C; d++ {
		x := &t.Doubts[d]
		s.doubt(rule.Damaged, d, damageOf(t, d), damaged(x))
		s.doubt(rule.Outside, d, ws.Stamp{}, outside(x))
		if x.Unchecked > 0 {
			s.doubt(rule.Unchecked, d, ws.Stamp{}, show.Bytes(x.Unchecked)+" sent again and not compared")
		}
	}
}

// doubt makes one finding, if there is anything to say. Without a packet of its own it stands at the last one.
func (s *tracker) doubt(r *rule.Rule, d ws.Dir, at ws.Stamp, detail string) {
	if detail == "" {
		return
	}
	if at.Packet == 0 {
		at = stampOf(s.conn.end())
	}
	s.Finding(&ws.Finding{Rule: r, Dir: d, At: at, Offset: -1, Detail: detail})
}

// damageOf is the first packet of d with a wrong checksum.
func damageOf(t *decode.TCP, d ws.Dir) ws.Stamp {
	for _, i := range t.Incidents {
		if i.Kind == reassembly.Damaged && i.Dir == d {
			return i.At
		}
	}
	return ws.Stamp{}
}

func damaged(x *reassembly.Doubts) string {
	switch {
	case x.Damaged == 0:
		return ""
	case x.DamagedBytes == 0:
		return show.Count(int(x.Damaged), "segment") + ", none of which was needed"
	}
	return fmt.Sprintf("%s; of %s there is no good copy", show.Count(int(x.Damaged), "segment"), show.Bytes(x.DamagedBytes))
}

func outside(x *reassembly.Doubts) string {
	var parts []string
	add := func(n int64, where string) {
		if n > 0 {
			parts = append(parts, show.Bytes(n)+" "+where)
		}
	}
	add(x.Outside, "outside the window")
	add(x.Before, "before the start")
	add(x.AfterFIN, "after the FIN")
	add(x.AfterRST, "after the RST")
	return strings.Join(parts, ", ")
}
