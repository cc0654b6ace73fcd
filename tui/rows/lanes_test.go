package rows

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/tui/feedtest"
	"pgregory.net/rapid"
)

func incident(t testing.TB) *Store {
	t.Helper()
	s := New(Limits{})
	if err := feedtest.Read(feedtest.Incident(), s.Visit); err != nil {
		t.Fatal(err)
	}
	s.Finish(nil, nil)
	return s
}

// The lanes of the incident end as its sessions did, and count each message once, however many columns there are.
func TestLanesOfAnIncident(t *testing.T) {
	t.Parallel()
	s := incident(t)
	all := []int32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}
	var book LaneBook
	for _, columns := range []int{1, 12, 60, 173} {
		x := book.Make(s, all, columns)
		if len(x.Lanes) != 14 || x.Columns != columns || x.Version != s.LanesVersion() {
			t.Fatalf("%d lanes of %d columns", len(x.Lanes), x.Columns)
		}
		for k, l := range x.Lanes {
			sum := uint32(0)
			for _, n := range l.Counts {
				sum += n
			}
			i := s.Listed(k, k+1)[0]
			if int64(sum) != i.Messages[0]+i.Messages[1] || len(l.Counts) != columns {
				t.Errorf("session %d: %d messages counted, want %v", l.N, sum, i.Messages)
			}
			want := map[int]string{4: "✗FIN", 5: "✗503", 10: "▶", 11: "▶", 12: "▶", 13: "▶"}[k]
			switch {
			case k < 4:
				want = "✗RST"
			case k > 5 && k < 10:
				want = "●1000"
			}
			if l.Sign != want || l.First > l.Last || l.Last >= columns || (len(l.Pings) > 0) != (k == 10) || l.Health != i.Fate.Health {
				t.Errorf("lane %+v, want %s", l, want)
			}
		}
	}
	x := book.Make(s, []int32{11, 99}, 100)
	if len(x.Lanes) != 1 || len(x.Lanes[0].Pings) != 2 || x.Lanes[0].Last != 99 {
		t.Errorf("%+v", x.Lanes)
	}
}

// Lanes that are made while messages come count what those made at the end count.
func TestLanesGrow(t *testing.T) {
	t.Parallel()
	s, n := New(Limits{}), 0
	var book LaneBook
	all := []int32{1, 2, 5, 11}
	err := feedtest.Read(feedtest.Incident(), func(b *decode.Batch, e *decode.Event) error {
		if n++; n%97 == 0 {
			book.Make(s, all, 40)
		}
		return s.Visit(b, e)
	})
	if err != nil {
		t.Fatal(err)
	}
	got, want := book.Make(s, all, 40), new(LaneBook).Make(s, all, 40)
	for k := range want.Lanes {
		if a, b := got.Lanes[k], want.Lanes[k]; !slices.Equal(a.Counts, b.Counts) || !slices.Equal(a.Pings, b.Pings) || a.Sign != b.Sign || a.Last != b.Last {
			t.Errorf("%+v, want %+v", a, b)
		}
	}
}

// Sessions that have nothing to do with each other have an axis that counts from the start of each.
func TestLanesApart(t *testing.T) {
	t.Parallel()
	s := New(Limits{Apart: true})
	if err := feedtest.Read(feedtest.YearsApart(), s.Visit); err != nil {
		t.Fatal(err)
	}
	x := new(LaneBook).Make(s, []int32{1, 2}, 30)
	if len(x.Lanes) != 2 || x.From != 0 || x.To > 1e9 || x.Lanes[0].First != 0 || x.Lanes[1].First != 0 {
		t.Errorf("%+v", x)
	}
}

func TestColumnsOfTimes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from := capture.Time(rapid.Int64Range(0, 1<<61).Draw(t, "from"))
		x := &Lanes{From: from, To: from + capture.Time(rapid.Int64Range(1, 1<<60).Draw(t, "span")), Columns: rapid.IntRange(1, 300).Draw(t, "columns")}
		k := rapid.IntRange(0, x.Columns-1).Draw(t, "k")
		if at := x.TimeOf(k); at < x.From || at > x.To {
			t.Fatalf("column %d is at %d", k, at-from)
		}
		before := 0
		for i := range 20 {
			c := x.Column(from + (x.To-from)/20*capture.Time(i))
			if c < before || c >= x.Columns {
				t.Fatalf("column %d after %d of %d", c, before, x.Columns)
			}
			before = c
		}
	})
}

