package tui

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/tui/feedtest"
	"github.com/wspeek/wspeek/tui/rows"

	tea "charm.land/bubbletea/v2"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

// TestClosedSessionsAreForgottenOldestFirst: a session that is open loses nothing to those that come and go.
func TestClosedSessionsAreForgottenOldestFirst(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Crowd(3000), 120, 40, Options{History: 64 << 20, Sessions: 20})
	d.shows("8,940 older not kept (2,980 sessions)", "3,001 sessions")
	if got := d.m.store.Listed(0, 100); len(got) != 21 || got[0].N != 1 || got[1].N != 2982 || got[20].N != 3001 {
		t.Fatalf("%d sessions are left", len(got))
	}
	if rows, _, _ := d.m.filter.Progress(d.m.store); rows > 4000 {
		t.Errorf("%d rows", rows)
	}
	d.keys("j").shows("▶    1", "/long", " 3000 ")
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
	texts := feedtest.Script(20_000)
	d := drive(t, feedtest.TwoSessions(texts[:5000], texts), 120, 40, Options{History: 3 << 20, Sessions: 1000, Live: true})
	if d.m.count.PastMessages == 0 || d.m.count.Messages != 25_004 {
		t.Errorf("%d dropped of %d", d.m.count.PastMessages, d.m.count.Messages)
	}
	d.shows("older not kept (1 session)").keys("enter").shows("1000 Normal Closure")
	d.keys("esc", "k", "k").shows(texts[len(texts)-1][:20])
	d.keys(":session 2", "enter", "L", "home").shows("earlier messages are no longer kept")
	d.keys("esc", "s").shows("kept", "from message ", "20,001 messages")
	d.keys(":goto 1", "enter").shows("not in the list")
	first, _ := d.m.store.Kept(2)
	if _, ok := d.m.store.Numbered(2, first, 0); first < 1000 || !ok {
		t.Errorf("session 2 is kept from message %d on", first)
	}
}

// TestTheSessionLookedAtIsSpared: it is dropped when another one is looked at.
func TestTheSessionLookedAtIsSpared(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Crowd(5), 120, 40, Options{History: 64 << 20, Sessions: 3})
	d.keys(":session 4", "enter").shows("session 4", "short 3")
	f := feedOf(t, feedtest.Crowd(50))
	renumbered := func(b *decode.Batch, e *decode.Event) error {
		if e.Session == nil {
			return d.m.store.Visit(b, e)
		}
		ref := *e.Session
		ref.N += 6
		moved := *e
		moved.Session = &ref
		if e.Kind == decode.KindSession {
			*b.Session(e) = renamed(b.Session(e), ref.N)
		}
		return d.m.store.Visit(b, &moved)
	}
	if err := f.Run(context.Background(), renumbered); err != nil {
		t.Fatal(err)
	}
	d.refresh()
	d.shows("session 4", "short 3")
	if d.m.store.Session(4) == nil || d.m.store.Session(5) != nil {
		t.Error("session 4 is not spared, or session 5 is")
	}
	d.keys(":session 0", "enter").shows("all sessions")
	if d.m.store.Session(4) != nil {
		t.Error("session 4 is still there")
	}
}

func renamed(s *decode.Session, n int) decode.Session {
	c := *s
	c.N = n
	return c
}

// TestAnyKeysWhileMessagesAreForgotten presses keys at random while sessions and messages come and are dropped: every
// screen must be whole, and the cursor must not leave a message that is there.
func TestAnyKeysWhileMessagesAreForgotten(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, b := range bindings() {
		for _, k := range b.keys {
			if !slices.Contains([]string{"Q", "ctrl+c", "ctrl+z", "w", "x"}, k) {
				keys = append(keys, strings.Fields(strings.ReplaceAll(k, "space", "space "))...)
			}
		}
	}
	data := feedtest.Crowd(400)
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
			err := m.store.Visit(b, e)
			if n++; n%7 == 0 {
				d.refresh()
				d.keys(keys[rnd.IntN(len(keys))])
				m.quitting = false
				d.text()
			}
			return err
		}
		m.store.Finish(f.Run(context.Background(), visit), f.Account)
		d.refresh()
		if d.text(); m.count.Messages != 400*4 {
			t.Errorf("%d messages", m.count.Messages)
		}
	}
}

// TestTheCursorStaysWhereItIs: while rows above it are dropped, the same message is looked at.
func TestTheCursorStaysWhereItIs(t *testing.T) {
	t.Parallel()
	f := feedOf(t, feedtest.Crowd(600))
	m, err := newModel(Options{Feed: f, Live: true, History: 64 << 20, Sessions: 5})
	if err != nil {
		t.Fatal(err)
	}
	d := &driver{t: t, m: m}
	d.send(tea.WindowSizeMsg{Width: 120, Height: 40})
	at, told := ws.Message{}, 0
	visit := func(b *decode.Batch, e *decode.Event) error {
		err := m.store.Visit(b, e)
		if told++; told%50 == 0 {
			d.refresh()
			d.text()
			if c, ok := m.current(); ok && c.Kind == rows.OfMessage && c.Session.N == 1 {
				if at.N > 0 && c.Message.N != at.N {
					t.Fatalf("the cursor has gone from message %d to %d", at.N, c.Message.N)
				}
				at = c.Message
			}
		}
		if told == 300 {
			for range 30 { // to a message of the session that stays
				if d.keys("k"); at.N > 0 {
					break
				}
				if c, ok := m.current(); ok && c.Kind == rows.OfMessage && c.Session.N == 1 {
					at = c.Message
				}
			}
		}
		return err
	}
	if err := f.Run(context.Background(), visit); err != nil || at.N == 0 {
		t.Fatal(err, at.N)
	}
}

// A payload beyond the budget is read back when it is looked at.
func TestPayloadsBeyondTheBudgetAreShown(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 100, 30, Options{Budget: 1})
	in := drive(t, sample("jsonrpc"), 100, 30, Options{})
	keys := []string{"j", "enter", "j"}
	if got, want := d.keys(keys...).text(), in.keys(keys...).text(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
