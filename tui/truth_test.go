package tui

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/tui/feedtest"
	"github.com/wspeek/wspeek/tui/rows"
)

// accountFeed is a Feed without events, whose account says what the packets were.
type accountFeed struct {
	lossyFeed
	account decode.Account
}

func (f *accountFeed) Account(a *decode.Account) { *a = f.account }

// squeezed is the screen as one line of words, without the lines between panes.
func (d *driver) squeezed() string {
	return strings.Join(strings.Fields(strings.ReplaceAll(d.text(), "│", " ")), " ")
}

// The first screen says why there is nothing on it.
func TestTheFirstScreenSaysWhyNothingIsShown(t *testing.T) {
	t.Parallel()
	tcp := decode.Account{Read: 9, Decoded: 9}
	tcp.Bytes.Stream = 4321
	sealed := decode.Account{Read: 9, Decoded: 9, Encrypted: map[uint16]int{443: 1}, NotDecrypted: map[string]int64{"no key": 1},
		Sealed: []*decode.TLSConn{{TLS: decode.TLS{SNI: "chat.example"}, Server: netip.MustParseAddrPort("192.0.2.1:443"), Reason: "no key",
			Alerts: []string{"the client refused the certificate: alert unknown_ca, packet 9"}}}}
	for _, c := range []struct {
		name    string
		account decode.Account
		want    []string
	}{
		{"no packets", decode.Account{}, []string{"No WebSocket session was found.", "The capture holds no packets."}},
		{"another link type", decode.Account{Read: 26, Skipped: map[string]int64{"link type 127": 26}}, []string{"26 of 26 packets not decoded: link type 127"}},
		{"several reasons, the most frequent first", decode.Account{Read: 30, Skipped: map[string]int64{"not TCP": 4, "GENEVE": 20}},
			[]string{"20 of 30 packets not decoded: GENEVE 4 of 30 packets not decoded: not TCP"}},
		{"TLS", decode.Account{Read: 9, Decoded: 9, Encrypted: map[uint16]int{443: 2, 8443: 1}}, []string{"3 TLS connections not decoded, to port 443, 8443."}},
		{"TLS without keys", sealed, []string{"1 TLS connection not decoded, to port 443.", "--keylog keys.log",
			"chat.example (192.0.2.1:443): no key; the client refused"}},
		{"nothing but handshakes of TCP", decode.Account{Read: 3, Decoded: 3}, []string{"No TCP connection carried data."}},
		{"another protocol", tcp, []string{"4,321 bytes in TCP connections, and no WebSocket handshake among them.", "-d tcp.port==PORT,websocket"}},
	} {
		for _, size := range [][2]int{{60, 14}, {80, 24}, {200, 50}} {
			t.Run(fmt.Sprintf("%s-%dx%d", c.name, size[0], size[1]), func(t *testing.T) {
				t.Parallel()
				d := live(t, &lossyFeed{}, size[0], size[1])
				d.m.opt.Live, d.m.focus = false, paneSessions
				d.m.opt.Feed = &accountFeed{account: c.account}
				if s := d.squeezed(); strings.Contains(s, "No WebSocket") {
					t.Errorf("said before the capture has ended:\n%s", s)
				}
				d.end()
				s := d.squeezed()
				for _, want := range c.want {
					if !strings.Contains(s, want) {
						t.Errorf("no %q in\n%s", want, d.text())
					}
				}
			})
		}
	}
}

// A filter is always visible, also where there is no line of chips.
func TestAFilterIsAlwaysVisible(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{40, 8}, {40, 12}, {80, 15}, {80, 16}, {120, 40}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			d := drive(t, sample("jsonrpc"), size[0], size[1], Options{Title: "a-capture-with-a-rather-long-name.pcapng"})
			d.keys("j", "enter").lacks("/ error")
			d.keys("/", "error", "enter").shows("/ error")
			d.keys("4").shows("text").keys("enter").shows("/ error").keys("esc", "b").shows("no beats")
			d.keys("/", "ctrl+u", "enter").lacks("/ error")
		})
	}
}

