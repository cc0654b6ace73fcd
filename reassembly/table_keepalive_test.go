package reassembly

import "testing"

func TestHazard_T16_KeepAlive(t *testing.T) {
	t.Parallel()
	told := []string{`0 data 0 "abc"`, `0 data 3 "def"`}
	tests := map[string][]seg{
		"one byte, acknowledged":      {a(0, "abc", 0), bb(0, "", 3), a(2, "Z", 0).later(sec), a(3, "def", 0)},
		"the same byte, acknowledged": {a(0, "abc", 0), bb(0, "", 3), a(2, "c", 0), a(3, "def", 0)},
		"the same byte, outstanding":  {a(0, "abc", 0), a(2, "c", 0), a(3, "def", 0)},
		"no byte":                     {a(0, "abc", 0), a(2, "", 0), a(3, "def", 0)},
	}
	for name, segs := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opened(t).send(segs...).wantLog(0, told...).finish()
		})
	}
}

// A keep-alive is sent only while nothing is outstanding (RFC 9293 section 3.8.4).
func TestHazard_T16_NoKeepAlive(t *testing.T) {
	t.Parallel()
	tests := map[string][]seg{
		"not acknowledged":          {a(0, "abc", 0), a(2, "Z", 0), a(3, "def", 0)},
		"acknowledged in part only": {a(0, "abc", 0), bb(0, "", 2), a(2, "Z", 0), a(3, "def", 0)},
	}
	for name, segs := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opened(t).send(segs...).wantLog(0, `0 data 0 "abc"`, "0 conflict 2+1", `0 data 3 "def"`).finish()
		})
	}
	opened(t).send(a(3, "def", 0), a(5, "Z", 0), a(0, "abc", 0)).wantLog(0, "0 conflict 5+1", `0 data 0 "abc"`, `0 data 3 "def"`).finish()
}

// Where the peer's packets were not captured, a pause must do.
func TestHazard_T16_KeepAliveOneDirectionOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t, Limits{}).send(handshake(0)[0], a(0, "abc", 0), a(2, "Z", 0).later(sec), a(3, "def", 0).later(sec))
	b.wantLog(0, `0 data 0 "abc"`, `0 data 3 "def"`).finish()
	b = newBench(t, Limits{}).send(handshake(0)[0], a(0, "abc", 0), a(2, "Z", 0), a(3, "def", 0))
	b.wantLog(0, `0 data 0 "abc"`, "0 conflict 2+1", `0 data 3 "def"`).finish()
}

func TestHazard_T16_KeepAliveOfUnseenBytes(t *testing.T) {
	t.Parallel()
	probe := a(49, "Z", 0).without(PSH)
	opened(t).send(a(0, "abc", 0), bb(0, "", 50), probe, a(50, "def", 0)).send(bb(0, "", 53).later(sec)).finish().
		wantLog(0, `0 data 0 "abc"`, "0 gap 3+47", `0 data 50 "def"`, "0 close 6", "1 close 6")
}

func TestHazard_T16_KeepAliveFirst(t *testing.T) {
	t.Parallel()
	tests := map[string][]seg{
		"acknowledged before": {bb(0, "", 100), a(99, "Z", 0).without(PSH), a(100, "def", 0)},
		"acknowledged after":  {a(99, "Z", 0).without(PSH), bb(0, "", 100), a(100, "def", 0)},
		"alone for a second":  {a(99, "Z", 0).without(PSH), bb(0, "", 100), bb(0, "", 100).later(sec), a(100, "def", 0)},
	}
	for name, segs := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, Limits{}).send(segs...).finish()
			for _, k := range b.conns {
				d := Fwd
				if k.conn.fromB {
					d = Rev
				}
				if string(k.data[d]) != "def" || len(k.gaps[d]) > 0 {
					t.Errorf("passed on %q, want \"def\"", k.log)
				}
			}
		})
	}
}

// What waits was not compared yet, even if somebody has acknowledged it.
func TestHazard_T16_KeepAliveOfWaitingBytes(t *testing.T) {
	t.Parallel()
	opened(t).send(a(3, "def", 0), bb(0, "", 900), a(5, "Z", 0), a(0, "abc", 0)).finish().
		wantLog(0, "0 conflict 5+1", `0 data 0 "abc"`, `0 data 3 "def"`, "0 gap 6+894", "0 close 6", "1 close 6")
	one := newBench(t, Limits{}).send(handshake(0)[0], a(3, "def", 0), a(5, "Z", 0), a(5, "Y", 0).later(sec)).finish()
	one.wantLog(0, "0 conflict 5+1", "0 gap 0+3", `0 data 3 "def"`, "0 close 6", "1 close 6")
}

// A first byte that is taken for a keep-alive's shows where the stream was: what is missing after it is a gap.
func TestHazard_T16_KeepAliveBeforeAGap(t *testing.T) {
	t.Parallel()
	b := newBench(t, Limits{}).send(a(0, "Z", 0).without(PSH), a(7, "def", 0)).finish()
	b.wantLog(0, "0 gap 0+6", `0 data 6 "def"`, "0 close 6", "1 close 6")
}
