package link

import (
	"bytes"
	"strings"
	"testing"
)

// esp is an IPsec packet as RFC 4303 section 2 draws it, not encrypted: SPI, sequence number, vector, payload, padding, pad length,
// next header, integrity check value.
func esp(vector int, payload []byte, padding int, next byte, check int) []byte {
	b := h("00000100 00000001")
	b = append(b, bytes.Repeat([]byte{0xa5}, vector)...)
	b = append(b, payload...)
	for i := range padding {
		b = append(b, byte(i+1)) // "the padding bytes are initialized with a series of (unsigned, 1-byte) integer values"
	}
	b = append(b, byte(padding), next)
	return append(b, bytes.Repeat([]byte{0x5a}, check)...)
}

// TestNullESP has every length of a vector, of padding and of a check value that there is.
func TestNullESP(t *testing.T) {
	t.Parallel()
	ip6 := h("60000000 0014 0640 20010db8000000000000000000000001 20010db8000000000000000000000002" + strings.Repeat("00", 20))
	for _, vector := range []int{0, 8} {
		for _, check := range []int{0, 12, 16, 24, 32} {
			for padding := range 9 {
				for next, payload := range map[byte][]byte{4: h(inner), 41: ip6} {
					in := esp(vector, payload, padding, next, check)
					protocol, got, ok := NullESP(Inner{Data: in, Wire: len(in)}, nil)
					if !ok || protocol != next || !bytes.HasPrefix(got.Data, payload) {
						t.Errorf("vector %d, check %d, padding %d: % x: got protocol %d, % x, %v", vector, check, padding, in, protocol, got.Data, ok)
					}
				}
			}
		}
	}
}

// TestNullESP_Refused is encrypted, or might be.
func TestNullESP_Refused(t *testing.T) {
	t.Parallel()
	good := esp(0, h(inner), 2, 4, 12)
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"nothing", nil},
		{"header cut", good[:7]},
		{"header alone", good[:8]},
		{"no room for a trailer", good[:9]},
		{"padding that does not count", append(append(h("00000100 00000001"+inner), 2, 1, 2, 4), make([]byte, 12)...)},
		{"padding longer than the packet", append(h("00000100 00000001"), 200, 4)},
		{"another next header than the packet is of", esp(0, h(inner), 2, 41, 12)},
		{"tcp, which nobody vouches for", esp(0, bytes.Repeat([]byte{0x20}, 20), 2, 6, 12)},
		{"an IP header with a wrong checksum", esp(0, h("45000014 00000000 400666e3 0a000001 0a000002"), 2, 4, 12)},
		{"a dummy packet", esp(0, h(inner), 2, 59, 12)},
	} {
		if protocol, r, ok := NullESP(Inner{Data: c.data, Wire: len(c.data)}, nil); ok {
			t.Errorf("%s: got protocol %d, % x", c.name, protocol, r.Data)
		}
	}
}

// TestNullESP_Transport: what is not an IP packet is taken where the caller says that it is valid.
func TestNullESP_Transport(t *testing.T) {
	t.Parallel()
	segment := bytes.Repeat([]byte{0x20}, 20)
	in := esp(0, segment, 2, 6, 12)
	asked := 0
	valid := func(protocol uint8, payload []byte) bool {
		asked++
		return protocol == 6 && bytes.Equal(payload, segment)
	}
	protocol, r, ok := NullESP(Inner{Data: in, Wire: len(in)}, valid)
	if !ok || protocol != 6 || !bytes.Equal(r.Data, segment) || r.Wire != len(segment) || asked == 0 {
		t.Errorf("got protocol %d, % x of %d, %v; asked %d times", protocol, r.Data, r.Wire, ok, asked)
	}
}

// TestNullESP_Cut: of a packet that the capture cut, the trailer is not known; what begins with an IP header is one.
func TestNullESP_Cut(t *testing.T) {
	t.Parallel()
	in := esp(8, append(h("45000040 00000000 400666b6 0a000001 0a000002"), make([]byte, 44)...), 2, 4, 12)
	for n := range in {
		protocol, r, ok := NullESP(Inner{Data: in[:n], Wire: len(in)}, nil)
		if want := n >= 8+8+20; ok != want || ok && (protocol != 4 || !bytes.Equal(r.Data, in[16:n])) {
			t.Errorf("cut at %d of %d: got protocol %d, % x, %v", n, len(in), protocol, r.Data, ok)
		}
	}
}

// TestESPinUDP: port 4500 carries IPsec packets, key exchanges, which begin with four zeros, and keep-alives (RFC 3948 section 2).
func TestESPinUDP(t *testing.T) {
	t.Parallel()
	udp := h("1194 1194 0046 0000")
	for _, c := range []struct {
		name string
		data []byte
		want Skip
	}{
		{"not encrypted", esp(0, h(inner), 2, 4, 12), 0},
		{"key exchange", append(h("00000000"), esp(0, h(inner), 2, 4, 12)...), SkipNoTunnel},
		{"keep-alive", []byte{0xff}, SkipNoTunnel},
		{"nothing", nil, SkipNoTunnel},
		{"transport mode", esp(0, bytes.Repeat([]byte{0x20}, 20), 2, 6, 12), SkipNoTunnel},
	} {
		data := append(bytes.Clone(udp), c.data...)
		r, skip := Tunnel(17, Inner{Data: data, Wire: len(data)})
		if skip != c.want || skip == 0 && !bytes.Equal(r.Data, h(inner)) {
			t.Errorf("%s: got % x, %q, want %q", c.name, r.Data, skip, c.want)
		}
	}
}

// TestSkip_Damaged: what is wrong in itself, not what is only of another kind; a value that is none has a name too.
func TestSkip_Damaged(t *testing.T) {
	t.Parallel()
	damaged := map[Skip]bool{SkipLength: true, SkipCut: true, SkipLinkHeader: true, SkipTunnelHeader: true, SkipDepth: true, SkipWiFiChecksum: true}
	for s := range SkipRows + 1 {
		if s.Damaged() != damaged[s] {
			t.Errorf("%q: damaged %v", s, s.Damaged())
		}
	}
	if Skip(0).String() != "" || SkipRows.String() != "unknown" || Skip(255).String() != "unknown" {
		t.Errorf("names %q, %q", Skip(0), SkipRows)
	}
}

// TestMayCarry are the protocols of tunnels.
func TestMayCarry(t *testing.T) {
	t.Parallel()
	tunnels := map[uint8]bool{17: true, 47: true, 97: true, 115: true, 137: true}
	for p := range 256 {
		if got := MayCarry(uint8(p)); got != tunnels[uint8(p)] {
			t.Errorf("protocol %d: got %v", p, got)
		}
		if _, skip := Tunnel(uint8(p), Inner{}); !tunnels[uint8(p)] && skip != SkipNoTunnel {
			t.Errorf("protocol %d: got %q", p, skip)
		}
	}
}
