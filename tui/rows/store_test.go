package rows

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/tui/feedtest"
)

type (
	batch = decode.Batch
	event = decode.Event
)

// What the status line counts is what was decoded.
func TestCountsAddUp(t *testing.T) {
	t.Parallel()
	for _, name := range samples {
		s := storeOf(t, pcaps.Get(name).Data)
		c := s.Counts()
		var messages, states int64
		for n := 1; n <= c.Sessions; n++ {
			_, count := s.Kept(n)
			messages += int64(count)
		}
		for _, k := range c.Account.States {
			states += k
		}
		if int64(c.Messages) != c.Account.Messages || messages < int64(c.Messages) || states != c.Account.Messages {
			t.Errorf("%s: %d messages, %d in sessions, %d by state, %d in the account", name, c.Messages, messages, states, c.Account.Messages)
		}
		if !c.Done || c.Err != nil || c.Listed != c.Sessions || c.Trouble != "" {
			t.Errorf("%s: %+v", name, c)
		}
		counts, span := s.Timeline(7)
		sum := int64(0)
		for _, k := range counts {
			sum += int64(k)
		}
		if first, last := s.Times(); sum != c.Account.Messages || span <= 0 || span > 2*(last-first) {
			t.Errorf("%s: the timeline has %d messages of %d, spans %d of %d", name, sum, c.Account.Messages, span, last-first)
		}
	}
}

func TestFinishRecordsWhyItEnded(t *testing.T) {
	t.Parallel()
	s := New(Limits{})
	s.Finish(errors.New("the cable was cut"), func(a *decode.Account) { a.Read = 7 })
	c := s.Counts()
	if !c.Done || c.Err == nil || c.Account.Read != 7 || !slices.Contains(c.Account.Why, "the cable was cut") {
		t.Errorf("%+v", c)
	}
	a, err := s.Close()
	if err == nil || a.Read != 7 {
		t.Errorf("%v, %v", a.Read, err)
	}
}

// Each message and frame is found again by its number, and one leads to the other.
func TestNumbersLeadBack(t *testing.T) {
	t.Parallel()
	for _, name := range samples {
		s := storeOf(t, pcaps.Get(name).Data)
		for i := range s.Counts().Messages {
			session, m := s.Message(i)
			c, ok := s.Numbered(session.N, m.N, 0)
			if !ok || c.Index != i || c.Message.N != m.N {
				t.Fatalf("%s: message %d is %d:%d, found at %d", name, i, session.N, m.N, c.Index)
			}
			f := s.FrameOrMessage(&c)
			if f < 0 {
				continue // its frames were not seen whole
			}
			frame := s.Cell(Entry{Kind: OfFrame, Index: f})
			if back := s.FrameOrMessage(&frame); back != i {
				t.Fatalf("%s: frame %d of message %d leads to %d", name, f, i, back)
			}
			if k, x, ok := s.MessageOf(&frame); k != i || x.N != m.N || !ok {
				t.Fatalf("%s: the message of frame %d is %d", name, f, k)
			}
		}
		if _, ok := s.Numbered(1, 0, 0); ok {
			t.Errorf("%s: there is a message 0", name)
		}
		if session, m := s.Message(1 << 20); session != nil || m != nil {
			t.Errorf("%s: there is a message beyond the last", name)
		}
	}
}

// Before finds the last message of the same side and opcode.
func TestBeforeIsTheLastOfItsKind(t *testing.T) {
	t.Parallel()
	s := storeOf(t, pcaps.Get("graphql").Data)
	for n := 1; ; n++ {
		c, ok := s.Numbered(1, n, 0)
		if !ok {
			break
		}
		want := -1
		for k := 1; k < n; k++ {
			o, _ := s.Numbered(1, k, 0)
			if o.Message.Dir == c.Message.Dir && o.Message.Opcode == c.Message.Opcode {
				want = o.Index
			}
		}
		if got := s.Before(1, &c.Message); got != want {
			t.Errorf("before message %d is %d, want %d", n, got, want)
		}
	}
}

