package diff_test

import (
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/diff"
	"github.com/wspeek/wspeek/decode/ws"
)

// crossing is a session whose messages go to and fro, apart milliseconds; swapped turns the second and third round.
func crossing(apart capture.Time, swapped bool) *diff.Side {
	list := []string{"one", "two", "three", "four"}
	dirs := []ws.Dir{ws.C2S, ws.C2S, ws.S2C, ws.S2C}
	if swapped {
		list[1], list[2] = list[2], list[1]
		dirs[1], dirs[2] = dirs[2], dirs[1]
	}
	s := texts(list...)
	for i := range s.Messages {
		s.Messages[i].Dir, s.Messages[i].Last.Time = dirs[i], 1e18+capture.Time(i)*apart
	}
	return s
}

func TestOrderAcrossDirections(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		apart capture.Time
		race  capture.Time
		bare  bool
		op    ws.Opcode
		moved int
	}{
		{"ten milliseconds", 10e6, 0, false, ws.OpText, 1},
		{"half a millisecond crossed on the way", 5e5, 0, false, ws.OpText, 0},
		{"half a millisecond, no race", 5e5, -1, false, ws.OpText, 1},
		{"ten milliseconds, race of twenty", 10e6, 20e6, false, ws.OpText, 0},
		{"a HAR has another order", 10e6, 0, true, ws.OpText, 0},
		{"a pong passes a text", 10e6, 0, false, ws.OpPong, 0},
	} {
		a, b := crossing(c.apart, false), crossing(c.apart, true)
		a.Bare = c.bare
		a.Messages[2].Opcode, b.Messages[1].Opcode = c.op, c.op
		got := diff.Compare(a, b, &diff.Options{Race: c.race})
		if got.Counts[diff.Moved] != c.moved || got.Counts[diff.Same] != 4-c.moved {
			t.Errorf("%s: %v, want %d moved", c.name, got.Counts, c.moved)
		}
	}
}

// TestControlFrames compares a session with pings against sources that have none.
func TestControlFrames(t *testing.T) {
	t.Parallel()
	with := func(payload string) *diff.Side {
		s := texts("one", payload, "two")
		s.Messages[1].Opcode = ws.OpPing
		return s
	}
	bare := texts("one", "two")
	bare.Bare, bare.Control = true, false
	ignoring := &diff.Options{}
	if err := ignoring.Ignore.Add("kind:ping"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		a, b *diff.Side
		opt  *diff.Options
		rows int
		want bool
	}{
		{"a HAR has none", with("p"), bare, &diff.Options{}, 2, false},
		{"a capture without", with("p"), texts("one", "two"), &diff.Options{}, 3, true},
		{"another payload", with("p"), with("q"), &diff.Options{}, 3, false},
		{"another payload, strict", with("p"), with("q"), &diff.Options{Strict: true}, 3, true},
		{"ignored", with("p"), texts("one", "two"), ignoring, 2, false},
	} {
		got := diff.Compare(c.a, c.b, c.opt)
		if len(got.Pairs) != c.rows || got.Different() != c.want {
			t.Errorf("%s: %d rows, different %v (%v); want %d, %v", c.name, len(got.Pairs), got.Different(), got.Counts, c.rows, c.want)
		}
	}
}

// TestPingWithinFragments: a capture numbers messages by their begin, a HAR by their end, and a ping between fragments ends first.
func TestPingWithinFragments(t *testing.T) {
	t.Parallel()
	wire, bare := texts("in two parts", "p", "behind"), texts("p", "in two parts", "behind")
	wire.Messages[1].Opcode, bare.Messages[0].Opcode = ws.OpPing, ws.OpPing
	for _, c := range []struct{ a, b *diff.Side }{{wire, bare}, {bare, wire}} {
		bare.Bare = false
		if got := diff.Compare(c.a, c.b, &diff.Options{}); got.Counts[diff.Moved] != 1 {
			t.Errorf("two captures: %v, want one moved", got.Counts)
		}
		bare.Bare = true
		if got := diff.Compare(c.a, c.b, &diff.Options{}); got.Counts[diff.Same] != 3 {
			t.Errorf("a HAR: %v, want all the same", got.Counts)
		}
	}
}
