package rows

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/feedtest"
	"pgregory.net/rapid"
)

// snapshot adds a snapshot of a session.
func snapshot(s *Store, i *decode.Session) {
	b := &decode.Batch{}
	b.AddSession(decode.Event{Session: &decode.SessionRef{N: i.N}}, i)
	for k := range b.Events {
		_ = s.Visit(b, &b.Events[k])
	}
}

// drawSession draws a snapshot of session n.
func drawSession(t *rapid.T, n int) *decode.Session {
	client := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, 0, byte(rapid.IntRange(1, 12).Draw(t, "client"))}), uint16(1000+n))
	i := &decode.Session{N: n, Scheme: "ws", Client: client, Server: netip.MustParseAddrPort(rapid.SampledFrom([]string{"10.0.0.5:8080", "10.0.0.6:80"}).Draw(t, "server")),
		Host: "h", Path: rapid.SampledFrom([]string{"/chat?user=7", "/chat?user=12", "/feed"}).Draw(t, "path"),
		State:     rapid.SampledFrom([]decode.SessionState{decode.Open, decode.Closing, decode.Closed, decode.Refused}).Draw(t, "state"),
		HasOpened: true, Opened: 5, Messages: [2]int64{rapid.Int64Range(0, 9).Draw(t, "sent"), 1}, Findings: rapid.IntRange(0, 2).Draw(t, "findings")}
	if i.State == decode.Closed {
		i.HasEnded, i.Ended = true, capture.Time(rapid.Int64Range(5, 50).Draw(t, "ended"))
		i.TCP = &decode.TCP{}
		if i.End = decode.EndRST; rapid.Bool().Draw(t, "orderly") {
			i.End, i.Close = decode.EndClose, &decode.Close{Code: 1000, HasBy: true}
		}
	}
	return i
}

// keyOf is what a person sees of the value that sessions are sorted by: numbers are written so that they sort as text.
func keyOf(k SessionKey, i *Listed) (v string, known bool) {
	switch k {
	case ByNumber:
		return fmt.Sprintf("%09d", i.N), true
	case ByClient:
		return fmt.Sprintf("%03d.%05d", i.Client.Addr().As4()[3], i.Client.Port()), true
	case ByName:
		return i.URL(), true
	case ByVerdict:
		return fmt.Sprint(i.Fate.Health, i.Fate.Text), true
	case ByLife:
		d, ok := i.Life()
		return fmt.Sprintf("%09d", d), ok
	case BySent:
		return fmt.Sprintf("%09d", i.Messages[ws.C2S]), true
	case ByFindings:
		return fmt.Sprintf("%09d", i.Findings), true
	case ByEnd:
		return fmt.Sprintf("%09d", i.Ended), i.HasEnded
	}
	return i.Server.String(), true
}

// sessionQueries are filters, with what they mean.
var sessionQueries = []struct {
	text string
	ok   func(*Listed) bool
}{
	{"", func(*Listed) bool { return true }},
	{"USER=7", func(i *Listed) bool { return strings.Contains(i.Path, "user=7") }},
	{"refused", func(i *Listed) bool { return strings.Contains(i.Fate.Text, "refused") }},
	{"ws.close_code == 1000", func(i *Listed) bool { return i.Close != nil }},
	{"ws.messages > 4 && !feed", func(i *Listed) bool {
		return i.Messages[0]+i.Messages[1] > 4 && !strings.Contains(i.Path, "feed")
	}},
	{"ip.addr == 10.0.0.6", func(i *Listed) bool { return i.Server.Addr().As4()[3] == 6 }},
}

// At any moment, live or at the end, the list has the sessions that it should, in the right order and groups.
func TestTheListOfSessionsIsRightAtAnyMoment(t *testing.T) {
	t.Parallel()
	keys := []SessionKey{ByNumber, ByClient, ByName, ByVerdict, ByLife, BySent, ByFindings, ByEnd, ByServer}
	rapid.Check(t, func(t *rapid.T) {
		s := New(Limits{})
		sessions := 0
		for range rapid.IntRange(1, 3).Draw(t, "moments") {
			for range rapid.IntRange(0, 30).Draw(t, "events") {
				n := rapid.IntRange(1, sessions+1).Draw(t, "n") // they are numbered as they come
				sessions = max(sessions, n)
				snapshot(s, drawSession(t, n))
			}
			q := rapid.SampledFrom(sessionQueries).Draw(t, "query")
			look := SessionLook{Key: rapid.SampledFrom(keys).Draw(t, "key"), Reverse: rapid.Bool().Draw(t, "reverse"),
				HurtOnly: rapid.Bool().Draw(t, "hurt"), Group: Grouping(rapid.IntRange(0, int(Groupings)-1).Draw(t, "group"))}
			var err error
			if look.Query, err = CompileSessions(q.text); err != nil {
				t.Fatal(err)
			}
			checkTable(t, s, NewSessionTable(s, look, nil), q.ok)
		}
	})
}

