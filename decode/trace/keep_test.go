package trace

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

var errFull = errors.New("no room")

// full is Payloads that has no room.
type full struct{ Memory }

func (*full) Put([]byte) (int64, error) { return 7, errFull }

func TestMessagesAreKeptWithoutTheirPayload(t *testing.T) {
	t.Parallel()
	m := ws.Message{N: 1, Len: 3, Frames: 1, CloseCode: -1, Payload: []byte("abc")}
	for _, c := range []struct {
		name string
		p    Payloads
		err  error
	}{{"payloads are not kept", nil, nil}, {"there is no room for them", &full{}, errFull}} {
		tr := New(c.p)
		b := batchOf(1, nil, nil, []ws.Message{m})
		if err := tr.Apply(b, &b.Events[0]); !errors.Is(err, c.err) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.err)
		}
		p, err := tr.Payload(0)
		if _, got := tr.Message(0); got.Len != 3 || p != nil || err != nil || tr.PayloadLen(0) != 0 || tr.Index(1, 1) != 0 {
			t.Errorf("%s: length %d, payload %q, %v", c.name, got.Len, p, err)
		}
	}
}

func TestPrefixes(t *testing.T) {
	t.Parallel()
	tr := New(&Memory{})
	apply(t, tr, []ws.Message{{N: 1, CloseCode: -1, Payload: []byte("first")}, {N: 2, CloseCode: -1}, {N: 3, CloseCode: -1, Payload: []byte{}}, {N: 4, CloseCode: -1, Payload: []byte("last")}}, nil)
	for _, c := range []struct {
		i, n int
		want string
		kept bool
	}{
		{0, 0, "", true}, {0, 3, "fir", true}, {0, 5, "first", true}, {0, 500, "first", true},
		{1, 5, "", false}, {2, 5, "", true}, {3, 2, "la", true}, {4, 5, "", false}, {-1, 5, "", false},
	} {
		p, err := tr.Prefix(c.i, c.n)
		if string(p) != c.want || (p != nil) != c.kept || err != nil {
			t.Errorf("%d bytes of message %d: got %q, %v, want %q", c.n, c.i, p, err, c.want)
		}
	}
	for i, want := range map[int]int{-1: 0, 0: 5, 1: 0, 2: 0, 3: 4, 4: 0} {
		if got := tr.PayloadLen(i); got != want {
			t.Errorf("payload of message %d: %d bytes, want %d", i, got, want)
		}
	}
}

// TestWhatIsNotThere: every question about a message, frame or session that does not exist has an answer.
func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	tr := New(nil)
	apply(t, tr, []ws.Message{{N: 2, CloseCode: -1}}, []ws.Frame{{N: 2, Message: 2}})
	if err := tr.Apply(&decode.Batch{}, &decode.Event{Kind: decode.KindMessage}); err != nil || tr.Len() != 1 {
		t.Errorf("an event of no session: %v, %d messages", err, tr.Len())
	}
	for _, n := range []int{-1, 0, 2, 1 << 30} {
		if tr.Session(n) != nil || tr.CurrentSession(n) != nil || tr.Findings(n) != nil || tr.MessageCount(n) != 0 || tr.FrameCount(n) != 0 ||
			tr.FirstKept(n) != 1 || tr.Index(n, 1) != -1 || tr.FrameIndex(n, 1) != -1 || tr.Frames(n) != nil || tr.MessageFrames(n, 1, 9) != nil {
			t.Errorf("session %d is there", n)
		}
		if n == 0 || n == 2 {
			continue
		}
		var m ws.Message
		f := ws.Frame{N: 5}
		if tr.MessageInto(n, &m) != 0 || tr.FrameInto(n, &f) != 0 || f.N != 0 || tr.Time(n) != 0 || tr.SessionOf(n) != 0 || tr.FrameSession(n) != 0 {
			t.Errorf("message or frame %d is there", n)
		}
	}
	// Numbers 1 are awaited.
	if tr.MessageCount(1) != 2 || tr.Index(1, 1) != -1 || tr.Index(1, 2) != 0 || tr.FrameCount(1) != 2 || tr.FrameIndex(1, 1) != -1 || tr.FrameIndex(1, 2) != 0 {
		t.Errorf("message 1 at %d, frame 1 at %d", tr.Index(1, 1), tr.FrameIndex(1, 1))
	}
	if fs := tr.Frames(1); len(fs) != 2 || fs[0].N != 0 || fs[1].N != 2 || tr.FrameSession(0) != 1 || tr.FrameLen() != 1 {
		t.Errorf("frames %+v", fs)
	}
}

