package tls

import (
	"github.com/wspeek/wspeek/reassembly"
)

// half is one direction of a connection.
type half struct {
	dir reassembly.Dir
	// buf starts with a record that is not complete, or that is blocked; off is the offset of its first byte. last is where
	// the last bytes of it came.
	buf   []byte
	off   int64
	last  at
	queue queue
	// blocked means that the next record cannot be read yet, and tried what was known when that was found.
	blocked bool
	tried   uint64
	// epochs are the keys in use: one, or several that contradict each other, of which the first record shows the
	// right one. None means that records are in clear.
	epochs []*epoch
	// want are the keys that the next sealed record needs.
	want want
	seq  uint64
	// nego is the handshake that this direction is in, and hello says that its hello is part of it.
	nego  *negotiation
	hello bool
	// skipEarly means that records may be early data that the server rejected.
	skipEarly bool
	messages  messages
	// loss is what lies between the last record that was opened and the next; nil while nothing is lost.
	loss *loss
	// dead is why this direction is not decrypted any more. framed means that its records can still be told apart.
	dead   Reason
	framed bool
	// plain is the offset of the next byte of plaintext, and marks are records that may not be acknowledged yet.
	plain int64
	marks marks
	// average is the mean length of records.
	average int64
	closed  reassembly.CloseKind
	stats   DirInfo
}

// firstAverage is what records are taken to have in length before any was seen.
const firstAverage = 400

// want says which keys a direction needs.
type want uint8

const (
	wantNothing want = iota
	// wantSealed are the keys that a ChangeCipherSpec starts to use, up to TLS 1.2.
	wantSealed
	// wantFirst are those of the client of TLS 1.3 after its hello: for early data, or for the handshake.
	wantFirst
	wantHandshake
	wantApp
)

// need is how many bytes are missing of the record at the start of buf, as far as can be seen.
func (h *half) need() int {
	if len(h.buf) < headerLen {
		return headerLen - len(h.buf)
	}
	if !h.fits(h.buf) {
		return 0
	}
	return max(0, headerLen+bodyLen(h.buf)-len(h.buf))
}

// fits reports whether b may start with the header of the next record. After a loss it must be one of a record that is sealed
// under the keys in use.
func (h *half) fits(b []byte) bool {
	if !plausible(b) {
		return false
	}
	if h.loss == nil || h.loss.chained {
		return true
	}
	v := h.nego.version()
	if v == 0 {
		return true
	}
	r := record(b)
	return r.version() == min(v, version12) && (v < version13 || r.typ() == typeData && bodyLen(b) > 16)
}

// inClear reports whether r is not sealed although keys are in use: in TLS 1.3 the header says so.
func (h *half) inClear(r record) bool {
	return h.nego.version() >= version13 && r.typ() != typeData
}

// observe counts the length of a record in the average.
func (h *half) observe(n int) {
	h.average += (int64(n) - h.average) / 16
	if h.stats.Records < 16 {
		h.average = (h.average*h.stats.Records + int64(n)) / (h.stats.Records + 1)
	}
}

// marks are the ends of records, in ciphertext and in plaintext.
type marks struct {
	list []mark
	head int
	// acked is how much plaintext is known to be acknowledged.
	acked int64
}

type mark struct{ cipher, plain int64 }

func (m *marks) add(k mark) {
	if len(m.list)-m.head >= maxMarks {
		m.head++
	}
	if m.head > 64 && m.head > len(m.list)/2 {
		m.list = m.list[:copy(m.list, m.list[m.head:])]
		m.head = 0
	}
	m.list = append(m.list, k)
}

// ack is how much plaintext is acknowledged when so much ciphertext is: that of whole records. -1 stays -1.
func (m *marks) ack(cipher int64) int64 {
	if cipher < 0 {
		return -1
	}
	for m.head < len(m.list) && m.list[m.head].cipher <= cipher {
		m.acked = m.list[m.head].plain
		m.head++
	}
	return m.acked
}
