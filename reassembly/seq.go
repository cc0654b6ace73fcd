package reassembly

import "github.com/wspeek/wspeek/capture"

// distance is how far sequence number a lies after b, negative where before
// (RFC 9293 section 3.4: numbers are compared modulo 2^32).
func distance(a, b uint32) int64 { return int64(int32(a - b)) }

// offset turns a sequence number into a stream offset: that one which is
// nearest to the next byte expected, so that streams may be of any length.
func (h *half) offset(seq uint32) int64 {
	return h.next + distance(seq, h.base+uint32(h.next))
}

// mark is a moment of a connection: by its clock and by its count of packets.
type mark struct {
	time  capture.Time
	count int64
}

// passed says whether the wait that began at m is over at now.
func (m mark) passed(now mark, l *Limits) bool {
	if now.count-m.count >= int64(l.WaitPackets) {
		return true
	}
	return now.time >= m.time && uint64(now.time-m.time) >= uint64(l.Wait)
}
