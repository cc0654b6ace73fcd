package stack_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// The kinds of faults that a storm counts.
const (
	untrueExact   = "untrue exact messages"
	unseenExact   = "exact messages of which bytes were not captured"
	doubtedExact  = "exact messages with two versions"
	untrueFrame   = "untrue exact frames"
	untrueLen     = "untrue len"
	untruePartial = "untrue partial messages"
	silentLoss    = "silent losses"
	vanished      = "messages that vanished"
	orderChange   = "orders that change the result"
	brokenResult  = "broken contracts"
)

// fault is one thing that is wrong with a result.
type fault struct{ kind, what string }

// judge holds a result against what was sent and what of it was captured.
type judge struct {
	*evidence
	r      *result
	faults []fault
	// trusting are the connections where what was not sent may be believed.
	trusting []bool
}

// judged are the faults of a result.
func (e *evidence) judged(r *result) []fault {
	j := &judge{evidence: e, r: r, trusting: make([]bool, len(e.conns))}
	for i := range e.conns {
		j.trusting[i] = e.believed(i)
	}
	for _, f := range r.faults() {
		j.add(brokenResult, "%s", f)
	}
	for _, s := range r.sessions {
		if c := j.candidates(s); !slices.ContainsFunc(c, func(n int) bool { return j.trusting[n] }) {
			j.session(s, c)
		}
	}
	j.losses()
	j.order()
	return j.faults
}

func (j *judge) add(kind, format string, args ...any) {
	j.faults = append(j.faults, fault{kind, fmt.Sprintf(format, args...)})
}

// candidates are the connections that a session may be.
func (j *judge) candidates(s *decode.Session) (out []int) {
	for i, c := range j.conns {
		if s.Client == c.ends[0] {
			out = append(out, i)
		}
	}
	return out
}

// exactOf are the exact messages of a direction.
func (j *judge) exactOf(s *decode.Session, d pcaps.Dir) (out []*told) {
	for _, m := range j.r.of(s.N, ws.Dir(d)) {
		if m.State == ws.Exact {
			out = append(out, m)
		}
	}
	return out
}

// is says that a message is what was sent.
func (m *sceneMessage) is(t *told) bool {
	return t.Opcode.String() == m.kind && bytes.Equal(t.Reason(), m.data)
}

// match finds messages in those that were sent, in order; -1 where one is not there.
func match(got []*told, want []sceneMessage) (at []int, wrong int) {
	last := -1
	for _, t := range got {
		i := slices.IndexFunc(want, func(m sceneMessage) bool { return m.is(t) })
		if i <= last {
			wrong++
			i = -1
		} else {
			last = i
		}
		at = append(at, i)
	}
	return at, wrong
}

// session judges what is reported of one session, all of which must be of one connection.
func (j *judge) session(s *decode.Session, candidates []int) {
	best, least := -1, 0
	for _, n := range candidates {
		sum := 0
		for d := range j.conns[n].messages {
			_, wrong := match(j.exactOf(s, pcaps.Dir(d)), j.conns[n].messages[d])
			sum += wrong
		}
		if best < 0 || sum < least {
			best, least = n, sum
		}
	}
	for d := pcaps.C2S; d <= pcaps.S2C; d++ {
		got := j.exactOf(s, d)
		if best < 0 {
			if len(got) > 0 {
				j.add(untrueExact, "session %d %v: %v", s.N, ws.Dir(d), got[0])
			}
			continue
		}
		j.exact(s, best, d, got)
		j.partial(s, candidates, d)
		j.exactFrames(s, candidates, d)
	}
}

// exact judges the exact messages of a direction of connection n.
func (j *judge) exact(s *decode.Session, n int, d pcaps.Dir, got []*told) {
	at, _ := match(got, j.conns[n].messages[d])
	doubted := j.doubted(n, d)
	for k, i := range at {
		if i < 0 {
			j.add(untrueExact, "session %d %v: %v: %.60q", s.N, ws.Dir(d), got[k], got[k].Payload)
			continue
		}
		for _, g := range j.conns[n].messages[d][i].ranges {
			if !j.captured(n, d, g[0], g[1], isGenuine) {
				j.add(unseenExact, "session %d %v: %v, frame at %v", s.N, ws.Dir(d), got[k], g)
			} else if slices.ContainsFunc(doubted, func(off int64) bool { return g[0] <= off && off < g[1] }) {
				j.add(doubtedExact, "session %d %v: %v, frame at %v", s.N, ws.Dir(d), got[k], g)
			}
		}
	}
}