// TestSnapshots: the newest is the session; counts go on between snapshots, and never back.
func TestSnapshots(t *testing.T) {
	t.Parallel()
	tr := New(nil)
	snapshot := func(s *decode.Session) {
		b := &decode.Batch{}
		b.AddSession(decode.Event{Session: &decode.SessionRef{N: s.N}}, s)
		applyAll(t, tr, b)
	}
	first := &decode.Session{N: 3, Host: "h", Last: 4, Findings: 1, Messages: [2]int64{1, 0}, Bytes: [2]int64{9, 0}, WireBytes: [2]int64{20, 0}}
	snapshot(first)
	if tr.Sessions() != 3 || tr.Session(3) != first || tr.Session(1).N != 1 || tr.Session(2).N != 2 {
		t.Errorf("%d sessions, the first is %+v", tr.Sessions(), tr.Session(1))
	}
	applyAll(t, tr, batchOf(3, nil, []ws.Finding{{Rule: rule.RSV}, {Rule: rule.UTF8}}, []ws.Message{
		{N: 1, Dir: ws.C2S, Len: 5, WireLen: 30, Max: 9, CloseCode: -1}, {N: 2, Dir: ws.S2C, Len: 2, WireLen: 2, Max: 7, CloseCode: -1}}))
	got := tr.CurrentSession(3)
	if got.Messages != [2]int64{1, 1} || got.Bytes != [2]int64{9, 2} || got.WireBytes != [2]int64{30, 2} || got.Findings != 2 || got.Last != 9 || got.Host != "h" {
		t.Errorf("now: %+v", got)
	}
	var scratch decode.Session
	if now := tr.SessionNow(3, &scratch); now != &scratch || now.Messages != got.Messages || now.Last != got.Last || now.Findings != got.Findings {
		t.Errorf("now: %+v", now)
	}
	if first.Findings != 1 || first.Last != 4 {
		t.Errorf("the snapshot was changed: %+v", first)
	}
	second := &decode.Session{N: 3, Last: 50, Findings: 7, Messages: [2]int64{5, 5}}
	snapshot(second)
	if got := tr.CurrentSession(3); tr.Session(3) != second || got.Last != 50 || got.Findings != 7 || got.Messages != [2]int64{5, 5} || got.Bytes != [2]int64{5, 2} {
		t.Errorf("after the second snapshot: %+v", got)
	}
	third := &decode.Session{N: 3, Last: 50, Findings: 7, Messages: [2]int64{5, 5}, Bytes: [2]int64{9, 9}, WireBytes: [2]int64{99, 99}}
	if snapshot(third); tr.SessionNow(3, &scratch) != third || tr.SessionNow(9, &scratch) != nil {
		t.Error("a snapshot that says all of it was copied")
	}
	if fs := tr.Findings(3); len(fs) != 2 || fs[0].Rule != rule.RSV || fs[1].Rule != rule.UTF8 || tr.FindingCount() != 2 {
		t.Errorf("findings %+v", fs)
	}
}