func TestPrefixIsTheStartOfThePayload(t *testing.T) {
	t.Parallel()
	s := storeOf(t, pcaps.Get("jsonrpc").Data)
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, s.Counts().Messages-1).Draw(t, "i")
		n := rapid.IntRange(0, 200).Draw(t, "n")
		p, err := s.Payload(i)
		if err != nil {
			t.Fatal(err)
		}
		got, whole, err := s.Prefix(i, n)
		if err != nil || whole != len(p) || string(got) != string(p[:min(n, len(p))]) {
			t.Fatalf("%q of %d, want %q of %d; %v", got, whole, p[:min(n, len(p))], len(p), err)
		}
	})
}

func TestSessionsByPosition(t *testing.T) {
	t.Parallel()
	s := New(Limits{History: 64 << 20, Sessions: 4})
	if err := feedtest.Read(feedtest.Crowd(30), s.Visit); err != nil {
		t.Fatal(err)
	}
	c := s.Counts()
	if c.Listed != 5 || c.PastSessions != 26 || c.Sessions != 31 {
		t.Fatalf("%d listed, %d dropped of %d", c.Listed, c.PastSessions, c.Sessions)
	}
	all := s.Listed(0, c.Listed)
	for k, i := range all {
		if s.SessionAt(k) != i.N || s.PositionOf(i.N) != k || s.Session(i.N) == nil {
			t.Errorf("row %d: session %d, position %d", k, i.N, s.PositionOf(i.N))
		}
	}
	if s.Session(2) != nil || s.SessionAt(99) != 0 {
		t.Error("a session that was dropped is there")
	}
	if a, _ := s.Close(); a.PastSessions != 26 || a.PastMessages == 0 {
		t.Errorf("the account has %d sessions and %d messages of the past", a.PastSessions, a.PastMessages)
	}
}

// A message that was dropped is gone in every way to ask for it.
func TestDroppedMessagesAreGone(t *testing.T) {
	t.Parallel()
	s := New(Limits{History: 1 << 20})
	if err := feedtest.Read(feedtest.TwoSessions(feedtest.Script(6000), feedtest.Script(6000)), s.Visit); err != nil {
		t.Fatal(err)
	}
	c := s.Counts()
	if held := s.trace.Size() + s.payloads.held; held > 1<<20 || c.PastMessages == 0 {
		t.Fatalf("%d bytes are held, %d messages dropped", held, c.PastMessages)
	}
	if session, _ := s.Message(0); session != nil {
		t.Error("message 0 is there")
	}
	if c := s.Cell(Entry{Kind: OfMessage}); c.Kind != Dropped || c.Time() != 0 || c.Session == nil {
		t.Errorf("%+v", c.Entry)
	}
	v := NewFilter(Spec{})
	v.Scan(s)
	for _, cell := range v.Cells(s, 0, len(v.rows)) {
		if cell.Kind == Dropped {
			t.Fatal("a new filter lists what was dropped")
		}
	}
	first, count := s.Kept(2)
	if first < 2 || count < 6000 {
		t.Errorf("session 2 is kept from %d of %d", first, count)
	}
}

// Times count from the first packet of the run; of sessions that have nothing to do with each other from each one's start.
func TestZeroIsTheStartOfTheSession(t *testing.T) {
	t.Parallel()
	s := storeOf(t, feedtest.YearsApart())
	first, last := s.Times()
	const zero = 1_000_000_000_000_000_000 // the SYN of the first session
	if s.Zero(0) != zero || s.Zero(1) != zero || s.Zero(2) != zero {
		t.Errorf("zeros %d, %d, %d, the first packet was at %d", s.Zero(0), s.Zero(1), s.Zero(2), int64(zero))
	}
	if years := time.Duration(last-first).Hours() / 24 / 365; years < 22 || years > 23 {
		t.Errorf("%.1f years", years)
	}
	apart := New(Limits{Apart: true})
	if err := feedtest.Read(feedtest.YearsApart(), apart.Visit); err != nil {
		t.Fatal(err)
	}
	if apart.Zero(1) != apart.Session(1).Started || apart.Zero(2) != apart.Session(2).Started {
		t.Errorf("apart, zeros are %d and %d", apart.Zero(1), apart.Zero(2))
	}
	if _, span := apart.Timeline(1); time.Duration(span) > time.Minute {
		t.Errorf("the timeline spans %v", time.Duration(span))
	}
}