// Nothing follows once nothing more can come.
func TestFollowingEndsWithTheCapture(t *testing.T) {
	t.Parallel()
	d := driveOn(t, sample("jsonrpc"), 80, 24, Options{Live: true})
	d.keys("G").shows("following")
	d.end()
	d.lacks("following").keys("G").lacks("following")
	d.keys("gg", "/", "error", "enter", "G").shows("2/2").keys("/", "ctrl+u", "enter")
	if c, ok := d.m.current(); !ok || c.Message.N != 6 {
		t.Errorf("the cursor went to message %d, want 6, the last error", c.Message.N)
	}
}

// What the screen says about keys is true.
func TestTheWordsAboutKeysAreTrue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		keys  []string
		shows []string
		lacks []string
	}{
		{"Esc quits at the sessions", nil, []string{"Esc q quit"}, []string{"Esc q back"}},
		{"Esc goes back elsewhere", []string{"j", "enter"}, []string{"Esc q back"}, []string{"Esc q quit"}},
		{"a filter is not undone by 1", []string{"j", "enter", "/", "no such word", "enter"}, []string{"no rows match; / edits the filter"}, []string{"1 to show all"}},
		{"a chip is undone by 1", []string{"j", "enter", "5"}, []string{"no rows match; press 1 to show all"}, []string{"edits the filter"}},
		{"both", []string{"j", "enter", "/", "no such word", "enter", "5"}, []string{"press 1 to show all, / edits the filter"}, nil},
		{"nothing is read on when the file is at its end", []string{"j", "enter", "p"}, []string{"the list is paused; p resumes"}, []string{"goes on"}},
		{"files count no drops", nil, nil, []string{"dropped"}},
		{"no such session", []string{":session 9", "enter"}, []string{`there is no session "9": there is only session 1`}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := drive(t, sample("jsonrpc"), 120, 30, Options{})
			d.keys(c.keys...).shows(c.shows...).lacks(c.lacks...)
		})
	}
}

// Esc at the sessions does what the footer says: it quits.
func TestEscAtTheSessionsQuits(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 120, 30, Options{})
	if d.keys("enter", "esc"); d.quit {
		t.Fatal("Esc quits although the footer says back")
	}
	if d.keys("esc"); !d.quit {
		t.Error("Esc does not quit although the footer says so")
	}
}

func TestClockText(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, 5, 17, 14, 3, 2, 123456789, time.Local).UnixNano()
	for _, c := range []struct {
		name  string
		w     int
		dated bool
		want  string
	}{
		{"narrow", 11, false, "14:03:02.12"},
		{"microseconds", 15, false, "14:03:02.123456"},
		{"date and time", 26, true, "2024-05-17 14:03:02.123456"},
		{"the date first where there is little room", 11, true, "05-17 14:03"},
		{"some room", 15, true, "05-17 14:03:02"},
	} {
		if got := clockText(at, c.w, c.dated); got != c.want || len(got) > c.w {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A time in seconds fits its column, and is the time to the last digit shown.
func TestSecondsTextFitsAndIsRight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.Int64Range(-3e18, 3e18).Draw(t, "d") // about 95 years
		sign := rapid.Bool().Draw(t, "sign")
		s := secondsText(d, sign)
		got, err := strconv.ParseFloat(s, 64)
		if err != nil || len(s) > 11 {
			t.Fatalf("%q of %d: %v", s, d, err)
		}
		decimals := 0
		if at := strings.IndexByte(s, '.'); at >= 0 {
			decimals = len(s) - at - 1
		}
		if step := math.Pow(10, -float64(decimals)); math.Abs(got-float64(d)/1e9) > 0.51*step {
			t.Fatalf("%q of %d ns", s, d)
		}
		if sign && d >= 0 && s[0] != '+' {
			t.Fatalf("%q has no sign", s)
		}
	})
}

// The list and the ladder count time from the same moment.
func TestTheLadderHasTheTimesOfTheList(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"jsonrpc", "port-reuse", "deflate"} {
		d := drive(t, sample(name), 120, 40, Options{})
		d.keys("j", "enter", "jjj")
		c, ok := d.m.current()
		if !ok {
			t.Fatal("no row")
		}
		d.shows(fmt.Sprintf("%.5f", float64(c.Time()-d.m.zero())/1e9))
		d.keys("L").shows(fmt.Sprintf("▶     %.3f ", float64(c.Time()-d.m.zero())/1e9))
	}
}