// TestDroppedSessionsStayDropped: what is reported of one later is counted and not kept.
func TestDroppedSessionsStayDropped(t *testing.T) {
	t.Parallel()
	kept := &counting{live: map[int64]int{}}
	tr := New(kept)
	for n := 1; n <= 3; n++ {
		applyAll(t, tr, batchOf(n, []ws.Frame{{N: 1, Message: 1}, {N: 2, Message: 1}}, []ws.Finding{{Rule: rule.RSV}}, []ws.Message{{N: 1, Frames: 2, CloseCode: -1, Payload: []byte{byte(n)}}}))
	}
	tr.ForgetSession(2)
	tr.ForgetSession(2)
	tr.ForgetSession(9)
	applyAll(t, tr, batchOf(2, []ws.Frame{{N: 3, Message: 2}}, []ws.Finding{{Rule: rule.RSV}}, []ws.Message{{N: 2, Frames: 1, CloseCode: -1, Payload: []byte("late")}}))
	messages, frames := tr.Forgotten()
	sessions, left := tr.Remembered()
	if messages != 2 || frames != 2 || sessions != 2 || left != 2 || tr.Sessions() != 3 || tr.Len() != 3 || len(kept.live) != 2 || tr.FindingCount() != 3 {
		t.Errorf("dropped %d messages, %d frames; %d sessions, %d messages, %d payloads are left", messages, frames, sessions, left, len(kept.live))
	}
	if got := tr.SessionsFrom(0, 10); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("sessions %v", got)
	}
	for k, want := range map[int]int{0: 1, 1: 3, 2: 0, 50: 0} {
		if got := tr.SessionAt(k); got != want {
			t.Errorf("the session after %d others is %d, want %d", k, got, want)
		}
	}
	for n, want := range map[int]int{1: 0, 2: 1, 3: 1, 4: 2} {
		if got := tr.PositionOf(n); got != want {
			t.Errorf("before session %d: %d, want %d", n, got, want)
		}
	}
	for _, c := range []struct {
		from, to int
		want     []int
	}{{0, 1, []int{1}}, {1, 2, []int{3}}, {1, 9, []int{3}}, {2, 9, nil}, {0, 0, nil}, {5, 3, nil}} {
		if got := tr.SessionsFrom(c.from, c.to); !slices.Equal(got, c.want) {
			t.Errorf("sessions from %d to %d: got %v, want %v", c.from, c.to, got, c.want)
		}
	}
}

// TestTheNewestMessageIsNeverDropped, and the oldest one is known at any time.
func TestTheNewestMessageIsNeverDropped(t *testing.T) {
	t.Parallel()
	tr := New(nil)
	if n := tr.ForgetOldest(5, 0); n != 0 || tr.Oldest() != 0 {
		t.Errorf("dropped %d of nothing, the oldest is %d", n, tr.Oldest())
	}
	for n := 1; n <= 10; n++ {
		apply(t, tr, []ws.Message{{N: n, Frames: 1, CloseCode: -1}}, []ws.Frame{{N: n, Message: n}})
	}
	for _, c := range []struct{ n, dropped, oldest int }{{0, 0, 0}, {3, 3, 3}, {1, 1, 4}, {100, 5, 9}, {100, 0, 9}} {
		if got := tr.ForgetOldest(c.n, 0); got != c.dropped || tr.Oldest() != c.oldest {
			t.Errorf("of %d: dropped %d, the oldest is %d, want %d and %d", c.n, got, tr.Oldest(), c.dropped, c.oldest)
		}
	}
	if _, frames := tr.Forgotten(); frames != 9 || tr.FirstKept(1) != 10 {
		t.Errorf("%d frames are dropped, the first message is %d", frames, tr.FirstKept(1))
	}
}

// TestFramesOfOneMessage are dropped, the oldest first, if it has very many: its message does not end.
func TestFramesOfOneMessage(t *testing.T) {
	t.Parallel()
	tr := New(nil)
	apply(t, tr, []ws.Message{{N: 1, Frames: 1, CloseCode: -1}}, []ws.Frame{{N: 1, Message: 1}})
	const n = 1<<16 + 10
	for k := range n {
		f := ws.Frame{N: k + 2, Message: 2}
		if k%1000 == 0 {
			f.Findings = []*rule.Rule{rule.RSV}
		}
		apply(t, tr, nil, []ws.Frame{f})
	}
	if got := tr.ForgetOldest(100, 0); got != 100 {
		t.Errorf("dropped %d", got)
	}
	if messages, frames := tr.Forgotten(); messages != 0 || frames != 100 {
		t.Errorf("dropped %d messages and %d frames", messages, frames)
	}
	if fs := tr.MessageFrames(1, 2, 3); len(fs) != 3 || fs[0].N != 101 || fs[2].N != 103 {
		t.Errorf("frames %+v", fs)
	}
	if fs := tr.MessageFrames(1, 1, 3); len(fs) != 0 {
		t.Errorf("frames of the first message: %+v", fs)
	}
}

