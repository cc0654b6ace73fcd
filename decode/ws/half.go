package ws

import (
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/reassembly"
)

// mode is what a direction waits for.
type mode uint8

const (
	// atHeader waits for the (rest of the) 2 to 14 bytes of a frame header.
	atHeader mode = iota
	// inPayload waits for the payload bytes that are still needed.
	inPayload
	// searching waits for evidence of a frame boundary.
	searching
	// dead waits for nothing: no boundary can be known any more.
	dead
	// closed is after Close.
	closed
)

// half is one direction of a Conn.
type half struct {
	c   *Conn
	dir Dir
	// masks is how many masking keys were noted.
	masks int
	mode  mode
	// floor is the best state that anything in this direction can have, and confidence goes with it.
	floor      State
	confidence float32
	// taint says that a frame header before was in conflict.
	taint bool
	// lostHead says that the first data frame after a search may be the rest of a message.
	lostHead bool
	// clean says that a frame without a broken rule was seen, closing that a Close frame was.
	clean, closing bool
	begun          bool

	// off is the stream offset of the next byte to be decoded, first that of the first byte given.
	off, first int64
	// now is the packet whose bytes are being decoded.
	now Stamp

	// hdr holds the first nhdr bytes of a header that came in pieces.
	hdr  [14]byte
	nhdr int
	// f is the frame under way, top the largest of its packets, need what is missing of its payload.
	f    Frame
	top  Stamp
	need int64

	// cur is the message that f belongs to, open the data message under way.
	cur, open *assembly

	keys   keyWatch
	ctx    context
	search *Search
	// ahead are ranges in conflict that are still to come.
	ahead  []Range
	spans  spans
	counts Counts
}

func (h *half) init(c *Conn, d Dir) {
	h.c, h.dir, h.f.Dir = c, d, d
	h.ctx.init(&c.cfg, d)
	if c.cfg.Assumed {
		h.floor, h.confidence = Guessed, c.cfg.Confidence
	}
	if c.cfg.Conflict {
		h.floor = h.floor.Worse(Conflict)
	}
	if c.cfg.Resync[d] {
		h.lose()
	}
}

// enter takes note of where the direction begins.
func (h *half) enter(off int64) {
	h.begun, h.first, h.off = true, off, off
	h.doubtBegin()
}

// data decodes the next bytes.
func (h *half) data(k reassembly.Chunk) {
	if !h.begun {
		h.enter(k.Off)
	}
	if h.mode == searching {
		h.feed(k)
		return
	}
	h.now = Stamp{k.Packet, k.Time}
	p := k.Data
	for len(p) > 0 {
		switch h.mode {
		case atHeader:
			p = h.header(p)
		case inPayload:
			p = h.payload(p)
		case searching:
			k.Off, k.Data = h.off, p
			h.feed(k)
			return
		default:
			h.off += int64(len(p))
			h.c.acct.Undecoded += int64(len(p))
			return
		}
	}
	if len(h.ahead) > 0 {
		h.passed()
	}
}

// payload takes payload bytes of the frame under way; it returns what follows it.
func (h *half) payload(p []byte) []byte {
	n := min(h.need, int64(len(p)))
	h.c.acct.Payload += n
	h.touch()
	h.take(p[:n])
	h.off += n
	h.need -= n
	if h.need == 0 {
		h.endFrame()
	}
	return p[n:]
}

// touch notes that the current packet carries bytes of the frame under way.
func (h *half) touch() {
	f := &h.f
	f.Last = h.now
	if h.now.Packet < f.Min {
		f.Min = h.now.Packet
	}
	if h.now.Packet > f.Max {
		f.Max, h.top = h.now.Packet, h.now
	}
}

// gap steps over n missing bytes.
func (h *half) gap(off, n int64) {
	if !h.begun {
		h.enter(off)
	}
	switch h.mode {
	case inPayload:
		k := min(h.need, n)
		h.cur.hole(k)
		h.off += k
		h.need -= k
		if h.need == 0 {
			h.endFrame()
		}
		if n > k {
			h.gap(off+k, n-k)
		}
	case atHeader:
		h.dropHeader()
		h.off += n
		h.abandon()
		h.lose()
	case searching:
		h.search.Gap(off, n)
		h.settle()
	default:
		h.off += n
	}
}

// unknownLoss looks for a boundary again, since an unknown number of bytes is missing here.
func (h *half) unknownLoss() {
	switch h.mode {
	case inPayload:
		h.cur.cut, h.cur.unfinished = true, true
		h.need = 0
		h.endFrame()
	case atHeader:
		h.dropHeader()
	default:
		return
	}
	h.abandon()
	h.lose()
}

// dropHeader drops the start of a header.
func (h *half) dropHeader() {
	h.c.acct.Undecoded += int64(h.nhdr)
	h.nhdr = 0
}

// lose begins the search for a frame boundary, and drops the window: whole messages may be missing.
func (h *half) lose() {
	cfg := &h.c.cfg
	h.ctx.loseSome(h.c.sh)
	opt := SearchOptions{
		Masked:  MaskClear,
		Deflate: cfg.Deflate != nil || cfg.Assumed,
		Keep:    cfg.Limits.Search,
	}
	if h.dir == C2S {
		opt.Masked = MaskSet
	}
	if cfg.Unknown {
		opt.RSV = 7
	}
	h.mode, h.search = searching, NewSearch(opt)
}

func (h *half) feed(k reassembly.Chunk) {
	h.search.Feed(k)
	h.settle()
}

// settle goes on from the boundary once the search has one.
func (h *half) settle() {
	if off, confidence, ok := h.search.Result(); ok {
		h.found(off, confidence).Replay(h.data, h.gap)
	}
}

// found ends the search, whose result this is, and returns it.
func (h *half) found(off int64, confidence float32) *Search {
	s := h.search
	h.search, h.mode, h.off = nil, atHeader, off
	h.floor, h.lostHead = h.floor.Worse(Guessed), true
	if h.confidence == 0 || confidence < h.confidence {
		h.confidence = confidence
	}
	h.c.acct.Undecoded += s.Skipped()
	return s
}

// close ends the direction.
func (h *half) close() {
	if h.mode == searching {
		h.search.Close()
		h.settle()
	}
	switch h.mode {
	case searching:
		h.c.acct.Undecoded += h.search.Fed()
		h.search = nil
	case inPayload:
		h.cutOff()
	case atHeader:
		h.dropHeader()
	}
	if h.open != nil {
		h.note(rule.Unfinished, h.open, h.off, "the stream ends before its last fragment")
		h.abandon()
	}
	h.mode = closed
	h.ctx.release(h.c.sh)
	h.spans.clear(h.c.sh)
	h.ahead = nil
}

// cutOff ends a frame in whose payload the stream ends.
func (h *half) cutOff() {
	a := h.cur
	h.note(rule.Unfinished, a, h.off, "the frame declares "+itoa(h.f.Len)+" bytes, "+itoa(h.f.Seen)+" were seen")
	a.hole(h.need)
	a.cut = true
	h.need = 0
	h.endFrame()
}
