package reassembly

import "github.com/wspeek/wspeek/capture"

// distance is how far sequence number a lies after b, negative if before
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

// passed says whether the wait that started at m is over at now.
func (m mark) passed(now mark, l *Limits) bool {
	return m.passedBy(now, l.Wait, l.WaitPackets)
}

// passedBy is passed for a wait of this time or this many packets, whichever comes first.
func (m mark) passedBy(now mark, wait capture.Time, packets int) bool {
	if now.count-m.count >= int64(packets) {
		return true
	}
	return now.time >= m.time && uint64(now.time-m.time) >= uint64(wait)
}
