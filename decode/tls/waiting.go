package tls

// waitList are the connections that wait for secrets, the oldest first, and what they hold.
type waitList struct {
	conns []*Conn
	gone  int
	held  int
}

func (w *waitList) add(c *Conn) {
	if c.place == 0 {
		w.conns = append(w.conns, c)
		c.place = len(w.conns)
	}
}

func (w *waitList) remove(c *Conn) {
	if c.place == 0 {
		return
	}
	w.conns[c.place-1] = nil
	c.place = 0
	if w.gone++; w.gone > 32 && w.gone > len(w.conns)/2 {
		w.compact()
	}
}

func (w *waitList) compact() {
	kept := w.conns[:0]
	for _, c := range w.conns {
		if c != nil {
			kept = append(kept, c)
			c.place = len(kept)
		}
	}
	clear(w.conns[len(kept):])
	w.conns, w.gone = kept, 0
}

// all are the connections that wait now.
func (w *waitList) all() []*Conn {
	w.compact()
	return append([]*Conn(nil), w.conns...)
}

// oldest is the connection that has waited for the longest and holds something; nil if there is none.
func (w *waitList) oldest() *Conn {
	for _, c := range w.conns {
		if c != nil && c.held() > 0 {
			return c
		}
	}
	return nil
}
