package http1

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// itemCost is what a held item costs besides its bytes.
const itemCost = 64

type itemKind uint8

const (
	heldData itemKind = iota
	heldGap
	heldClose
)

// item is one call of a Handler that is held back.
type item struct {
	off, n int64
	// at is where in held.buf the bytes of a heldData lie.
	at     int
	packet int
	time   capture.Time
	ack    int64
	// packets is how many there had been when it was held back.
	packets int64
	kind    itemKind
	close   reassembly.CloseKind
}

// held is what one direction sent and is not yet decided, in order. It owns copies of the bytes.
type held struct {
	items []item
	buf   []byte
	// head is the index of the first item that is still there.
	head int
	// bytes and data count the captured bytes, and the items that hold them.
	bytes, data int
	// ack is the acknowledgment of the last of these, -1 where it is not known.
	ack int64
}

func (q *held) empty() bool      { return q.head == len(q.items) }
func (q *held) len() int         { return len(q.items) - q.head }
func (q *held) at(i int) *item   { return &q.items[q.head+i] }
func (q *held) last() *item      { return &q.items[len(q.items)-1] }
func (q *held) cost() int        { return q.bytes + q.len()*itemCost }
func (q *held) closes() bool     { return !q.empty() && q.last().kind == heldClose }
func (q *held) firstData() *item { return q.at(q.dataAt()) }

func (q *held) dataAt() int {
	for i := 0; i < q.len(); i++ {
		if q.at(i).kind == heldData {
			return i
		}
	}
	return 0
}

// chunk is the bytes of a heldData; they are valid until the next push or pop.
func (q *held) chunk(i *item) reassembly.Chunk {
	return reassembly.Chunk{Off: i.off, Data: q.buf[i.at : i.at+int(i.n)], Packet: i.packet, Time: i.time, Ack: i.ack}
}

// push copies ch; packets is how many there have been.
func (q *held) push(ch reassembly.Chunk, packets int64) {
	q.compact()
	q.ack = ch.Ack
	q.data++
	q.bytes += len(ch.Data)
	q.items = append(q.items, item{
		off: ch.Off, n: int64(len(ch.Data)), at: len(q.buf), packet: ch.Packet, time: ch.Time, ack: ch.Ack,
		packets: packets,
	})
	q.buf = append(q.buf, ch.Data...)
}

func (q *held) pushGap(off, n, packets int64) {
	q.compact()
	q.items = append(q.items, item{off: off, n: n, kind: heldGap, packets: packets})
}

func (q *held) pushClose(k reassembly.CloseKind, packets int64) {
	q.items = append(q.items, item{close: k, kind: heldClose, packets: packets})
}

// cut takes n bytes off the first item, which is gone when none are left.
func (q *held) cut(n int64) {
	i := q.at(0)
	i.off += n
	i.n -= n
	if i.kind == heldData {
		i.at += int(n)
		q.bytes -= int(n)
	}
	if i.n <= 0 {
		q.pop()
	}
}

func (q *held) pop() {
	if i := q.at(0); i.kind == heldData {
		q.data--
		q.bytes -= int(i.n)
	}
	q.head++
	if q.empty() {
		*q = held{}
	}
}

// compact moves what is left to the front once most of it is gone, so that a queue that is never quite empty
// does not grow.
func (q *held) compact() {
	if q.head < 32 || q.head < len(q.items)/2 {
		return
	}
	from := len(q.buf)
	if q.data > 0 {
		from = q.firstData().at
	}
	q.buf = q.buf[:copy(q.buf, q.buf[from:])]
	q.items = q.items[:copy(q.items, q.items[q.head:])]
	q.head = 0
	for i := range q.items {
		q.items[i].at -= from
	}
}