// fits says whether what is known of a partial message is what was sent.
func (m *sceneMessage) fits(t *told) bool {
	if t.Opcode.String() != m.kind && t.Opcode != ws.OpContinuation {
		return false
	}
	known, at := t.Reason(), int64(0)
	for _, h := range append(slices.Clone(t.Holes), ws.Hole{At: 1 << 40}) {
		n := min(h.At-at, int64(len(known)))
		if n < 0 || at+n > int64(len(m.data)) || !bytes.Equal(known[:n], m.data[at:at+n]) {
			return false
		}
		known, at = known[n:], h.At+h.N
	}
	return true
}

// partial judges partial messages without doubt.
func (j *judge) partial(s *decode.Session, candidates []int, d pcaps.Dir) {
	for _, t := range j.r.of(s.N, ws.Dir(d)) {
		if t.State != ws.Partial || t.Confidence > 0 || t.Conflict || t.Compressed || t.Opcode == ws.OpClose {
			continue
		}
		var fit, long bool
		for _, n := range candidates {
			for i := range j.conns[n].messages[d] {
				if m := &j.conns[n].messages[d][i]; m.fits(t) {
					fit = true
					long = long || t.Len < 0 || t.Len == int64(len(m.data))
				}
			}
		}
		switch {
		case !fit:
			j.add(untruePartial, "session %d %v: %v: %.60q %v", s.N, ws.Dir(d), t, t.Payload, t.Holes)
		case !long:
			j.add(untrueLen, "session %d %v: %v", s.N, ws.Dir(d), t)
		}
	}
}

// exactFrames judges the exact frames of a direction: all lie in one stream that was sent, moved by a constant.
func (j *judge) exactFrames(s *decode.Session, candidates []int, d pcaps.Dir) {
	var got []ws.Frame
	for i, f := range j.r.frames {
		if j.r.framesOf[i].N == s.N && f.Dir == ws.Dir(d) && f.State == ws.Exact {
			got = append(got, f)
		}
	}
	if len(got) == 0 {
		return
	}
	least := len(got) + 1
	for _, n := range candidates {
		for _, first := range j.conns[n].frames[d] {
			least = min(least, misplaced(got, j.conns[n].frames[d], first.start-got[0].Offset))
		}
	}
	if least > 0 {
		j.add(untrueFrame, "session %d %v: %d of %d exact frames were not sent, the first is at %d", s.N, ws.Dir(d), least, len(got), got[0].Offset)
	}
}

// misplaced counts frames that were not sent at their offset plus shift.
func misplaced(got []ws.Frame, want []sceneFrame, shift int64) (wrong int) {
	for _, f := range got {
		i, ok := slices.BinarySearchFunc(want, f.Offset+shift, func(w sceneFrame, off int64) int { return int(w.start - off) })
		if !ok || !want[i].is(&f) {
			wrong++
		}
	}
	return wrong
}

func (w *sceneFrame) is(f *ws.Frame) bool {
	masked := w.Mask != nil
	return f.Fin == w.Fin && f.RSV == w.RSV && byte(f.Opcode) == w.Opcode && f.Len == int64(len(w.Payload)) &&
		f.Masked == masked && (!masked || f.MaskKey == *w.Mask)
}

// losses looks for what was not captured, or not reported, while the run says that it is complete.
func (j *judge) losses() {
	if len(j.r.account.Why) > 0 {
		return
	}
	want, clean := map[side]int{}, map[side]bool{}
	for n, c := range j.conns {
		for d := pcaps.C2S; d <= pcaps.S2C; d++ {
			lo, begun := j.begin(n, d)
			if !j.trusting[n] && !j.captured(n, d, lo, j.reach[n][d], anyPiece) {
				j.add(silentLoss, "connection %d %v: bytes of [%d,%d) were not captured, and the run is complete", n, ws.Dir(d), lo, j.reach[n][d])
			}
			at := side{c.ends[0], d}
			if _, seen := clean[at]; !seen {
				clean[at] = true
			}
			clean[at] = clean[at] && begun && j.reach[n][d] >= c.handshake[d] && j.untouched(n, d) >= c.handshake[d] && j.shaken(n)
			for _, m := range c.messages[d] {
				if m.end <= min(j.reach[n][d], j.untouched(n, d)) {
					want[at]++
				}
			}
		}
	}
	j.vanished(want, clean)
}

