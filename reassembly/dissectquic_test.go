package reassembly

import (
	"encoding/hex"
	"maps"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
)

// initial is a QUIC packet that begins with these bytes in hexadecimal and is padded to 1,200 bytes.
func initial(t testing.TB, head string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(head, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return append(b, make([]byte, minInitial-len(b))...)
}

// The clients' first packets of RFC 9001 appendix A.2 and RFC 9369 appendix A.2, as far as they are in clear.
const (
	initial1 = "c0 00000001 08 8394c8f03e515708 00 00 449e 7b9aec34"
	initial2 = "d3 6b3343cf 08 8394c8f03e515708 00 00 449e a0c95e82"
)

func TestQUICInitial(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, head string
		want       bool
	}{
		{"version 1", initial1, true},
		{"version 2", initial2, true},
		{"a draft", "c0 ff00001d 08 8394c8f03e515708 00 00 449e", true},
		{"a version reserved to be refused", "c0 1a2a3a4a 08 8394c8f03e515708 04 01020304", true},
		{"with a token", "c0 00000001 08 8394c8f03e515708 00 04 aabbccdd 4400", true},
		{"with a long token and no length after it", "c0 00000001 08 8394c8f03e515708 00 4400 aabbccdd", false},
		{"short header", "40 00000001 08 8394c8f03e515708 00 00 449e", false},
		{"fixed bit not set", "80 00000001 08 8394c8f03e515708 00 00 449e", false},
		{"handshake packet", "e0 00000001 08 8394c8f03e515708 00 449e", false},
		{"0-RTT packet of version 1", "d0 00000001 08 8394c8f03e515708 00 00 449e", false},
		{"retry of version 2, an Initial's type in version 1", "c0 6b3343cf 08 8394c8f03e515708 00 00 449e", false},
		{"version negotiation", "c0 00000000 08 8394c8f03e515708 00 00000001", false},
		{"version not known", "c0 00000003 08 8394c8f03e515708 00 00 449e", false},
		{"destination connection ID too short", "c0 00000001 07 8394c8f03e5157 00 00 449e", false},
		{"destination connection ID too long", "c0 00000001 15 8394c8f03e5157088394c8f03e5157088394c8f03e 00 00 449e", false},
		{"source connection ID too long", "c0 00000001 08 8394c8f03e515708 15 00 449e", false},
		{"token longer than the packet", "c0 00000001 08 8394c8f03e515708 00 7fff 449e", false},
		{"longer than the datagram", "c0 00000001 08 8394c8f03e515708 00 00 7fff", false},
		{"payload too short", "c0 00000001 08 8394c8f03e515708 00 00 05", false},
		{"DNS", "1234 0100 0001 0000 0000 0000", false},
		{"DTLS", "16 fefd 0000 000000000000 0040", false},
		{"STUN", "0001 0008 2112a442", false},
	}
	for _, tt := range tests {
		b := initial(t, tt.head)
		if got := isQUICInitial(b, len(b)); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
		if isQUICInitial(b[:len(b)-1], len(b)-1) {
			t.Errorf("%s: a datagram of 1,199 bytes was taken", tt.name)
		}
		for n := range 16 { // what is wrong further on is not seen in a capture that is cut
			if isQUICInitial(b[:n], len(b)) && !tt.want {
				t.Errorf("%s: cut to %d bytes it was taken", tt.name, n)
			}
		}
	}
}

// datagram is an Ethernet frame with a UDP datagram; the last byte of the address says who sends.
func datagram(from, to byte, src, dst uint16, payload []byte) []byte {
	n := 28 + len(payload)
	b := []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,
		0x45, 0, byte(n >> 8), byte(n), 0, 0, 0x40, 0, 64, protoUDP, 0, 0, 10, 0, 0, from, 10, 0, 0, to,
		byte(src >> 8), byte(src), byte(dst >> 8), byte(dst), byte((n - 20) >> 8), byte(n - 20), 0, 0}
	return append(b, payload...)
}

// TestQUICCounted: the packets of a connection count as QUIC in both directions, by the server's port, once it began.
func TestQUICCounted(t *testing.T) {
	t.Parallel()
	short := []byte{0x41, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	var d Dissector
	for i, row := range []struct {
		b    []byte
		want Reason
	}{
		{datagram(2, 1, 443, 50000, short), NotTCP},
		{datagram(1, 2, 50000, 443, initial(t, initial1)), QUIC},
		{datagram(2, 1, 443, 50000, short), QUIC},
		{datagram(1, 2, 50000, 443, short), QUIC},
		{datagram(1, 2, 50001, 443, short), NotTCP},
		{datagram(1, 3, 50000, 443, short), NotTCP},
		{datagram(1, 2, 50000, 8443, initial(t, initial2)), QUIC},
		{datagram(1, 2, 50000, 53, short), NotTCP},
		{datagram(1, 2, 50000, 443, nil), NotTCP},
	} {
		p := capture.Packet{Number: i + 1, LinkType: capture.LinkEthernet, OrigLen: len(row.b), Data: row.b}
		if got := d.Segment(&p, new(Segment)); got != row.want {
			t.Errorf("packet %d: %v, want %v", i+1, got, row.want)
		}
	}
	if want := map[uint16]int64{443: 3, 8443: 1}; !maps.Equal(d.QUIC(), want) {
		t.Errorf("ports %v, want %v", d.QUIC(), want)
	}
	if want := map[string]int64{"not tcp": 5, "quic": 4}; !maps.Equal(d.Skipped(), want) {
		t.Errorf("skipped %v, want %v", d.Skipped(), want)
	}
}

// TestQUICFlowsAreBounded: very many connections are counted, and few are remembered.
func TestQUICFlowsAreBounded(t *testing.T) {
	t.Parallel()
	var d Dissector
	for i := range 3 * maxQUICFlows {
		b := datagram(1, 2, uint16(i+1), 443, initial(t, initial1))
		d.Segment(&capture.Packet{Number: i + 1, LinkType: capture.LinkEthernet, OrigLen: len(b), Data: b}, new(Segment))
	}
	if n := d.SkippedFor(QUIC); n != 3*maxQUICFlows || len(d.quic.ports) > maxQUICFlows {
		t.Errorf("%d packets, %d flows", n, len(d.quic.ports))
	}
}

func FuzzQUICInitial(f *testing.F) {
	f.Add(initial(f, initial1), 1200)
	f.Add(initial(f, initial2)[:20], 1300)
	f.Fuzz(func(t *testing.T, b []byte, wire int) {
		if isQUICInitial(b, wire) && (wire < minInitial || b[0]&0xc0 != 0xc0) {
			t.Errorf("taken: %x of %d", b, wire)
		}
	})
}

func BenchmarkQUICInitial(b *testing.B) {
	packet := initial(b, initial1)
	for b.Loop() {
		isQUICInitial(packet, len(packet))
	}
}