// TestSizeFollowsWhatIsKept: it falls to what it was when all is dropped again.
func TestSizeFollowsWhatIsKept(t *testing.T) {
	t.Parallel()
	tr := New(nil)
	if tr.Size() != 0 {
		t.Errorf("nothing takes %d bytes", tr.Size())
	}
	applyAll(t, tr, batchOf(1, nil, nil, []ws.Message{{N: 1, CloseCode: -1}}))
	one := tr.Size()
	applyAll(t, tr, batchOf(1, []ws.Frame{{N: 1, Message: 2}, {N: 2, Message: 2, Findings: []*rule.Rule{rule.RSV}}}, nil,
		[]ws.Message{{N: 2, Frames: 2, CloseCode: -1, Findings: []*rule.Rule{rule.RSV}}}))
	if got := tr.Size() - one; got != rowBytes+2*frameBytes+2*oddBytes {
		t.Errorf("a message of two frames takes %d bytes", got)
	}
	tr.ForgetOldest(1, 0)
	if got := tr.Size(); got != sessionBytes+rowBytes+2*frameBytes+2*oddBytes {
		t.Errorf("without the first message: %d bytes", got)
	}
	if tr.ForgetSession(1); tr.Size() != 0 || len(tr.odd)+len(tr.oddFrames) != 0 {
		t.Errorf("without the session: %d bytes", tr.Size())
	}
}

// TestFindingsOfTheHandshakeAreKeptLongest where messages, and findings with them, are dropped.
func TestFindingsOfTheHandshakeAreKeptLongest(t *testing.T) {
	t.Parallel()
	s := &sessionTrace{}
	for range 3 {
		s.findings = append(s.findings, ws.Finding{Rule: rule.Accept})
	}
	for n := 1; n <= 2*maxForgetfulFindings; n++ {
		s.findings = append(s.findings, ws.Finding{Rule: rule.RSV, Message: n})
	}
	s.forgetFindings()
	if len(s.findings) != maxForgetfulFindings || s.findings[2].Rule != rule.Accept || s.findings[3].Message != maxForgetfulFindings+4 ||
		s.findings[len(s.findings)-1].Message != 2*maxForgetfulFindings {
		t.Errorf("%d are kept, the fourth is of message %d", len(s.findings), s.findings[3].Message)
	}
	before := slices.Clone(s.findings)
	if s.forgetFindings(); !reflect.DeepEqual(s.findings, before) {
		t.Error("few findings are dropped")
	}
}

// TestRetentionLikeAQueue holds a Retention against a slice of the sessions that are closed.
func TestRetentionLikeAQueue(t *testing.T) {
	t.Parallel()
	type closed struct{ n, at, size int }
	rapid.Check(t, func(t *rapid.T) {
		f := Retention{Sessions: rapid.IntRange(0, 5).Draw(t, "sessions"), Bytes: int64(rapid.SampledFrom([]int{0, 0, 2500, 6000}).Draw(t, "bytes"))}
		var queue []closed
		var bytes int64
		dropped := 0
		for step := 1; step <= rapid.IntRange(1, 40).Draw(t, "steps"); step++ {
			s := &decode.Session{N: step, Host: string(make([]byte, rapid.IntRange(0, 900).Draw(t, "host")))}
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 0:
				s.State = decode.Open
			case 1:
				s.State = decode.Refused
			case 2:
				s.HasEnded = true
			default:
				s.State = decode.Closed
			}
			f.Closed(&decode.Session{N: step}, s, 10*step)
			f.Closed(s, s, 10*step+1) // reported again
			if s.State != decode.Open && (f.Sessions > 0 || f.Bytes > 0) {
				queue, bytes = append(queue, closed{step, 10 * step, 1000 + len(s.Host)}), bytes+int64(1000+len(s.Host))
			}
			for f.Sessions > 0 && len(queue) > f.Sessions || f.Bytes > 0 && bytes > f.Bytes {
				if !f.Over() {
					t.Fatalf("not over: %v of %+v", queue, f)
				}
				if got := f.Next(); got != queue[0].n {
					t.Fatalf("dropped %d, want %d", got, queue[0].n)
				}
				queue, bytes, dropped = queue[1:], bytes-int64(queue[0].size), dropped+1
			}
			at, ok := f.Oldest()
			if f.Over() || ok != (len(queue) > 0) || ok && at != queue[0].at || f.Forgotten != dropped {
				t.Fatalf("over %v, oldest %d %v, %d dropped; want %v and %d", f.Over(), at, ok, f.Forgotten, queue, dropped)
			}
		}
	})
}
