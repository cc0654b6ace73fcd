package ws

// window is a ring that holds the last bytes put out, history at most (RFC 7692 section 7.1.1: the LZ77 sliding
// window). It takes no more memory than there is to hold.
type window struct {
	// buf holds what there is, from its start until it is history long; then at is the oldest byte.
	buf []byte
	at  int
}

// write appends p.
func (w *window) write(p []byte) {
	p = last(p, history)
	if n := min(len(p), history-len(w.buf)); n > 0 {
		if need := len(w.buf) + n; need > cap(w.buf) {
			w.buf = append(make([]byte, 0, min(history, max(2*cap(w.buf), need))), w.buf...)
		}
		w.buf = append(w.buf, p[:n]...)
		p = p[n:]
	}
	for len(p) > 0 {
		n := copy(w.buf[w.at:], p)
		w.at = (w.at + n) % history
		p = p[n:]
	}
}

// appendLast appends the last n bytes, or all where there are fewer, to dst.
func (w *window) appendLast(dst []byte, n int) []byte {
	n = min(n, len(w.buf))
	older, newer := w.buf[w.at:], w.buf[:w.at]
	if n <= len(newer) {
		return append(dst, last(newer, n)...)
	}
	return append(append(dst, last(older, n-len(newer))...), newer...)
}

// clear empties it and gives its memory up.
func (w *window) clear() { *w = window{} }

func last(b []byte, n int) []byte { return b[max(0, len(b)-n):] }
