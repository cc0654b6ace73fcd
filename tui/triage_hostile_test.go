package tui

import (
	"net/netip"
	"testing"
	"time"

	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/tui/feedtest"
)

// hostileSessions are sessions whose names, headers, reasons and last words would act on a terminal, all of which end in
// the same instant.
func hostileSessions() []byte {
	evil := "/\u202e\u009b31m\u009d0;owned\u009c\u200b\U000e0041?" // as much as a request can hold
	var all []pcaps.Packet
	for k := range 12 {
		c := pcaps.Conversation{Client: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 9, 8, byte(k)}), 4000), Start: time.Unix(1_700_000_000, 0)}
		c.Upgrade(pcaps.Request{Target: evil + string(rune('a'+k)), Host: evil, Headers: [][2]string{{"X-Forwarded-For", "\u009b31m" + evil}, pcaps.Subprotocol(evil)}},
			pcaps.Response{Headers: [][2]string{pcaps.Subprotocol(evil)}})
		c.SendFrames(pcaps.S2C, pcaps.Text("\x1b]52;c;b3duZWQ=\x07\x1b[2J"+evil))
		if k%2 == 0 {
			c.SendFrames(pcaps.S2C, pcaps.Close(4000, "\x1b[31m"+evil))
		}
		c.Rst(pcaps.S2C)
		all = append(all, c.Packets...)
	}
	return feedtest.InOrder(all)
}

// Nothing of hostile sessions acts on the terminal, in whatever order, group and size they are listed (text checks that).
func TestHazard_O1_HostileSessionsAreInert(t *testing.T) {
	t.Parallel()
	for _, ascii := range []bool{false, true} {
		d := drive(t, hostileSessions(), 80, 24, Options{ASCII: ascii})
		for _, size := range [][2]int{{20, 6}, {40, 12}, {80, 24}, {200, 50}, {400, 100}} {
			d.m.w, d.m.h = size[0], size[1]
			for _, k := range []string{"j", "o", "o", "B", "B", "B", "j", "enter", "j", "B", "B", "z", ">", ">", "z", "tab", "tab", "tab"} {
				d.keys(k)
				d.text()
			}
			d.keys("/", "\u202e", "enter").text()
			d.keys("esc", "esc").text()
			if d.m.focus != paneSessions || d.quit {
				t.Fatalf("%v: focus %d, quit %v", size, d.m.focus, d.quit)
			}
		}
	}
}

// Sessions that all end in the same instant are counted, and only some of their numbers are named.
func TestAllEndAtOnce(t *testing.T) {
	t.Parallel()
	d := drive(t, hostileSessions(), 120, 60, Options{})
	d.text()
	d.keys("j", "j").shows("12 sessions  12 hurt", "5 more ended like this within", "all to 192.0.2.2:80")
	d.keys("j").shows("5 more ended like this")
}
