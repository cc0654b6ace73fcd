package tui

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// crowd is a capture of a session that stays open, and says something each time that one of n others comes and goes.
func crowd(n int) []byte {
	at := time.Unix(1_700_000_000, 0)
	long := pcaps.Conversation{Client: netip.MustParseAddrPort("192.0.2.9:4000"), Start: at}
	long.Upgrade(pcaps.Request{Target: "/long"}, pcaps.Response{})
	var all []pcaps.Packet
	for k := range n {
		at = at.Add(10 * time.Millisecond)
		c := pcaps.Conversation{Client: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(10000+k)), Start: at}
		c.Upgrade(pcaps.Request{Target: "/short"}, pcaps.Response{})
		c.SendFrames(pcaps.C2S, pcaps.Text(fmt.Sprintf("short %d", k+1)).Masked(pcaps.RFCKey))
		c.SendFrames(pcaps.C2S, pcaps.Close(1000, "").Masked(pcaps.RFCKey))
		c.SendFrames(pcaps.S2C, pcaps.Close(1000, ""))
		c.Close()
		all = append(all, c.Packets...)
		long.Wait(10 * time.Millisecond)
		long.SendFrames(pcaps.S2C, pcaps.Text(fmt.Sprintf("long %d", k+1)))
	}
	all = append(all, long.Packets...)
	slices.SortStableFunc(all, func(a, b pcaps.Packet) int { return cmp.Compare(a.Time.UnixNano(), b.Time.UnixNano()) })
	return pcaps.Pcap{}.Bytes(all)
}

// TestClosedSessionsAreForgottenOldestFirst: a session that is open loses nothing to those that come and go.
func TestClosedSessionsAreForgottenOldestFirst(t *testing.T) {
	t.Parallel()
	d := drive(t, crowd(3000), 120, 40, Options{History: 64 << 20, Sessions: 20})
	d.shows("8,940 older not kept (2,980 sessions)", "3,001 sessions")
	s := d.m.store
	if got := s.trace.SessionsFrom(0, 100); len(got) != 21 || got[0] != 1 || got[1] != 2982 || got[20] != 3001 {
		t.Fatalf("sessions left: %v", got)
	}
	if len(s.marks.list) > minGone+100 || len(s.marks.seen) != 21 || len(d.m.lens.rows) > 4000 {
		t.Errorf("%d marks of %d sessions, %d rows", len(s.marks.list), len(s.marks.seen), len(d.m.lens.rows))
	}
	d.keys("j").shows("▶    1", "/long", "3,000 messages")
	d.keys("enter", "home").shows("long 1").lacks("not kept\n")
	d.keys("esc", "j", "enter").shows("session 2982", "short 2981")
	d.keys(":session 7", "enter").shows("session 7 is no longer kept")
	d.keys(":session 2999", "enter").shows("session 2999", "short 2998")
	d.keys("esc").shows("▶ 2999")
	d.keys("G").shows("▶ 3001", "short")
}

// TestTheOldestMessagesAreForgotten: one session that says more than is to be kept is bounded too.
func TestTheOldestMessagesAreForgotten(t *testing.T) {
	t.Parallel()
	texts := script(20_000)
	d := drive(t, twoSessions(texts[:5000], texts), 120, 40, Options{History: 3 << 20, Sessions: 1000, Live: true})
	s := d.m.store
	if held := s.trace.Size() + s.payloads.held; held > 3<<20 {
		t.Errorf("%d bytes are held", held)
	}
	messages, _ := s.trace.Forgotten()
	if _, kept := s.trace.Remembered(); kept+messages != s.trace.Len() || kept < 2000 || s.trace.Len() != 25_004 {
		t.Errorf("%d kept, %d forgotten of %d", kept, messages, s.trace.Len())
	}
	d.shows("older not kept (1 session)").keys("enter").shows("1000 Normal Closure")
	d.keys("esc", "k", "k").shows(texts[len(texts)-1][:20])
	d.keys(":session 2", "enter", "L", "home").shows("earlier messages are no longer kept")
	d.keys("esc", "s").shows("kept", "from message ", "20,001 messages")
	d.keys(":goto 1", "enter").shows("not in the list")
	if first := s.trace.FirstKept(2); first < 1000 || s.trace.Index(2, first) < 0 {
		t.Errorf("session 2 is kept from message %d on", first)
	}
}

