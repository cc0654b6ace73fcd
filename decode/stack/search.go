package stack

import (
	"bytes"

	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/reassembly"
)

// search counts a stream that starts like nothing we know as undecoded, until HTTP shows in it: a start line at the start of
// a segment, or anywhere in the first bytes of a direction.
type search struct {
	carrier *carrier
	out     *slot
	// seen is how many bytes of a direction were looked at, at most searchLimit.
	seen [2]int
	// lost says that a direction had bytes or a gap.
	lost [2]bool
	held reassembly.Held
}

// searchLimit is how many bytes of a direction are searched for a start line within a segment.
const searchLimit = 16 << 10

// search is a Handler for a stream that starts like nothing we know.
func (c *carrier) search() reassembly.Handler { return &search{carrier: c, out: &c.slot} }

// Data is reassembly.Handler.
func (s *search) Data(d reassembly.Dir, k reassembly.Chunk) {
	at := 0
	if !startsLikeHTTP(k.Data[:min(len(k.Data), headLen)]) {
		at = -1
		if s.seen[d] < searchLimit {
			at = startLine(k.Data[:min(len(k.Data), searchLimit)])
			s.seen[d] += len(k.Data)
		}
	}
	if at < 0 {
		s.lost[d] = true
		s.carrier.conn.d.bytes.Undecoded += int64(len(k.Data))
		return
	}
	if at > 0 {
		s.lost[d] = true
		s.carrier.conn.d.bytes.Undecoded += int64(at)
	}
	s.become(s.carrier.newHTTP(nil))
	k.Off, k.Data = k.Off+int64(at), k.Data[at:]
	s.out.Data(d, k)
}

// become goes on with HTTP, of which messages may have been missed.
func (s *search) become(h *http1.Conn) {
	for d, lost := range s.lost {
		if lost {
			h.Lost(reassembly.Dir(d))
		}
	}
	s.out.put(s.carrier.conn, h)
	s.held.Replay(s.out)
}

// Gap is reassembly.Handler.
func (s *search) Gap(d reassembly.Dir, _, n int64) {
	s.lost[d] = true
	s.carrier.conn.d.bytes.Missing += n
}

// Conflict is reassembly.Handler.
func (s *search) Conflict(d reassembly.Dir, off, n int64) {
	s.carrier.conn.unclear = true // a start line may be among what differs
	s.held.Conflict(d, off, n)
}

// Close is reassembly.Handler.
func (s *search) Close(d reassembly.Dir, k reassembly.CloseKind) { s.held.Close(d, k, 0) }

// startLine is where an HTTP/1.1 request or status line starts in b, which does not start with one; -1 if there is none.
func startLine(b []byte) int {
	const version = "HTTP/1.1"
	i := bytes.Index(b, []byte(version))
	if i < 0 {
		return -1
	}
	if rest := b[i+len(version):]; len(rest) > 4 && rest[0] == ' ' && rest[1] >= '1' && rest[1] <= '5' {
		return i
	}
	line := b[bytes.LastIndexByte(b[:i], '\n')+1 : i]
	best := -1
	for _, m := range methods[:len(methods)-1] {
		if at := bytes.LastIndex(line, m); at >= 0 && len(line) > at+len(m) && (line[at+len(m)] == '/' || line[at+len(m)] == 'h') {
			best = max(best, at)
		}
	}
	if best < 0 {
		return -1
	}
	return i - len(line) + best
}