// Sessions of different days show their dates.
func TestDatesAreShownWhereTheyDiffer(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.TwoSessions([]string{"a"}, []string{"b"}), 200, 40, Options{Clock: OfDay})
	day := time.Unix(1_700_000_000, 0).Format(time.DateOnly)
	d.keys("enter").lacks(day)
	d = drive(t, feedtest.YearsApart(), 200, 40, Options{Clock: OfDay})
	d.keys("enter").shows(day, time.Unix(1_000_000_000, 0).Format(time.DateOnly))
}

// A search in the detail finds what is on the screen, and says how many matches there are.
func TestSearchInTheDetailFindsWhatIsShown(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 120, 40, Options{})
	d.keys("j", "enter", ":4", "enter", "enter").shows("Method not found")
	d.keys("&", "\"not found\"", "enter").shows("row 1 of 1 with a match in this payload").lacks("no match")
	if c, _ := d.m.current(); c.Message.N != 4 || d.m.focus != paneDetail {
		t.Errorf("the search went to message %d, pane %d", c.Message.N, d.m.focus)
	}
	d.keys("n").shows("▷      6") // and on among the messages, wrapping
	d.keys("n").shows("▷      4")
	d.keys("&", "nosuchtext", "enter").shows("no match")
	d.keys("&", "\"not found\"", "enter", "N").shows("▷      6")
}

// A search that only the message that is shown matches comes back to it.
func TestASearchWithOneMatchWraps(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 120, 40, Options{})
	d.keys("j", "enter", ":4", "enter", "&", "ws.n == 4", "enter").shows("▶      4", "match 1 of 1, past the end")
	d.keys("gg", "n").shows("▶      4", "match 1 of 1").lacks("past the end")
}

// A filter on how sessions end, given before they have, shows in the end what it shows when given then.
func TestAFilterOnEndsGivenEarly(t *testing.T) {
	t.Parallel()
	data := feedtest.Crowd(30)
	for _, filter := range []string{"ws.closed_by == c2s", "ws.close_code == 1000", "ws.messages > 3 && websocket.opcode == 1"} {
		t.Run(filter, func(t *testing.T) {
			t.Parallel()
			want := drive(t, data, 100, 30, Options{Filter: filter})
			m, err := newModel(Options{Feed: feedOf(t, data), Filter: filter})
			if err != nil {
				t.Fatal(err)
			}
			m.now = func() time.Time { return time.Unix(0, 0) }
			d := &driver{t: t, m: m}
			d.send(tea.WindowSizeMsg{Width: 100, Height: 30})
			n := 0
			err = m.opt.Feed.Run(t.Context(), func(b *decode.Batch, e *decode.Event) error {
				err := m.store.Visit(b, e)
				if n++; n%11 == 0 {
					d.refresh()
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			d.end()
			if got, want := d.keys("enter", "gg").text(), want.keys("enter", "gg").text(); got != want || d.m.msgs.list.N < 30 {
				t.Errorf("%d rows\ngot\n%s\nwant\n%s", d.m.msgs.list.N, got, want)
			}
		})
	}
}

// Each finding that the account counts is in the list, or in what is shown of a session.
func TestEachFindingIsReachable(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"lossy", "broken-rules", "port-reuse", "deflate-fragments"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := drive(t, sample(name), 200, 400, Options{})
			d.keys("enter", "7")
			shown := 0
			for k := range d.m.msgs.list.N {
				c, _ := d.m.filter.At(d.m.store, k)
				if c.Kind == rows.OfMessage {
					shown += len(c.Message.Findings)
				}
				if c.Kind == rows.OfMark {
					d.m.store.Look(func(tr *trace.Trace) {
						for _, f := range tr.Findings(c.Session.N) {
							if f.Message == 0 {
								shown++
							}
						}
					})
				}
			}
			if a := d.m.count.Account.Findings; int64(d.m.count.Findings) != a || int64(shown) < a {
				t.Errorf("%d of %d findings are in the list; the status line counts %d", shown, a, d.m.count.Findings)
			}
		})
	}
}
