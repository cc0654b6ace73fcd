package reassembly

import "testing"

// What lies too far off waits until the peer acknowledges it, and then has its place.
func TestHazard_T13_FarOffAndAcknowledged(t *testing.T) {
	t.Parallel()
	const far = 100_000_000
	b := opened(t).send(a(0, "abc", 0), a(far, "def", 0), bb(0, "", far+3), a(far+3, "ghi", 0)).finish()
	b.wantLog(0, `0 data 0 "abc"`, "0 gap 3+99999997", `0 data 100000000 "def"`, `0 data 100000003 "ghi"`, "0 close 6", "1 close 6")
	wantStat(t, "OutOfWindow", b.stats(0, Fwd).OutOfWindow, 0)
	if got := b.doubts(0, Fwd).Outside; got != 0 {
		t.Errorf("%d bytes outside, want 0", got)
	}
}

// If nobody acknowledges it, it has none.
func TestHazard_T13_FarOffAndNot(t *testing.T) {
	t.Parallel()
	const far = 100_000_000
	b := opened(t).send(a(0, "abc", 0), a(far, "def", 0), a(3, "ghi", 0), bb(0, "", 6)).finish()
	b.wantLog(0, `0 data 0 "abc"`, `0 data 3 "ghi"`, "0 close 6", "1 close 6")
	if got := b.doubts(0, Fwd).Outside; got != 3 {
		t.Errorf("%d bytes outside, want 3", got)
	}
}

// Few bytes are kept for it.
func TestFarOffIsBounded(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(0, "abc", 0))
	for i := range 1000 {
		b.send(a(100_000_000+400*i, string(make([]byte, 400)), 0))
	}
	if l := b.conns[0].conn.halves[Fwd].late; len(l.far) > maxFar || l.farBytes > maxFarBytes || l.farBytes == 0 {
		t.Errorf("%d segments and %d bytes are kept", len(l.far), l.farBytes)
	}
}
