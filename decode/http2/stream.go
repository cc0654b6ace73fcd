package http2

import (
	"cmp"
	"math"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// stream is one that is followed: its request was, or may have been, one that the Sink wants to hear more of.
type stream struct {
	id uint32
	// req is nil where it was not captured, or was not yet.
	req *Request
	// next takes the DATA; nil until the answer was seen.
	next reassembly.Handler
	// answered says that the final response was seen.
	answered bool
	// early are responses that came before their request.
	early []*Response
	// off counts the bytes of DATA by direction.
	off [2]int64
	// ended says that a direction was closed, reset that it sent RST_STREAM.
	ended, reset [2]bool
	resetPacket  int
	// inexact is, by direction, one more than the offset of the last heldInexact.
	inexact [2]int64
	// doubted says that copies of HTTP/2's own framing differed.
	doubted bool
	// held are calls for next that wait for it; cost is what they take.
	held           []item
	cost, heldData int
	// since is when the first of them came.
	since     capture.Time
	sincePkts int64
	// gone says that it is not followed any more, account what the rest of its frame counts for.
	gone    bool
	account *int64
}

// itemCost is what a held item costs besides its bytes.
const itemCost = 64

type itemKind uint8

const (
	heldData itemKind = iota
	heldGap
	heldInexact
	heldConflict
	heldClose
)

// item is one call of a Handler that is held back.
type item struct {
	kind  itemKind
	dir   reassembly.Dir
	chunk reassembly.Chunk
	off   int64
	n     int64
	close reassembly.CloseKind
}

// streamTable is the streams of a connection, and which there may be besides.
type streamTable struct {
	streams map[uint32]*stream
	// lastID is the last stream that the client opened.
	lastID uint32
	// tail says that streams beyond lastID may have been opened by frames that were not captured, skipped the
	// streams before it of which that is so. ignored are those of them that the Sink did not want, or, with the
	// value true, that have ended.
	tail    bool
	skipped []idRange
	ignored map[uint32]bool
	// deaf says that there were too many of these.
	deaf bool
	// earlyCount is how many streams wait for their request.
	earlyCount int
}

// idRange are the stream identifiers from first to last.
type idRange struct{ first, last uint32 }

// maxSkipped bounds the ranges; beyond it the last one grows.
const maxSkipped = 64

// unseen says whether a stream may have been opened by frames that were not captured.
func (t *streamTable) unseen(id uint32) bool {
	if _, ok := t.ignored[id]; ok || t.deaf || id%2 == 0 {
		return false
	}
	if id > t.lastID {
		return t.tail
	}
	for _, r := range t.skipped {
		if r.first <= id && id <= r.last {
			return true
		}
	}
	return false
}

// opened notes that the client opened a stream.
func (t *streamTable) opened(id uint32) {
	first, last := t.lastID+1, id-1
	t.lastID = id
	if !t.tail || first > last {
		t.tail = false
		return
	}
	t.tail = false
	if n := len(t.skipped); n == maxSkipped {
		t.skipped[n-1].last = last
		return
	}
	t.skipped = append(t.skipped, idRange{first, last})
}

// room says whether one more stream can be followed, and counts where it cannot.
func (c *Conn) room() bool {
	if len(c.streams) < c.lim.Streams {
		return true
	}
	c.counts.NotFollowed++
	return false
}

// ignore leaves a stream alone from now on. Where there are too many of them, no others are asked about.
func (c *Conn) ignore(id uint32, ended bool) {
	if len(c.ignored) >= c.lim.Streams {
		c.deaf = true
	}
	if c.deaf {
		return
	}
	if c.ignored == nil {
		c.ignored = map[uint32]bool{}
	}
	c.ignored[id] = ended
}

func (c *Conn) newStream(id uint32) *stream {
	s := &stream{id: id}
	for d := range c.half {
		if h := &c.half[d]; h.state == closed {
			s.hold(c, item{kind: heldClose, dir: reassembly.Dir(d), close: h.ended})
			s.ended[d] = true
		}
	}
	c.streams[id] = s
	c.counts.Followed++
	return s
}

// give passes DATA of direction d on to s.
func (c *Conn) give(s *stream, d reassembly.Dir, ch reassembly.Chunk) {
	n := int64(len(ch.Data))
	if s.ended[d] || s.gone {
		*cmp.Or(s.account, &c.bytes.HTTP) += n
		return
	}
	ch.Off, ch.Ack = s.off[d], c.innerAck(s, d, ch.Ack)
	s.off[d] += n
	if s.next != nil {
		s.next.Data(d, ch)
		return
	}
	ch.Data = append([]byte(nil), ch.Data...)
	s.hold(c, item{kind: heldData, dir: d, chunk: ch, n: n})
	c.overdue(s, ch.Time)
}

// giveGap passes n missing bytes on to s.
func (c *Conn) giveGap(s *stream, d reassembly.Dir, n int64) {
	off := s.off[d]
	switch {
	case s.ended[d] || s.gone:
		c.bytes.Missing += n
		return
	case s.next != nil:
		s.next.Gap(d, off, n)
	default:
		s.off[d] += n
		s.hold(c, item{kind: heldGap, dir: d, off: off, n: n})
		c.overdue(s, c.half[d].last.time)
		return
	}
	s.off[d] += n
}

// inexact tells s that an unknown number of bytes of d may be missing.
func (c *Conn) inexact(s *stream, d reassembly.Dir) {
	switch {
	case s.ended[d] || s.gone:
	case s.next != nil:
		inferred(s.next, d, s.off[d])
	case s.inexact[d] == s.off[d]+1: // it holds one
	default:
		s.inexact[d] = s.off[d] + 1
		s.hold(c, item{kind: heldInexact, dir: d, off: s.off[d]})
	}
}

// inferred says that an unknown number of bytes may be missing at off.
func inferred(h reassembly.Handler, d reassembly.Dir, off int64) {
	if g, ok := h.(reassembly.GapInferrer); ok {
		g.Inferred(d, off, 0, 0, math.MaxInt64)
	}
}

// conflict passes on that copies of DATA differed.
func (c *Conn) conflict(s *stream, d reassembly.Dir, off, n int64) {
	switch {
	case s.ended[d] || s.gone:
	case s.next != nil:
		s.next.Conflict(d, off, n)
	case c.heldBytes > c.lim.Pending:
		s.doubted = true
	default:
		s.hold(c, item{kind: heldConflict, dir: d, off: off, n: n})
	}
}

// closeStream ends a direction of s.
func (c *Conn) closeStream(s *stream, d reassembly.Dir, k reassembly.CloseKind) {
	if s.ended[d] || s.gone {
		return
	}
	c.splitDoubts(d)
	s.ended[d] = true
	if s.next != nil {
		s.next.Close(d, k)
	} else {
		s.hold(c, item{kind: heldClose, dir: d, close: k})
	}
	c.retire(s)
}

// retire forgets s when it has ended; where the answer will not come, that is settled first.
func (c *Conn) retire(s *stream) {
	switch {
	case s.next == nil && s.req != nil && s.ended[c.client.Other()]:
		c.pending(s)
	case s.next != nil && s.ended[0] && s.ended[1]:
		c.remove(s)
	}
}

// take hands s over to next, what was held back first.
func (c *Conn) take(s *stream, next reassembly.Handler) {
	s.next = next
	held := s.held
	c.release(s)
	for i := range held {
		it := &held[i]
		switch it.kind {
		case heldData:
			next.Data(it.dir, it.chunk)
		case heldGap:
			next.Gap(it.dir, it.off, it.n)
		case heldInexact:
			inferred(next, it.dir, it.off)
		case heldConflict:
			next.Conflict(it.dir, it.off, it.n)
		case heldClose:
			next.Close(it.dir, it.close)
		}
	}
	if s.doubted {
		s.doubt(0, 0)
	}
	c.retire(s)
}

func (c *Conn) release(s *stream) {
	c.heldBytes -= s.cost
	s.held, s.cost, s.heldData = nil, 0, 0
}

// unfollow drops what s holds, and s. The bytes count for account.
func (c *Conn) unfollow(s *stream, account *int64) {
	for i := range s.held {
		switch it := &s.held[i]; it.kind {
		case heldData:
			*account += it.n
		case heldGap:
			c.bytes.Missing += it.n
		}
	}
	s.account = account
	c.remove(s)
}

func (c *Conn) remove(s *stream) {
	c.release(s)
	if s.req == nil && s.next == nil {
		c.earlyCount--
	}
	s.gone = true
	delete(c.streams, s.id)
	if c.unseen(s.id) {
		c.ignore(s.id, s.next != nil)
	}
}

// hold keeps a call for later.
func (s *stream) hold(c *Conn, it item) {
	if it.kind == heldData {
		if s.merge(c, it.chunk) {
			return
		}
		if s.heldData++; s.heldData == 1 {
			s.since, s.sincePkts = it.chunk.Time, c.packets
		}
	}
	cost := itemCost + len(it.chunk.Data)
	s.held, s.cost = append(s.held, it), s.cost+cost
	c.heldBytes += cost
}

// merge adds ch to the last item where it is of the same packet.
func (s *stream) merge(c *Conn, ch reassembly.Chunk) bool {
	if len(s.held) == 0 {
		return false
	}
	l := &s.held[len(s.held)-1]
	if l.kind != heldData || l.chunk.Packet != ch.Packet || l.chunk.Ack != ch.Ack || l.chunk.Off+l.n != ch.Off {
		return false
	}
	l.chunk.Data = append(l.chunk.Data, ch.Data...)
	l.n += int64(len(ch.Data))
	s.cost += len(ch.Data)
	c.heldBytes += len(ch.Data)
	return true
}
