package doc

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/feedtest"
	"github.com/wspeek/wspeek/tui/rows"
)

func TestVerdictsOfAnIncident(t *testing.T) {
	t.Parallel()
	s := rows.New(rows.Limits{})
	if err := feedtest.Read(feedtest.Incident(), s.Visit); err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int][]string{
		1: {"The server ended it with a RST (packet ", "3 more ended like this within 33", "all to 10.0.0.5:8080, all on /api/v2/feed (session 2, 3, 4).",
			"1:81", "the last words of the server", "before  ← text 28 bytes", `"id":39`},
		5:  {"The client ended it", "last messages"},
		6:  {"503", "refused"},
		7:  {"The client closed it with 1000 Normal Closure", "7:82", "close"},
		11: {"till open when the capture ended", "had no pong for"},
	} {
		q := &Request{Subject: Subject{Session: n}, Width: 120, Theme: draw.NewTheme(true)}
		got := strings.Join(rowsOf(t, q.Answer(s), 120), "\n")
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("session %d: no %q in\n%s", n, w, got)
			}
		}
	}
	for w := 20; w < 130; w += 11 {
		q := &Request{Subject: Subject{Session: 1}, Width: w, Theme: draw.NewTheme(true)}
		for _, row := range rowsOf(t, q.Answer(s), w) {
			if draw.Width(row) > w {
				t.Errorf("%d cells: %q", w, row)
			}
		}
	}
}

func TestWhatEndedAlikeInWords(t *testing.T) {
	t.Parallel()
	server := netip.MustParseAddrPort("10.0.0.5:80")
	for want, a := range map[string]rows.Alike{
		"1 more ended like this within the same microsecond, both to 10.0.0.5:80 (session 4).": {Count: 1, Sessions: []int{4}, Server: server},
		"2 more ended like this within 3.00 ms (session 4, 9).":                                {Count: 2, Sessions: []int{4, 9}, Within: 3e6},
		"9 more ended like this within 3.00 ms, all from 10.1.0.1, all on /a\\x1b (session 4, ...).": {Count: 9, Sessions: []int{4}, Within: 3e6,
			Client: netip.MustParseAddr("10.1.0.1"), Path: "/a\x1b"},
	} {
		if got := alikeWords(&a); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "the end": "The end.", "Done.": "Done.", "1 is": "1 is."} {
		if got := sentence(in); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for want, got := range map[string]string{
		"": proof(nil, 0), " Proof: packet 7.": proof([]int{7}, 0), " Proof: packets 7, 1,200. Applications see 1006.": proof([]int{7, 1200}, 1006),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestProofsThatAreNamed(t *testing.T) {
	t.Parallel()
	got := unnamed([]int{7, 12, 120}, "a RST (packet 12), 52 bytes, after 1.7 ms")
	if !slices.Equal(got, []int{120}) {
		t.Errorf("%v", got)
	}
	if got := unnamed([]int{7}, "packet 77"); !slices.Equal(got, []int{7}) {
		t.Errorf("%v", got)
	}
}
