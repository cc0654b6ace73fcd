package payload

import "bytes"

const (
	// maxPacket is how many bytes of a packet that spans messages are kept, a direction.
	maxPacket = 16 << 20
	// certain is how many bytes that parse as whole packets to the end of their message show where packets begin, in a direction
	// where packets do not begin and end with messages.
	certain = 16
)

// part says that a message holds only a part of a packet that ends later.
const part = "part"

// grammar is a protocol whose packets know nothing of messages: they lie on a stream of bytes.
type grammar interface {
	// measure returns the length of the packet that p starts with. n is 0 where p is not all of it; want is then how long it is,
	// or 0 if that is not known. n is negative if p starts with no packet. It changes nothing.
	measure(p []byte, fromClient bool) (n, want int)
	// tell appends what a packet says, all of it as measured. It began in the message first and ends in m.
	tell(p []byte, m *Message, first int64, out []App) []App
}

// half is the byte stream of one direction.
type half struct {
	held  []byte // the beginning of a packet
	first int64  // the message in which held begins
	want  int    // how long that packet is, if known
	skip  int    // what remains of a packet that is too long to keep
	lost  bool   // where packets begin is not known
	mixed bool   // packets do not begin and end with messages
}

// halves is the byte stream of both directions.
type halves [2]half

func (h *halves) of(fromClient bool) *half {
	if fromClient {
		return &h[0]
	}
	return &h[1]
}

// lose forgets the packet that has begun: bytes are missing.
func (h *half) lose() {
	h.held, h.want, h.skip, h.lost = nil, 0, 0, true
}

// feed appends what the packets that end in m say.
func (h *half) feed(name string, g grammar, m *Message, out []App) []App {
	if m.Cut {
		h.lose()
		return append(out, App{Protocol: name, Event: part, Summary: "not all of it was captured"})
	}
	if h.lost {
		return h.resume(name, g, m, out)
	}
	p, first, before := m.Payload, m.N, len(out)
	if h.skip > 0 {
		n := min(h.skip, len(p))
		h.skip -= n
		if p = p[n:]; h.skip == 0 {
			out = append(out, App{Protocol: name, Event: "packet", Summary: "a packet that is too long to keep"})
		}
	}
	if len(h.held) > 0 {
		h.held = append(h.held, p...)
		p, first = h.held, h.first
	}
	for len(p) > 0 && len(p) >= h.want {
		n, want := g.measure(p, m.FromClient)
		if n < 0 || n == 0 && want == 0 && len(p) > maxPacket {
			h.lose()
			return out
		}
		if h.want = want; n == 0 {
			break
		}
		if len(out)-before < maxParts { // nobody looks at more
			out = tellFrom(g, p[:n], m, first, out)
		}
		p, first, h.want = p[n:], m.N, 0
	}
	h.keep(p, first)
	if len(out) == before && len(m.Payload) > 0 {
		out = append(out, App{Protocol: name, Event: part})
	}
	return out
}

// tellFrom appends what a packet says that began in the message first.
func tellFrom(g grammar, p []byte, m *Message, first int64, out []App) []App {
	at := len(out)
	out = g.tell(p, m, first, out)
	for i := at; i < len(out) && first != m.N; i++ {
		out[i].First = first
	}
	return out
}

// waits reports whether what is held needs a byte that p does not have: there is no use in looking at all of it again.
func (h *half) waits(p []byte, end byte) bool {
	return len(h.held) > 0 && h.want == 0 && !h.lost && bytes.IndexByte(p, end) < 0 && len(h.held) < maxPacket
}

// hold keeps m, which ends no packet.
func (h *half) hold(name string, m *Message, out []App) []App {
	h.held = append(h.held, m.Payload...)
	return append(out, App{Protocol: name, Event: part})
}

// keep keeps what is left of a message, the beginning of a packet that began in the message first.
func (h *half) keep(p []byte, first int64) {
	h.mixed = h.mixed || len(p) > 0 || h.skip > 0
	if h.want > maxPacket {
		h.skip, h.held, h.want = h.want-len(p), nil, 0
		return
	}
	if h.first = first; len(p) == len(h.held) && len(p) > 0 && &p[0] == &h.held[0] {
		return // it is what is held
	}
	h.held = append(h.held[:0], p...)
	if len(h.held) == 0 && cap(h.held) > 1<<16 {
		h.held = nil
	}
}

// resume goes on after a gap, if m is whole packets and no chance.
func (h *half) resume(name string, g grammar, m *Message, out []App) []App {
	for p := m.Payload; len(p) > 0; {
		n, _ := g.measure(p, m.FromClient)
		if n <= 0 || n > len(p) || h.mixed && len(m.Payload) < certain {
			return append(out, App{Protocol: name, Event: part, Summary: "after a gap: where packets begin is not known"})
		}
		p = p[n:]
	}
	if len(m.Payload) == 0 {
		return out
	}
	h.lost = false
	return h.feed(name, g, m, out)
}

// anyKind stands for both kinds of messages.
const anyKind Kind = 255

// joined returns the first bytes of a direction, at most limit, as far as they are in first. ok reports that they are all of one
// kind.
func joined(first []Message, fromClient bool, kind Kind, limit int) (p []byte, ok bool) {
	for i := range first {
		m := &first[i]
		if m.FromClient != fromClient {
			continue
		}
		if kind != anyKind && m.Kind != kind {
			return p, len(p) > 0
		}
		if p = append(p, m.Payload[:min(len(m.Payload), limit-len(p))]...); len(p) == limit || m.Cut {
			break
		}
	}
	return p, true
}

// begunBy reports whether the first message, if there is one, is from the side that speaks first.
func begunBy(client bool, first []Message) bool {
	return len(first) == 0 || first[0].FromClient == client
}

// startsWith reports whether p starts with what: Maybe if p is too short to tell.
func startsWith(p []byte, what string) Certainty {
	switch {
	case len(p) >= len(what) && string(p[:len(what)]) == what:
		return Yes
	case len(p) < len(what) && bytes.HasPrefix([]byte(what), p):
		return Maybe
	}
	return No
}

// wire reads the fields of a packet, big endian. After a read beyond the end it is bad, and all reads give zero.
type wire struct {
	p   []byte
	bad bool
}

func (w *wire) take(n int) []byte {
	if w.bad || n < 0 || n > len(w.p) {
		w.bad = true
		return nil
	}
	out := w.p[:n:n]
	w.p = w.p[n:]
	return out
}

// number reads an unsigned number of n bytes, at most 8.
func (w *wire) number(n int) (v uint64) {
	for _, c := range w.take(n) {
		v = v<<8 | uint64(c)
	}
	return v
}

// small reads an unsigned number of n bytes, at most 4.
func (w *wire) small(n int) int { return int(w.number(n)) } //nolint:gosec // at most 32 bits

// counted reads a string or bytes with their length, of n bytes, before them.
func (w *wire) counted(n int) []byte { return w.take(w.small(n)) }
