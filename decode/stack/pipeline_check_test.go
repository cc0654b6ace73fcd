package stack_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// faults are what must never be, whatever the capture: an account that does not add up, a broken contract.
func (r *result) faults() []string {
	out := slices.Clone(r.broken)
	a, b := &r.account, &r.account.Bytes
	if sum := b.HTTP + b.TLS + b.FrameHeaders + b.Payload + b.Undecoded + b.Missing; b.Stream != sum {
		out = append(out, fmt.Sprintf("%d stream bytes, their sum is %d: %+v", b.Stream, sum, *b))
	}
	sum := a.Decoded
	for _, n := range a.Skipped {
		sum += n
	}
	if a.Read != sum {
		out = append(out, fmt.Sprintf("%d packets read, %d decoded and skipped: %v", a.Read, sum, a.Skipped))
	}
	if n := len(r.sessions); int(a.Sessions) != n {
		out = append(out, fmt.Sprintf("%d sessions in the account, %d told", a.Sessions, n))
	}
	return append(append(out, r.sums()...), r.strayFrames()...)
}

// strayFrames compares the frames with the messages that they belong to. A frame claims no more than its message does of conflicts.
func (r *result) strayFrames() (out []string) {
	for i, f := range r.frames {
		m := r.byN[[2]int{r.framesOf[i].N, f.Message}]
		switch {
		case m == nil:
			out = append(out, fmt.Sprintf("frame %d of message %d, which was not told", f.N, f.Message))
		case m.Dir != f.Dir || f.Offset < m.Stream.Start || f.Offset >= m.Stream.End:
			out = append(out, fmt.Sprintf("frame %d %s at %d: its message is %v at %v", f.N, f.Dir, f.Offset, m, m.Stream))
		case f.State == ws.Exact && m.Conflict:
			out = append(out, fmt.Sprintf("frame %d is exact, its message %v is in conflict", f.N, m))
		}
	}
	return out
}

// sums compares the totals of the sessions with their messages.
func (r *result) sums() (out []string) {
	counts := map[[2]int]int64{}
	for _, m := range r.messages {
		counts[[2]int{m.ref.N, int(m.Dir)}]++
	}
	for _, s := range r.sessions {
		for d := range s.Messages {
			if n := counts[[2]int{s.N, d}]; n != s.Messages[d] {
				out = append(out, fmt.Sprintf("session %d %s has %d messages, %d told", s.N, ws.Dir(d), s.Messages[d], n))
			}
		}
	}
	return out
}

func (r *result) mustHold(t testing.TB) {
	t.Helper()
	for _, f := range r.faults() {
		t.Error(f)
	}
}

// of are the messages of a session and direction by number.
func (r *result) of(session int, d ws.Dir) []*told {
	var out []*told
	for _, m := range r.messages {
		if m.ref.N == session && m.Dir == d {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b *told) int { return a.N - b.N })
	return out
}

// only is the one session of a capture.
func (r *result) only(t testing.TB) *decode.Session {
	t.Helper()
	if len(r.sessions) != 1 {
		t.Fatalf("got %d sessions, want 1", len(r.sessions))
	}
	return r.sessions[0]
}

// broke reports whether a rule was reported broken.
func (r *result) broke(rule *rule.Rule) bool {
	return slices.ContainsFunc(r.findings, func(f ws.Finding) bool { return f.Rule == rule })
}
