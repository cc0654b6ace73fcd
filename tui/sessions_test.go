package tui

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"
	"pgregory.net/rapid"
)

// The columns fill the pane, and those that say most have room at any width.
func TestTheColumnsFillThePane(t *testing.T) {
	t.Parallel()
	for w := 40; w < 260; w++ {
		for _, client := range []int{9, 15, 21, 60} {
			p := &sessionsPane{number: 6, client: client}
			table := p.columns(w, func(int) string { return "" })
			used := 3
			for _, c := range table.cols {
				used += 1 + max(c.width, -c.width)
				if c.title == "who ended it, and why" && c.width < 20 || c.title == "name" && c.width < leastName || c.title == "client" && c.width < min(client, 12) {
					t.Errorf("%d cells, client of %d: %q has %d", w, client, c.title, c.width)
				}
			}
			if used != w {
				t.Errorf("%d cells, client of %d: %d are used", w, client, used)
			}
		}
	}
}

func session(n int, client, host, path string) rows.Listed {
	return rows.Listed{Session: &decode.Session{N: n, Scheme: "ws", Host: host, Path: path,
		Client: netip.MustParseAddrPort(client), Server: netip.MustParseAddrPort("10.0.0.5:8080")}}
}

// What tells sessions apart stays where names are cut.
func TestNamesKeepWhatTellsThemApart(t *testing.T) {
	t.Parallel()
	long := "/api/v2/tenants/eu-central-1/realtime/socket?token=0123456789abcdef0123456789abcdef&user="
	for _, c := range []struct {
		hosts, paths [2]string
		want         [2]string
	}{
		{[2]string{"a.example", "a.example"}, [2]string{"/x", "/y"}, [2]string{"ws://a.example/x", "ws://a.example/y"}},
		{[2]string{"a.example", "a.example"}, [2]string{long + "7", long + "12"}, [2]string{"…abcdef0123456789abcdef&user=7", "…bcdef0123456789abcdef&user=12"}},
		{[2]string{"a.example", "b.example"}, [2]string{long + "7", long + "7"}, [2]string{"a.example/api/v…9abcdef&user=7", "b.example/api/v…9abcdef&user=7"}},
		{[2]string{"a.example", "a.example"}, [2]string{"/one" + long, "/two" + long}, [2]string{"/one/api/v2/ten…89abcdef&user=", "/two/api/v2/ten…89abcdef&user="}},
		{[2]string{"a.long.name.example", "a.long.name.example"}, [2]string{"/chat/room/1", "/chat/room/2"}, [2]string{"/chat/room/1", "/chat/room/2"}},
		{[2]string{"a.example", "a.example"}, [2]string{long, long}, [2]string{"/api/v2/tenants…89abcdef&user=", "/api/v2/tenants…89abcdef&user="}},
		{[2]string{"", ""}, [2]string{"/a", "/b"}, [2]string{"ws://10.0.0.5:8080/a", "ws://10.0.0.5:8080/b"}},
		{[2]string{"", ""}, [2]string{"", ""}, [2]string{"to 10.0.0.5:8080", "to 10.0.0.5:8080"}},
	} {
		table := &sessionTable{name: 30}
		infos := []rows.Listed{session(1, "10.1.0.2:5000", c.hosts[0], c.paths[0]), session(2, "10.1.0.3:5000", c.hosts[1], c.paths[1])}
		table.names(infos)
		for i := range infos {
			if got := table.cut(urlOf(&infos[i])); got != c.want[i] || draw.Width(got) > 30 {
				t.Errorf("%q of %d cells, want %q", got, draw.Width(got), c.want[i])
			}
		}
	}
}

func TestCutInTheMiddle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[a-z0-9/ä世é]{0,60}`).Draw(t, "s")
		w := rapid.IntRange(3, 50).Draw(t, "w")
		got := cutMiddle(s, w)
		head, tail, cut := strings.Cut(got, "…")
		if draw.Width(got) > w || cut != (draw.Width(s) > w) {
			t.Fatalf("%q to %d cells: %q", s, w, got)
		}
		if !strings.HasPrefix(s, head) || !strings.HasSuffix(s, tail) || cut && draw.Width(got) < w-2 {
			t.Fatalf("%q to %d cells: %q", s, w, got)
		}
	})
}

// The client that a proxy speaks for comes first, the proxy after it; nothing of it acts on the terminal.
func TestClientBehindAProxy(t *testing.T) {
	t.Parallel()
	i := session(1, "10.0.0.9:5000", "a", "/")
	if got := clientOf(&i); got != "10.0.0.9:5000" {
		t.Errorf("%q", got)
	}
	i.RequestHeaders = []http1.Header{{Name: "X-Forwarded-For", Value: "203.0.113.7\x1b[2J, 10.0.0.8"}}
	if got := clientOf(&i); !strings.HasPrefix(got, "203.0.113.7") || !strings.HasSuffix(got, " via 10.0.0.9:5000") || strings.Contains(got, "\x1b") {
		t.Errorf("%q", got)
	}
	i.Proxied = &decode.Proxied{Client: netip.MustParseAddrPort("198.51.100.4:777")}
	if got := clientOf(&i); got != "198.51.100.4:777 via 10.0.0.9:5000" {
		t.Errorf("%q", got)
	}
}

// The list says who ended each session by the judgement of check, and which file it is in.
func TestTheListSaysWhoEndedIt(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"port-reuse":  {"client: Close 4000", "client: Close 1000", "127.0.0.1:"},
		"refused-426": {"server: refused, 426"},
	} {
		d := drive(t, sample(name), 200, 50, Options{FileOf: func(int) string { return "/tmp/eu/node-1.pcap" }})
		d.keys("\\").shows(append(want, "node-1.pcap", "client", "life")...)
	}
}