// TestTheSessionLookedAtIsSpared: it is forgotten when another one is looked at.
func TestTheSessionLookedAtIsSpared(t *testing.T) {
	t.Parallel()
	d := drive(t, crowd(5), 120, 40, Options{History: 64 << 20, Sessions: 3})
	d.keys(":session 4", "enter").shows("session 4", "short 3")
	f := feedOf(t, crowd(50))
	renumbered := func(b *decode.Batch, e *decode.Event) error {
		if e.Session == nil {
			return d.m.store.visit(b, e)
		}
		ref := *e.Session
		ref.N += 6
		moved := *e
		moved.Session = &ref
		if e.Kind == decode.KindSession {
			*b.Session(e) = renamed(b.Session(e), ref.N)
		}
		return d.m.store.visit(b, &moved)
	}
	if err := f.Run(context.Background(), renumbered); err != nil {
		t.Fatal(err)
	}
	d.refresh()
	d.shows("session 4", "short 3")
	if d.m.store.session(4) == nil || d.m.store.session(5) != nil {
		t.Error("session 4 is not spared, or session 5 is")
	}
	d.keys(":session 0", "enter").shows("all sessions")
	if d.m.store.session(4) != nil {
		t.Error("session 4 is still there")
	}
}

func renamed(s *decode.Session, n int) decode.Session {
	c := *s
	c.N = n
	return c
}

// TestAnyKeysWhileMessagesAreForgotten presses keys at random while sessions and messages come and are forgotten: every
// screen must be whole, and the cursor must not leave a message that is there.
func TestAnyKeysWhileMessagesAreForgotten(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, b := range bindings {
		for _, k := range b.keys {
			if b.act != actQuit && b.act != actSuspend && b.act != actSave && b.act != actExport {
				keys = append(keys, strings.Fields(strings.ReplaceAll(k, "space", "space "))...)
			}
		}
	}
	data := crowd(400)
	for seed := range 6 {
		rnd := rand.New(rand.NewPCG(uint64(seed), 1))
		f := feedOf(t, data)
		m, err := newModel(Options{Feed: f, Live: true, History: []int64{1 << 20, 5 << 20}[seed%2], Sessions: 10 + 50*(seed%3), Budget: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		m.now = func() time.Time { return time.Unix(0, 0) }
		d := &driver{t: t, m: m}
		d.send(tea.WindowSizeMsg{Width: 60 + 20*(seed%6), Height: 10 + 6*(seed%7)})
		n := 0
		visit := func(b *decode.Batch, e *decode.Event) error {
			err := m.store.visit(b, e)
			if n++; n%7 == 0 {
				d.refresh()
				d.keys(keys[rnd.IntN(len(keys))])
				m.quitting = false
				d.text()
			}
			return err
		}
		m.store.finish(f, f.Run(context.Background(), visit))
		d.refresh()
		if d.text(); m.store.trace.Len() != 400*4 {
			t.Errorf("%d messages", m.store.trace.Len())
		}
	}
}

// TestTheCursorStaysWhereItIs: while rows above it are forgotten, the same message is looked at.
func TestTheCursorStaysWhereItIs(t *testing.T) {
	t.Parallel()
	f := feedOf(t, crowd(600))
	m, err := newModel(Options{Feed: f, Live: true, History: 64 << 20, Sessions: 5})
	if err != nil {
		t.Fatal(err)
	}
	d := &driver{t: t, m: m}
	d.send(tea.WindowSizeMsg{Width: 120, Height: 40})
	at, told := ws.Message{}, 0
	visit := func(b *decode.Batch, e *decode.Event) error {
		err := m.store.visit(b, e)
		if told++; told%50 == 0 {
			d.refresh()
			d.text()
			if c, ok := m.current(); ok && c.kind == entryMessage && c.session.N == 1 {
				if at.N > 0 && c.m.N != at.N {
					t.Fatalf("the cursor has gone from message %d to %d", at.N, c.m.N)
				}
				at = c.m
			}
		}
		if told == 300 {
			for range 30 { // to a message of the session that stays
				if d.keys("k"); at.N > 0 {
					break
				}
				if c, ok := m.current(); ok && c.kind == entryMessage && c.session.N == 1 {
					at = c.m
				}
			}
		}
		return err
	}
	if err := f.Run(context.Background(), visit); err != nil || at.N == 0 {
		t.Fatal(err, at.N)
	}
}
