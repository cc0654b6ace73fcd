package reassembly

import "testing"

// A RST that refuses a SYN was forged if the connection goes on: what follows is not lost with it.
func TestForgedRSTBeforeTheSYNACK(t *testing.T) {
	t.Parallel()
	h := handshake(0)
	forged := seg{from: hostB, flags: RST | ACK, seq: 5000, ack: 1001}
	b := newBench(t, Limits{}).send(h[0], forged).send(h[1:]...).send(a(0, "abc", 0), bb(0, "xyz", 3))
	b.wantLog(0, "0 close 3", "1 close 2").wantLog(1, `0 data 0 "abc"`, `1 data 0 "xyz"`).finish().wantConns(2)
	// Nor if the SYN/ACK is not captured.
	b = newBench(t, Limits{}).send(h[0], forged, a(0, "abc", 0), bb(0, "xyz", 3)).finish().wantConns(2)
	if k := b.conns[1]; string(k.data[Fwd]) != "abc" || string(k.data[Rev]) != "xyz" {
		t.Errorf("passed on %q, want \"abc\" and \"xyz\"", k.data)
	}
}

// A SYN/ACK in the middle of a connection, whose numbers fit, answers nothing.
func TestForgedSYNACKInTheMiddle(t *testing.T) {
	t.Parallel()
	forged := seg{from: hostB, flags: SYN | ACK, seq: 5001, ack: 1004}
	b := opened(t).send(a(0, "abc", 0), bb(0, "xyz", 3), forged, a(3, "def", 3), bb(3, "uvw", 6)).finish().wantConns(1)
	b.wantLog(0, `0 data 0 "abc"`, `1 data 0 "xyz"`, `0 data 3 "def"`, `1 data 3 "uvw"`, "0 close 6", "1 close 6")
}

// A SYN/ACK that acknowledges more than the SYN carried is not the answer to it.
func TestForgedSYNACKBeforeTheTrueOne(t *testing.T) {
	t.Parallel()
	h := handshake(0)
	forged := seg{from: hostB, flags: SYN | ACK, seq: 5020, ack: 1004}
	b := newBench(t, Limits{}).send(h[0], a(0, "abc", 0), forged).send(h[1:]...).send(bb(0, "xyz", 3)).finish()
	if k := b.conns[0]; string(k.data[Fwd]) != "abc" || string(k.data[Rev]) != "xyz" {
		t.Errorf("passed on %q, want \"abc\" and \"xyz\"", k.data)
	}
}

// A SYN of the other side that nobody answers does not make the next opening one from both sides.
func TestForgedSYNBeforeAnOpening(t *testing.T) {
	t.Parallel()
	forged := seg{from: hostB, flags: SYN, seq: 700_000_000}
	b := newBench(t, Limits{}).send(forged).send(handshake(0)...).send(a(0, "abc", 0), bb(0, "xyz", 3)).finish()
	k := b.conns[len(b.conns)-1]
	if string(k.data[Fwd])+string(k.data[Rev]) != "abcxyz" && string(k.data[Rev])+string(k.data[Fwd]) != "abcxyz" {
		t.Errorf("passed on %q, want \"abc\" and \"xyz\"", k.data)
	}
}

// Bytes after the end of a connection are counted.
func TestBytesAfterTheEnd(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(0, "abc", 0), a(3, "", 0).with(RST), bb(0, "late", 3).later(3*sec), bb(4, "later", 3).later(4*sec)).finish()
	if n := b.table.AfterEnd(); n == 0 {
		t.Error("AfterEnd is 0, want the bytes that came after the RST's grace")
	}
}
