package reassembly

import "github.com/wspeek/wspeek/capture"

// class says how much a connection is worth when there are too many.
type class uint8

const (
	// classNew has packets of one side only (a SYN flood is made of these).
	classNew class = iota
	// classBoth has packets of both sides.
	classBoth
	// classData has passed on bytes.
	classData
	// classClosed is over, and remembered for late segments.
	classClosed
	classes
)

// links are a Conn's place in a list.
type links struct {
	prev, next *Conn
}

// which says which links of a Conn a list uses.
type which uint8

const (
	byAge which = iota
	byWaiting
	byEnding
)

func (c *Conn) link(w which) *links {
	switch w {
	case byAge:
		return &c.byAge
	case byWaiting:
		return &c.waiters
	}
	return &c.ending.enders
}

// list is a list of connections, the oldest first.
type list struct {
	first, last *Conn
	n           int
	which       which
}

func (l *list) push(c *Conn) {
	k := c.link(l.which)
	k.prev, k.next = l.last, nil
	if l.last != nil {
		l.last.link(l.which).next = c
	} else {
		l.first = c
	}
	l.last = c
	l.n++
}

func (l *list) remove(c *Conn) {
	k := c.link(l.which)
	if k.prev != nil {
		k.prev.link(l.which).next = k.next
	} else {
		l.first = k.next
	}
	if k.next != nil {
		k.next.link(l.which).prev = k.prev
	} else {
		l.last = k.prev
	}
	*k = links{}
	l.n--
}

// reclass moves c to another class.
func (t *Table) reclass(c *Conn, to class) {
	if !c.listed {
		c.class = to
		return
	}
	t.lists[c.class].remove(c)
	c.class, c.touched = to, false
	t.lists[to].push(c)
	for to == classClosed && t.lists[to].n > t.limits.Closed {
		t.forget(t.lists[to].first)
	}
}

// openCount is how many connections are open.
func (t *Table) openCount() int {
	return t.lists[classNew].n + t.lists[classBoth].n + t.lists[classData].n
}

// forget removes c from the table.
func (t *Table) forget(c *Conn) {
	if c.listed {
		t.lists[c.class].remove(c)
		c.listed = false
	}
	t.unlink(c)
	if t.recent == c {
		t.recent = nil
	}
}

// evict drops the connection that is worth least: of the lowest class that has any, one
// that has had no packet for long.
func (t *Table) evict() {
	for k := classNew; k < classClosed; k++ {
		l := &t.lists[k]
		if l.n == 0 {
			continue
		}
		c := l.first
		for range l.n {
			if !c.touched {
				break
			}
			l.remove(c)
			c.touched = false
			l.push(c)
			c = l.first
		}
		t.evicted++
		c.finish(CloseEvicted)
		t.forget(c)
		return
	}
}

func (t *Table) startWaiting(c *Conn) {
	if !c.waiting {
		c.waiting = true
		t.waiters.push(c)
	}
}

func (t *Table) stopWaiting(c *Conn) {
	if c.waiting {
		c.waiting = false
		t.waiters.remove(c)
	}
}

// startEnding puts c among the connections that are about to end. There are at most maxEnding; beyond it the one that has
// waited for longest ends.
func (t *Table) startEnding(c *Conn) {
	if c.ends {
		t.enders.remove(c)
	}
	c.ends = true
	t.enders.push(c)
	if t.enders.n > maxEnding && t.enders.first != c {
		t.enders.first.endNow()
	}
}

// endOldest closes the connection that has been about to end for longest, if it is time. Packets of other connections say
// how late it is.
func (t *Table) endOldest(now capture.Time) {
	c := t.enders.first
	c.endDue(c.at(now))
	if e := c.ending; c.ends && e != nil && !e.reset {
		t.startEnding(c) // it waits for the ACK of its FIN: look at the next one
	}
}

func (t *Table) stopEnding(c *Conn) {
	if c.ends {
		c.ends = false
		t.enders.remove(c)
	}
}