// side is a direction of all connections of a client.
type side struct {
	client netip.AddrPort
	dir    pcaps.Dir
}

// shaken says that nobody touched the opening handshake of connection n, which both directions depend on.
func (j *judge) shaken(n int) bool {
	c := j.conns[n]
	return j.untouched(n, 0) >= c.handshake[0] && j.untouched(n, 1) >= c.handshake[1]
}

// untouched is the offset of a direction from which on captured bytes were changed or put in.
func (j *judge) untouched(n int, d pcaps.Dir) int64 {
	lo := int64(len(j.conns[n].stream[d])) + 1
	for i := range j.units {
		if u := &j.units[i]; u.origin != genuine && len(u.seg.Payload) > 0 && u.conn == n && u.dir == d {
			lo = min(lo, u.lo)
		}
	}
	return lo
}

// vanished compares how many messages of a side are reported with how many were captured whole.
func (j *judge) vanished(want map[side]int, clean map[side]bool) {
	got := map[side]int{}
	for _, m := range j.r.messages {
		got[side{j.r.sessions[m.ref.N-1].Client, pcaps.Dir(m.Dir)}]++
	}
	for at, n := range want {
		if clean[at] && got[at] < n {
			j.add(vanished, "%v %v: %d messages are reported, %d were captured, and the run is complete", at.client, ws.Dir(at.dir), got[at], n)
		}
	}
}

// begin is the first offset of a direction from which all must have been captured.
func (j *judge) begin(n int, d pcaps.Dir) (lo int64, begun bool) {
	if j.flags[n][d]&pcaps.SYN != 0 || d == pcaps.C2S && j.flags[n][1]&pcaps.SYN != 0 {
		return 0, true
	}
	lo = j.reach[n][d]
	for _, p := range j.pieces[n][d] {
		if p.origin == genuine {
			lo = min(lo, p.lo)
		}
	}
	return max(lo, 0), false
}

// whole says that nothing was taken away and nothing put in.
func (j *judge) whole() bool {
	for n, c := range j.conns {
		for d := pcaps.C2S; d <= pcaps.S2C; d++ {
			if !j.captured(n, d, 0, int64(len(c.stream[d])), isGenuine) {
				return false
			}
		}
	}
	if j.torn && j.mixed {
		return false
	}
	var left [3][2]byte
	for _, u := range j.units {
		if u.origin != genuine || u.snap > 0 {
			return false
		}
		left[u.conn][u.dir] |= u.seg.Flags
	}
	for _, u := range j.scene.units {
		if u.seg.Flags&^left[u.conn][u.dir]&(pcaps.SYN|pcaps.FIN|pcaps.RST) != 0 {
			return false
		}
	}
	return true
}

// order judges captures from which nothing is missing, in any order: all is exact, in one session each, and complete.
func (j *judge) order() {
	if !j.whole() {
		return
	}
	why := slices.DeleteFunc(slices.Clone(j.r.account.Why), func(s string) bool { return j.torn && strings.Contains(s, "ip fragment") })
	if len(why) > 0 {
		j.add(orderChange, "nothing is missing, and the run is incomplete: %v", why)
		return
	}
	if len(j.r.sessions) != len(j.conns) {
		j.add(orderChange, "%d sessions, %d were sent", len(j.r.sessions), len(j.conns))
		return
	}
	for d := pcaps.C2S; d <= pcaps.S2C; d++ {
		want, got := 0, 0
		for n := range j.conns {
			want += len(j.conns[n].messages[d])
			got += len(j.exactOf(j.r.sessions[n], d))
		}
		if want != got {
			j.add(orderChange, "%v: %d messages are exact, %d were sent", ws.Dir(d), got, want)
		}
	}
}
