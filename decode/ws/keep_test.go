package ws

import (
	"bytes"
	"fmt"
	"testing"
)

// TestKeepMost: what is told is the same as with all payloads, but that long ones of data messages are nil.
func TestKeepMost(t *testing.T) {
	t.Parallel()
	const most = 100
	for _, k := range senders {
		for seed := range uint64(6) {
			s := newScript(seed, 60, k.masked, k.deflate, k.fresh)
			var gaps []Range
			if seed%3 == 2 {
				gaps = []Range{{int64(len(s.wire)) / 3, int64(len(s.wire))/3 + 1000}}
			}
			all, few := newRig(t, k.config(true)), k.config(true)
			few.KeepMost = most
			short := newRig(t, few)
			for _, r := range []*rig{all, short} {
				r.feed(k.dir(), s.wire, 1400, gaps, whole)
				r.close()
			}
			sameButLong(t, fmt.Sprintf("%s, seed %d", k.name, seed), all.rec.messages, short.rec.messages, most)
		}
	}
}

func sameButLong(t *testing.T, name string, all, short []Message, most int64) {
	t.Helper()
	if len(all) != len(short) {
		t.Fatalf("%s: %d messages, want %d", name, len(short), len(all))
	}
	kept, left := 0, 0
	for i := range all {
		m, got := &all[i], &short[i]
		switch {
		case got.Payload != nil && !bytes.Equal(got.Payload, m.Payload):
			t.Errorf("%s: message %d has %q, want %q", name, m.N, got.Payload, m.Payload)
		case got.Payload != nil:
			kept++
		case m.Len >= 0 && m.Len <= most && m.WireLen <= most:
			t.Errorf("%s: message %d of %d bytes has no payload", name, m.N, m.Len)
		default:
			left++
		}
		if m.Len > most && got.Payload != nil && m.State == Exact {
			t.Errorf("%s: message %d has a payload of %d bytes", name, m.N, m.Len)
		}
		a, b := *m, *got
		a.Payload, b.Payload = nil, nil
		if x, y := fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", b); x != y {
			t.Errorf("%s: message %d is\n%s, want\n%s", name, m.N, y, x)
		}
	}
	if kept == 0 || left == 0 {
		t.Errorf("%s: %d kept, %d left: the test shows nothing", name, kept, left)
	}
}
