package report

import (
	"math/bits"
	"slices"
	"strconv"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/decode/ws"
)

// session is what is kept of a session.
type session struct {
	info            *decode.Session
	phrase, verdict string
	measured        []check.Line
	hurt            bool
	findings        []ws.Finding
	found           int
	lane            timeline
	// rows are the first messages, limit how many these are at most (0: not limited), at their places by number; messages counts all.
	rows     []row
	limit    int
	at       map[int]int
	messages int64
	// open are the frames of messages that are not complete.
	open map[int][]frame
}

// row is a message; ref is where its payload is, -1 for nowhere, size how much of it, whole its length.
type row struct {
	m           ws.Message
	ref         int64
	size, whole int
	frames      []frame
}

// frame is what is shown of a frame.
type frame struct {
	offset, length int64
	key            [4]byte
	opcode         ws.Opcode
	rsv            uint8
	fin, masked    bool
	header         uint8
	packet         int
}

const (
	// maxFrames is how many frames of a message are kept, maxOpen of how many messages that are not complete.
	maxFrames, maxOpen = 16, 64
	// maxPayload is how many bytes of a payload the page has at most.
	maxPayload = 1 << 20
)

// frame keeps a frame until its message is complete.
func (s *session) frame(f *ws.Frame) {
	if s.open == nil {
		s.open = map[int][]frame{}
	}
	list, known := s.open[f.Message]
	if len(list) >= maxFrames || !known && len(s.open) >= maxOpen {
		return
	}
	s.open[f.Message] = append(list, frame{offset: f.Offset, length: f.Len, key: f.MaskKey, opcode: f.Opcode, rsv: f.RSV, fin: f.Fin,
		masked: f.Masked, header: uint8(f.HeaderLen), packet: f.Max})
}

// keep adds a message.
func (s *session) keep(m *ws.Message, opt Options) (err error) {
	x := row{m: *m, ref: -1, whole: len(m.Payload), frames: s.open[m.N]}
	delete(s.open, m.N)
	x.m.Payload, x.m.Wire = nil, nil
	x.m.Holes, x.m.Findings = slices.Clone(m.Holes), slices.Clone(m.Findings)
	if p := m.Payload[:min(len(m.Payload), maxPayload)]; len(p) > 0 && !opt.NoPayload && opt.Payloads != nil {
		x.size = len(p)
		if x.ref, err = opt.Payloads.Put(p); err != nil {
			x.ref = -1
		}
	}
	s.at[m.N] = len(s.rows)
	s.rows = append(s.rows, x)
	return err
}

// amend changes the state of a message that is kept.
func (s *session) amend(n int, state ws.State) {
	if i, ok := s.at[n]; ok {
		s.rows[i].m.State, s.rows[i].m.Conflict = s.rows[i].m.State.Worse(state), true
	}
}

// cut leaves the first n messages.
func (s *session) cut(n int) {
	s.limit = n
	for i := n; i < len(s.rows); i++ {
		delete(s.at, s.rows[i].m.N)
	}
	s.rows = slices.Clone(s.rows[:min(n, len(s.rows))])
}

// span is from when to when the session lasted, as far as is known, from the first packet of the run on.
func (s *session) span() (from, to capture.Time) {
	i := s.info
	from, to = s.lane.first, s.lane.last
	switch {
	case i.HasStarted:
		from = i.Started - i.Zero
	case i.HasOpened:
		from = i.Opened - i.Zero
	}
	if i.HasEnded {
		to = i.Ended - i.Zero
	}
	return max(from, 0), max(to, from, 0)
}

// timeline counts messages by direction in steps of time, which double as it grows.
type timeline struct {
	step        capture.Time
	bars        [2][steps]uint32
	first, last capture.Time
	any         bool
}

// steps is how many steps a timeline has; leastStep is the first.
const (
	steps     = 120
	leastStep = capture.Time(10_000)
)

// add counts a message at a time since the first packet of the run.
func (t *timeline) add(at capture.Time, d ws.Dir) {
	at = max(at, 0)
	if t.step == 0 {
		t.step = leastStep
	}
	for at/t.step >= steps {
		t.step *= 2
		for d := range t.bars {
			for i := range steps / 2 {
				t.bars[d][i] = t.bars[d][2*i] + t.bars[d][2*i+1]
			}
			clear(t.bars[d][steps/2:])
		}
	}
	t.bars[d][at/t.step]++
	if !t.any || at < t.first {
		t.first = at
	}
	t.last, t.any = max(t.last, at), true
}

// sizeStep is the power of two that a length is below: 0, 1, 2 to 3, 4 to 7 ...
func sizeStep(n int64) int { return min(bits.Len64(uint64(n)), sizeSteps-1) }

// closeWords are the close code that an application sees, or what there was instead.
func closeWords(v *check.Report) string {
	switch code := v.Verdict.Code; {
	case v.Session.State == decode.Refused:
		return "refused"
	case code == 0 && v.Verdict.Cause == "open":
		return "still open"
	case code == 0:
		return v.Verdict.Cause
	default:
		return strconv.Itoa(code) + " " + ws.CloseName(code)
	}
}
