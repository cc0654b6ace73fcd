package reassembly

import (
	"cmp"
	"slices"

	"github.com/wspeek/wspeek/capture"
)

// Acceptor is asked for a Handler when the first packet of a connection is seen.
type Acceptor interface {
	// Accept returns the Handler of a new connection, never nil. Of c only the
	// Flow, the opener as far as known and First are set.
	Accept(c *Conn) Handler
}

// Table holds connections and puts their segments in order. A Table sees whole
// connections: all segments of a Flow go to the same one.
type Table struct {
	acceptor Acceptor
	limits   Limits
	bytes    *Bytes
	conns    map[Flow]*Conn
	// recent is the connection of the last segment.
	recent *Conn
	// lists are the connections by class, waiters those with something waiting, enders those that are about to end, each the
	// oldest first.
	lists           [classes]list
	waiters, enders list
	// holders are connections whose bytes are kept for comparison, those kept for longest first.
	holders []*Conn
	// borrowed are connections that refer to the memory of the batch.
	borrowed []*Conn
	// waiting is what waits, kept what is kept of bytes not acknowledged, as the limits count.
	waiting, kept int
	evicted       int64
	// afterEnd counts bytes of connections that were over, unlooked copies of bytes of these that were not compared.
	afterEnd, unlooked int64
	pool               pool
}

// NewTable makes a Table that asks a for Handlers. It adds every byte given as Data or Gap to
// b.Stream; the Handlers account for them.
func NewTable(a Acceptor, l Limits, b *Bytes) *Table {
	t := &Table{acceptor: a, limits: l.withDefaults(), bytes: b, conns: map[Flow]*Conn{}}
	for i := range t.lists {
		t.lists[i].which = byAge
	}
	t.waiters.which, t.enders.which = byWaiting, byEnding
	return t
}

// Segment takes the next segment of the capture. Its payload must stay valid until EndBatch.
func (t *Table) Segment(s *Segment) {
	c := t.recent
	if c == nil || c.Flow != s.Flow {
		c = t.conns[s.Flow]
	}
	switch {
	case c == nil:
		c = t.open(s)
	case !c.takes(s):
		if c = t.route(c, s); c == nil {
			return
		}
	}
	t.recent = c
	c.segment(s)
	if c.older != nil {
		t.retireOlder(c)
	}
	if t.enders.first != nil {
		t.endOldest(s.Time)
	}
	if c.class == classNew && c.Stats[Fwd].Segments > 0 && c.Stats[Rev].Segments > 0 {
		t.reclass(c, classBoth)
	}
	for t.waiting > t.limits.WaitingAll && t.waiters.first != nil {
		t.waiters.first.giveUpOne()
	}
}

// open makes the connection that s is the first packet of.
func (t *Table) open(s *Segment) *Conn {
	for t.openCount() >= t.limits.Conns {
		t.evict()
	}
	c := &Conn{Flow: s.Flow, First: Stamp{s.Packet, s.Time}, Last: Stamp{s.Packet, s.Time}, table: t}
	c.halves[Fwd].start(c, Fwd)
	c.halves[Rev].start(c, Rev)
	c.fromB = s.FromB
	c.guessed = s.Flags&SYN == 0
	if s.Flags&(SYN|ACK) == SYN|ACK {
		c.fromB = !s.FromB
	} else if !c.guessed {
		c.halves[Fwd].syn = synFirst
	}
	c.older = t.conns[s.Flow]
	t.conns[s.Flow] = c
	c.class = classNew
	t.lists[classNew].push(c)
	c.listed = true
	c.handler = t.acceptor.Accept(c)
	return c
}

// EndBatch copies what is still needed of the segments' memory, which may go away afterwards.
func (t *Table) EndBatch() {
	for _, c := range t.borrowed {
		c.borrowed = false
		for d := range c.halves {
			t.keep(&c.halves[d])
			if w := c.halves[d].wait; w != nil {
				w.own()
			}
		}
	}
	clear(t.borrowed)
	t.borrowed = t.borrowed[:0]
	if t.recent != nil {
		t.dropQuiet(t.recent.now())
	}
}

// Tick says what time it is: gaps whose wait is over are reported, and connections are closed, even if no packet comes.
func (t *Table) Tick(now capture.Time) {
	for c := t.waiters.first; c != nil; {
		next := c.waiters.next
		c.release(c.at(now))
		c = next
	}
	for c := t.enders.first; c != nil; {
		next := c.ending.enders.next
		c.endDue(c.at(now))
		c = next
	}
}

// Finish ends the capture: connections pass on what waits and are closed, in the order in
// which they were first seen.
func (t *Table) Finish() {
	all := make([]*Conn, 0, len(t.conns))
	for _, c := range t.conns {
		for ; c != nil; c = c.older {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b *Conn) int { return cmp.Compare(a.First.Packet, b.First.Packet) })
	for _, c := range all {
		if t.conns[c.Flow] != c {
			c.finish(CloseReplaced)
			continue
		}
		c.finish(CloseEnd)
	}
}

// Evicted counts the connections that were dropped because of Limits.Conns before they ended.
func (t *Table) Evicted() int64 { return t.evicted }

// AfterEnd counts the bytes beyond the end of connections that were over, of which their Handlers did not hear.
func (t *Table) AfterEnd() int64 { return t.afterEnd }

// Unlooked counts bytes that were captured again after their connection was over, and were not compared with the first copy.
func (t *Table) Unlooked() int64 { return t.unlooked }

// borrow notes that c refers to the memory of the batch.
func (t *Table) borrow(c *Conn) {
	if !c.borrowed {
		c.borrowed = true
		t.borrowed = append(t.borrowed, c)
	}
}
