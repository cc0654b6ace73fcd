package tui

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/wspeek/wspeek/tui/feedtest"
)

func TestASCIIOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, env string
		want      bool
	}{
		{"nothing is set", "TERM=xterm-256color", false},
		{"UTF-8", "LANG=de_DE.UTF-8", false},
		{"another spelling, with a modifier", "LANG=de_DE.utf8@euro", false},
		{"POSIX", "LANG=POSIX", true},
		{"C", "LANG=C", true},
		{"Latin-1", "LANG=de_DE.ISO-8859-1", true},
		{"LC_ALL is stronger", "LC_ALL=C LC_CTYPE=en_US.UTF-8 LANG=en_US.UTF-8", true},
		{"LC_CTYPE is stronger than LANG", "LC_CTYPE=C.UTF-8 LANG=C", false},
		{"an empty one does not count", "LC_ALL= LANG=en_US.UTF-8", false},
		{"tmux goes by the locale", "TMUX=/tmp/tmux-0/default,1,0", true},
		{"an old terminal", "TERM=vt220", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := asciiOnly(strings.Fields(c.env)); got != c.want {
				t.Errorf("%s: %v", c.env, got)
			}
		})
	}
}

// In ASCII every screen is in ASCII, has its size, and still tells the directions apart.
func TestScreensInASCII(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"jsonrpc", "deflate-fragments", "broken-rules", "lossy", "socketio"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := drive(t, sample(name), 80, 24, Options{ASCII: true})
			for _, k := range []string{"", "j", "enter", "j", "j", "enter", "v", "v", "v", "esc", "L", "L", "L", "?", "?", "/", "esc", ":go", "esc", "7"} {
				if s := d.keys(k).text(); strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
					t.Fatalf("not ASCII after %q:\n%s", k, s)
				}
			}
		})
	}
	d := drive(t, sample("jsonrpc"), 80, 24, Options{ASCII: true})
	d.keys("j", "enter").shows("> text", "< text")
}

// Text from the wire is never taken for a sign of ours.
func TestTextOfTheWireInASCII(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.TwoSessions([]string{"a→b", "日本"}, nil), 80, 24, Options{ASCII: true})
	d.keys("j", "enter", "j").shows("a?b", "????").lacks("a>b")
	if w := ansi.StringWidth("日本"); w != 4 {
		t.Errorf("%d cells", w)
	}
}
