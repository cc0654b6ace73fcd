package http2

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

// FuzzConn gives any bytes, in any cut and with any gaps, to a Conn: the contract and the account hold.
func FuzzConn(f *testing.F) {
	p := newPair()
	var client, server strings.Builder
	for _, e := range p.session(c(p.c.data(1, "hello")+p.c.padded(1, "x", 3)), s(p.s.last(1, "SS")+p.s.goAway(1, 2, "x")), c(p.c.reset(1, 8))) {
		if e.d == cli {
			client.WriteString(e.data)
		} else {
			server.WriteString(e.data)
		}
	}
	f.Add([]byte(client.String()), []byte(server.String()), []byte{200, 200, 200})
	f.Add([]byte(client.String()), []byte(server.String()), []byte{30, 40, 255, 10, 20, 254, 3, 1, 1, 255, 7})
	f.Add([]byte(Preface), []byte("HTTP/1.1 400\r\n\r\n"), []byte{9, 9})
	f.Fuzz(func(t *testing.T, client, server, script []byte) {
		r := newRecorder()
		fd := newFeeder(r, Config{Limits: Limits{Block: 4 << 10, Table: 1 << 10, Streams: 8, Pending: 4 << 10, Search: 4 << 10}})
		left := [2]string{string(client), string(server)}
		for i, n := range script {
			d := reassembly.Dir(i % 2)
			k := min(int(n), len(left[d]))
			switch {
			case n >= 250 && k > 0:
				fd.play(hole(d, k))
			case n%7 == 0:
				fd.play(differ(d, int64(n%30)+1, int64(n%40)-20))
				continue
			default:
				fd.play(event{d: d, data: left[d][:k], ack: int64(n%3) - 1})
			}
			left[d] = left[d][k:]
		}
		fd.play(c(left[0]))
		fd.play(s(left[1]))
		if n := fd.c.kept(); n > 1<<20+2*len(client)+2*len(server) {
			t.Errorf("about %d bytes are kept", n)
		}
		fd.end(t)
	})
}

// FuzzHPACK gives any block to tables that are whole and lost.
func FuzzHPACK(f *testing.F) {
	w := newWire()
	f.Add(w.fields(connectLines...), w.fields(connectLines...))
	f.Add([]byte("\x3f\xe1\x1f\x40\x01a\x01b\xbe"), []byte("\xbf\x20\xbe"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		tab := newTable(1 << 10)
		for _, block := range [][]byte{a, b, a} {
			l := fieldList{room: 4 << 10}
			if err := tab.decode(block, &l); err != nil && !tab.lost {
				t.Error("an error, but the table is not lost")
			}
			size := 0
			for _, e := range tab.entries[tab.from:] {
				size += e.size()
			}
			if size != tab.size || size > 1<<10 {
				t.Errorf("the table has %d bytes, said to be %d", size, tab.size)
			}
		}
	})
}