func checkTable(t *rapid.T, s *Store, table *SessionTable, ok func(*Listed) bool) {
	look := table.Look
	want, all := map[int]bool{}, map[int]*Listed{}
	var health [3]int
	for _, i := range s.Listed(0, 1000) {
		health[i.Fate.Health]++
		all[i.N] = &i
		if ok(&i) && (!look.HurtOnly || i.Fate.Health == Hurt) {
			want[i.N] = true
		}
	}
	if c := s.Counts(); c.Health != health {
		t.Fatalf("counted %v, want %v", c.Health, health)
	}
	if table.Len() != len(want) || table.Version != s.SessionsVersion(look) {
		t.Fatalf("%d listed, want %d", table.Len(), len(want))
	}
	names := map[string]bool{}
	for _, g := range table.Groups {
		if names[g.Name] || g.Health[0]+g.Health[1]+g.Health[2] != len(g.Sessions) {
			t.Fatalf("group %+v", g)
		}
		names[g.Name] = true
		checkGroup(t, look, g, all, want)
	}
}

func checkGroup(t *rapid.T, look SessionLook, g SessionGroup, all map[int]*Listed, want map[int]bool) {
	for k, n := range g.Sessions {
		i := all[int(n)]
		if !want[int(n)] {
			t.Fatalf("session %d is listed", n)
		}
		shared := map[Grouping]string{Ungrouped: "", GroupServer: i.Server.String(), GroupClient: i.Client.Addr().String(),
			GroupPath: "h" + strings.Split(i.Path, "?")[0], GroupVerdict: i.Fate.Text}[look.Group]
		if g.Name != shared {
			t.Fatalf("session %d of %q is in group %q", n, shared, g.Name)
		}
		if k == 0 {
			continue
		}
		before, now := all[int(g.Sessions[k-1])], i
		a, aKnown := keyOf(look.Key, before)
		b, bKnown := keyOf(look.Key, now)
		descending := look.Key.LargestFirst() != look.Reverse
		switch {
		case !aKnown && bKnown:
			t.Fatalf("%v: session %d, of which that is not known, comes before %d", look.Key, before.N, now.N)
		case !aKnown || !bKnown:
		case a == b && before.N > now.N, a != b && (a > b) != descending:
			t.Fatalf("%v: session %d (%s) comes before %d (%s)", look.Key, before.N, a, now.N, b)
		}
	}
}