func TestFirstMessageAtATime(t *testing.T) {
	t.Parallel()
	s := incident(t)
	_, second := s.Message(s.FirstAt(7, 0) + 0)
	if second == nil || second.N != 1 {
		t.Fatalf("%+v", second)
	}
	i := s.FirstAt(7, second.Last.Time+1)
	if session, m := s.Message(i); session == nil || session.N != 7 || m.N != 2 {
		t.Errorf("%+v", m)
	}
	if s.FirstAt(7, 1<<62) != -1 || s.FirstAt(6, 0) != -1 {
		t.Error("there is no such message")
	}
}

// The four sessions that were reset in one instant know of each other, and of nobody else.
func TestSessionsThatEndAlike(t *testing.T) {
	t.Parallel()
	s := incident(t)
	no := func() bool { return false }
	for n := 1; n <= 4; n++ {
		a := s.EndedAlike(n, no)
		if a.Count != 3 || len(a.Sessions) != 3 || slices.Contains(a.Sessions, n) || slices.Max(a.Sessions) > 4 {
			t.Errorf("session %d: %+v", n, a)
		}
		if a.Within <= 0 || a.Within > instant || a.Server.String() != "10.0.0.5:8080" || a.Client.IsValid() || a.Path != "/api/v2/feed" {
			t.Errorf("session %d: %+v", n, a)
		}
	}
	for _, n := range []int{0, 5, 6, 11, 99} {
		if a := s.EndedAlike(n, no); a.Count != 0 {
			t.Errorf("session %d: %+v", n, a)
		}
	}
	if a := s.EndedAlike(1, func() bool { return true }); a.Count != 0 {
		t.Errorf("not stopped: %+v", a)
	}
}

func TestAlikeIsNotMerelyAtTheSameTime(t *testing.T) {
	t.Parallel()
	end := func(n int, at capture.Time, e decode.End, by int) *decode.Session {
		i := &decode.Session{N: n, State: decode.Closed, HasEnded: true, Ended: at, End: e, HasEndBy: by >= 0}
		if by > 0 {
			i.EndBy = 1
		}
		return i
	}
	s := New(Limits{})
	for _, i := range []*decode.Session{end(1, 1e9, decode.EndRST, 1), end(2, 1e9+40e6, decode.EndRST, 1), end(3, 1e9+41e6, decode.EndRST, 1),
		end(4, 1e9, decode.EndRST, 0), end(5, 1e9, decode.EndFIN, 1), end(6, 1e9, decode.EndEvicted, -1), end(7, 1e9-40e6, decode.EndRST, 1)} {
		snapshot(s, i)
	}
	if a := s.EndedAlike(1, func() bool { return false }); !slices.Equal(a.Sessions, []int{2, 7}) || a.Within != 40e6 {
		t.Errorf("%+v", a)
	}
	if a := s.EndedAlike(6, func() bool { return false }); a.Count != 0 {
		t.Errorf("%+v", a)
	}
}

// Of sessions that end at one time those are alike that have a server or a client in common with the one that is looked at.
func TestAlikeSharesAnAddress(t *testing.T) {
	t.Parallel()
	s := New(Limits{})
	for n, ends := range [][2]string{{"10.0.0.1:1000", "10.0.0.5:80"}, {"10.0.0.2:1000", "10.0.0.5:80"}, {"10.0.0.3:1000", "10.0.0.5:81"},
		{"10.0.0.1:1001", "10.0.0.6:80"}, {"10.0.0.2:1001", "10.0.0.6:80"}, {"10.9.0.1:1000", "10.9.0.5:80"}} {
		snapshot(s, &decode.Session{N: n + 1, State: decode.Closed, HasEnded: true, Ended: 1e9, End: decode.EndRST, HasEndBy: true, EndBy: 1,
			Client: netip.MustParseAddrPort(ends[0]), Server: netip.MustParseAddrPort(ends[1])})
	}
	no := func() bool { return false }
	for n, want := range map[int][]int{1: {2, 3, 4}, 5: {2, 4}, 6: nil} {
		if a := s.EndedAlike(n, no); !slices.Equal(a.Sessions, want) || a.Count != len(want) {
			t.Errorf("like session %d ended %v, want %v", n, a.Sessions, want)
		}
	}
}

func TestLastMessages(t *testing.T) {
	t.Parallel()
	s := incident(t)
	got := s.Last(1, 3)
	if len(got) != 3 || got[2].Message.N != 81 || string(got[2].Preview) != "the last words of the server" || got[0].Message.N != 79 {
		t.Errorf("%+v", got)
	}
	if len(s.Last(6, 3)) != 0 || s.Fate(1).Verdict == nil || s.Fate(99).Text != "" {
		t.Error("of nothing")
	}
}
