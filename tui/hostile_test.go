package tui

import (
	"os"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/rows"
)

// evil acts on a terminal that is shown it.
const evil = "\x1b]0;owned\x07\x1b[2J\u009b31m\u202eevil\u200b\U000e0041\x00\x7f"

// soft is as much of it as a header can hold.
const soft = "\u009b31m\u202eevil\u200b\U000e0041"

// hostile is a capture in which all that peers choose is hostile.
func hostile() []byte {
	c := pcaps.Conversation{MSS: 60000}
	c.Upgrade(pcaps.Request{Target: "/" + soft, Host: soft, Headers: [][2]string{{"X-Evil", soft}}},
		pcaps.Response{Headers: [][2]string{{"Server", soft}}})
	for _, s := range []string{evil, "日本語🎉👩‍👩‍👧‍👦🇩🇪❤️" + evil, "z" + strings.Repeat("\u0301", 99), `{"` + evil + `":["` + evil + `"]}`,
		strings.Repeat("x"+evil, 9000), "\xff\xfe" + evil} {
		c.SendFrames(pcaps.C2S, pcaps.Text(s).Masked(pcaps.RFCKey))
		c.SendFrames(pcaps.S2C, pcaps.Frame{Opcode: pcaps.OpBinary, Fin: true, Payload: []byte(s)})
		c.SendFrames(pcaps.S2C, pcaps.Frame{Opcode: pcaps.OpPing, Fin: true, Payload: []byte(s[:min(120, len(s))])})
	}
	c.SendFrames(pcaps.S2C, pcaps.Frame{Opcode: pcaps.OpClose, Fin: true, Payload: []byte("\x03\xe8" + evil)})
	c.Close()
	return c.File()
}

// Every screen is checked by text: its width, and that it holds nothing but what we draw.
func TestHazard_O2_HostileTextIsInertOnEveryScreen(t *testing.T) {
	t.Parallel()
	data := hostile()
	for _, size := range sizes {
		d := drive(t, data, size[0], size[1], Options{Title: evil, Command: evil, Filter: ""})
		for _, k := range []string{"", "j", "enter", "v", "v", "v", "v", "/", evil, "esc", "&", "owned", "enter", "enter", "n", "esc", "esc", ":", evil, "enter", "?", "?", "f", "f", "6", "G", "1"} {
			d.keys(k)
			d.text()
		}
		d.keys("home")
		for range d.m.msgs.list.N {
			for range doc.Views {
				d.keys("v")
				d.text()
			}
			d.keys("=").text()
			d.keys("esc", "]")
		}
	}
}

func TestHazard_O4_WhatIsCopiedIsInertAndBounded(t *testing.T) {
	t.Parallel()
	d := drive(t, hostile(), 100, 30, Options{Command: "wspeek explain " + evil})
	d.keys("j", "enter", "home")
	long := 0
	for range d.m.msgs.list.N {
		for _, k := range []string{"y", "Y", "e"} {
			d.copied = ""
			d.keys(k)
			for _, r := range d.copied {
				if r != '\n' && show.Hidden(r) {
					t.Fatalf("%s copied %q", k, d.copied)
				}
			}
			if len(d.copied) > maxCopy {
				t.Fatalf("%s copied %d bytes", k, len(d.copied))
			}
			if strings.Contains(d.m.noteText, "too long for the terminal's clipboard") {
				long++
			}
		}
		d.keys("]")
	}
	if long == 0 {
		t.Error("nothing was too long")
	}
}

func TestHazard_O12_ProposedNamesHoldNothingOfTheTraffic(t *testing.T) {
	t.Parallel()
	d := drive(t, hostile(), 100, 30, Options{})
	d.keys("j", "enter", "home", "j", "w")
	if got := d.m.prompt.input.String(); got != "wspeek-1-1.txt" {
		t.Errorf("proposed %q", got)
	}
}

func TestHazard_O13_SavingFollowsNoLinkAndReplacesNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("precious", []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("precious", "link"); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	d := drive(t, sample("jsonrpc"), 100, 30, Options{})
	d.keys("j", "enter", "j")
	for _, line := range []string{"payload precious", "payload link", "export link", "export precious"} {
		d.keys(":", line, "enter").shows("✗")
	}
	d.keys(":", "payload! link", "enter").shows("wrote")
	if b, err := os.ReadFile("precious"); err != nil || string(b) != "precious" {
		t.Errorf("%q, %v", b, err)
	}
}

func TestHeartbeatsOfControlFrames(t *testing.T) {
	t.Parallel()
	d := drive(t, hostile(), 100, 30, Options{})
	d.keys("j", "enter", "b")
	for k := range d.m.msgs.list.N {
		if c, _ := d.m.filter.At(d.m.store, k); c.Kind == rows.OfMessage && c.Message.Opcode == ws.OpPing {
			t.Errorf("row %d is a ping", k)
		}
	}
}