func TestRowsOfGroups(t *testing.T) {
	t.Parallel()
	table := &SessionTable{Look: SessionLook{Group: GroupPath}, Groups: []SessionGroup{{Name: "a", Sessions: []int32{3, 1}}, {Name: "b", Sessions: []int32{2}}}}
	got := table.Rows(func(name string) bool { return name == "a" })
	if want := []SessionRow{{0, 0}, {3, 0}, {1, 0}, {0, 1}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	table.Look.Group = Ungrouped
	if got := table.Rows(nil); len(got) != 3 {
		t.Errorf("%v", got)
	}
}

// What is counted and measured does not tell kinds of ends apart.
func TestKindsOfEnds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"server: RST, no Close, 52 bytes not acknowledged": "server: RST, no Close",
		"client: FIN, no Close, the server was gone":       "client: FIN, no Close, the server was gone",
		"open, 2 pings without a pong":                     "open",
		"server: refused, 403 Forbidden":                   "server: refused, 403 Forbidden",
		"client: Close 1000 Normal Closure":                "client: Close 1000 Normal Closure",
		"ends in, ":                                        "ends in, ",
	} {
		if got := kindOfEnd(text); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSessionFiltersTakeFieldsOfSessions(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{"": true, "  ": true, "user=7": true, "ws.pth == 3": false, "7=": true, "a && (": false, `ws.path contains "x"`: true, "ws.len > 3": false, "tcp.port == 80": true, "ws.path ==": false} {
		if _, err := CompileSessions(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, words := SessionCompletions("ws.", 3); slices.Contains(words, "ws.len") || !slices.Contains(words, "ws.path") || !slices.Contains(words, "ws.header.") {
		t.Errorf("%v", words)
	}
}

func TestSortValuesOfProxiedClients(t *testing.T) {
	t.Parallel()
	s := New(Limits{})
	for n, real := range []string{"10.0.0.30:5", "10.0.0.4", "[2001:db8::1]", "unknown\x1b", "10.0.0.200"} {
		i := &decode.Session{N: n + 1, Client: netip.MustParseAddrPort("192.0.2.1:9"), RequestHeaders: []http1.Header{{Name: "X-Forwarded-For", Value: real}}}
		snapshot(s, i)
	}
	got := NewSessionTable(s, SessionLook{Key: ByClient}, nil).Groups[0].Sessions
	if want := []int32{2, 1, 5, 3, 4}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for k, want := range []string{"10.0.0.30", "10.0.0.4", "2001:db8::1", "unknown\x1b", "10.0.0.200"} {
		if got := s.Listed(k, k+1)[0]; got.ClientAddress() != want {
			t.Errorf("%q, want %q", got.ClientAddress(), want)
		}
	}
}

func TestSessionsThatAreGone(t *testing.T) {
	t.Parallel()
	s := New(Limits{History: 64 << 20, Sessions: 4})
	table := NewSessionTable(s, SessionLook{Key: ByEnd}, nil)
	if err := feedtest.Read(feedtest.Crowd(30), s.Visit); err != nil {
		t.Fatal(err)
	}
	if table.Version == s.SessionsVersion(table.Look) {
		t.Error("the version is the same")
	}
	if c := s.Counts(); c.Health[Hurt]+c.Health[Underway]+c.Health[Well] != c.Listed {
		t.Errorf("%v of %d", c.Health, c.Listed)
	}
	if got := s.ListedAs([]int32{2, 31}); len(got) != 2 || got[0].Fate.Text != "no longer kept" || got[1].Fate.Text == "no longer kept" {
		t.Errorf("%+v", got)
	}
	if n := NewSessionTable(s, SessionLook{Key: ByEnd}, nil).Len(); n != 5 {
		t.Errorf("%d sessions", n)
	}
}

// crowdOf is a store with n sessions that ended in several ways.
func crowdOf(n int) *Store {
	s := New(Limits{})
	for k := range n {
		i := &decode.Session{N: k + 1, Scheme: "ws", Host: "chat.example", Path: fmt.Sprintf("/room/%d?user=%d", k%50, k), State: decode.Closed, HasOpened: true,
			HasEnded: true, Opened: capture.Time(k), Ended: capture.Time(7 * k % 1000), End: decode.EndRST, HasEndBy: true, TCP: &decode.TCP{},
			Client: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(k >> 16), byte(k >> 8), byte(k)}), 4000), Server: netip.MustParseAddrPort("10.0.0.5:8080"),
			Messages: [2]int64{int64(k % 77), 3}, RequestHeaders: []http1.Header{{Name: "User-Agent", Value: "test/1.0"}, {Name: "Sec-WebSocket-Version", Value: "13"}}}
		if k%3 == 0 {
			i.End, i.Close = decode.EndClose, &decode.Close{Code: 1000, HasBy: true}
		}
		snapshot(s, i)
	}
	return s
}

func benchTable(b *testing.B, look SessionLook, filter string) {
	s := crowdOf(100_000)
	look.Query, _ = CompileSessions(filter)
	for b.Loop() {
		NewSessionTable(s, look, nil)
	}
}

func BenchmarkSessionsByLife(b *testing.B)   { benchTable(b, SessionLook{Key: ByLife}, "") }
func BenchmarkSessionsByName(b *testing.B)   { benchTable(b, SessionLook{Key: ByName}, "") }
func BenchmarkSessionsByClient(b *testing.B) { benchTable(b, SessionLook{Key: ByClient}, "") }
func BenchmarkSessionsFiltered(b *testing.B) { benchTable(b, SessionLook{Key: ByVerdict}, "user=77") }
func BenchmarkSessionsGrouped(b *testing.B) {
	benchTable(b, SessionLook{Key: ByVerdict, Group: GroupVerdict}, "ws.end == rst")
}