// Work that takes long lets others have their turn, and they are not woken for nothing.
func TestLongWorkLetsOthersIn(t *testing.T) {
	t.Parallel()
	for name, work := range map[string]func(s *Store, until func() bool){
		"in steps": func(s *Store, until func() bool) {
			s.Read(func(*trace.Trace) bool { return !until() })
		},
		"with pauses": func(s *Store, until func() bool) {
			s.ReadPausing(func(_ *trace.Trace, pause func()) {
				for !until() {
					pause()
				}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New(Limits{})
			in := make(chan struct{})
			deadline := time.Now().Add(20 * time.Second)
			started := false
			work(s, func() bool {
				if !started {
					started = true
					go s.Look(func(*trace.Trace) { close(in) })
				}
				select {
				case <-in:
					return true
				default:
					return time.Now().After(deadline)
				}
			})
			select {
			case <-in:
			default:
				t.Error("nobody was let in")
			}
		})
	}
}

func TestWaitReturnsOnceForManyChanges(t *testing.T) {
	t.Parallel()
	s := New(Limits{})
	for range 100 {
		s.Notify()
	}
	s.Wait(0)
	if len(s.changed) != 0 {
		t.Error("there is another change")
	}
	woken := make(chan struct{})
	go func() { s.Wait(0); close(woken) }()
	s.Notify()
	select {
	case <-woken:
	case <-time.After(20 * time.Second):
		t.Fatal("not woken")
	}
}

// The lock is free again after a panic, so that the screen can still be left.
func TestALookThatPanicsFreesTheLock(t *testing.T) {
	t.Parallel()
	s := New(Limits{})
	for _, do := range []func(){
		func() { s.Look(func(*trace.Trace) { panic("x") }) },
		func() { s.Read(func(*trace.Trace) bool { panic("x") }) },
		func() { s.ReadPausing(func(_ *trace.Trace, pause func()) { pause(); panic("x") }) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			do()
		}()
		if !s.mu.TryLock() {
			t.Fatal("the lock is held")
		}
		s.mu.Unlock()
	}
}

func TestMarksAreInOrderAndOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := marks{seen: map[int]uint8{}}
		type key struct {
			session int
			e       Event
		}
		var want []key
		numbers := map[key]int{}
		for range rapid.IntRange(1, 60).Draw(t, "n") {
			k := key{rapid.IntRange(1, 6).Draw(t, "session"), Event(rapid.IntRange(0, 3).Draw(t, "event"))}
			if rapid.IntRange(0, 5).Draw(t, "drop") == 0 {
				l.drop(k.session)
				want = slices.DeleteFunc(want, func(x key) bool { return x.session == k.session })
				for x := range numbers {
					if x.session == k.session {
						delete(numbers, x)
					}
				}
				continue
			}
			if _, there := numbers[k]; !there {
				want, numbers[k] = append(want, k), l.next
			}
			l.add(Mark{session: k.session, Event: k.e})
		}
		var got []key
		for _, m := range l.list {
			if l.seen[m.session]&(1<<m.Event) != 0 && numbers[key{m.session, m.Event}] == m.n {
				got = append(got, key{m.session, m.Event})
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		for k, n := range numbers {
			if m := l.at(uint32(n)); m == nil || m.session != k.session || m.Event != k.e {
				t.Fatalf("mark %d is %v, want %v", n, m, k)
			}
		}
	})
}

func TestTimesOfMarks(t *testing.T) {
	t.Parallel()
	s := storeOf(t, pcaps.Get("jsonrpc").Data)
	v := NewFilter(Spec{})
	v.Scan(s)
	i := s.Session(1)
	var events []string
	for k := range v.rows {
		c, _ := v.At(s, k)
		if c.Kind != OfMark {
			continue
		}
		want := int64(i.Opened)
		events = append(events, []string{Opened: "opened", Ended: "ended", Refused: "refused", Found: "found"}[c.Mark.Event])
		if c.Mark.Event == Ended {
			want = int64(i.Ended)
		}
		if c.Time() != want {
			t.Errorf("%s at %d, want %d", events[len(events)-1], c.Time(), want)
		}
	}
	if got := strings.Join(events, " "); got != "opened ended" {
		t.Error(got)
	}
}

// Findings of a session that are of no message are reachable by its mark.
func TestOwnFindings(t *testing.T) {
	t.Parallel()
	if ownFindings(nil) || ownFindings([]ws.Finding{{Message: 3}}) || !ownFindings([]ws.Finding{{Message: 3}, {}}) {
		t.Error("ownFindings")
	}
}
