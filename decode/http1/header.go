package http1

import (
	"bytes"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// blankLine finds the empty line that ends a header or trailer section (RFC 9112 section 2.1).
type blankLine struct {
	// n counts the bytes of the current line, cr says that the first of them is a CR.
	n  int64
	cr bool
}

// find is how many bytes of b belong to the section, and whether it ends there.
func (l *blankLine) find(b []byte) (n int, found bool) {
	for n < len(b) {
		if l.n == 0 {
			l.cr = b[n] == '\r'
		}
		i := bytes.IndexByte(b[n:], '\n')
		if i < 0 {
			l.n += int64(len(b) - n)
			return len(b), false
		}
		n += i + 1
		l.n += int64(i)
		if l.n == 0 || l.n == 1 && l.cr {
			return n, true
		}
		l.n = 0
	}
	return n, false
}

// section is a header section that is being collected.
type section struct {
	blankLine
	// buf is what was kept of it, over that there was more than may be kept.
	buf  []byte
	over bool
	// offset and length are of the section so far; first and last are its outermost packets.
	offset, length int64
	first, last    int
	start, end     capture.Time
	ack            int64
}

// begin starts a section at the first byte of ch.
func (s *section) begin(ch reassembly.Chunk) {
	*s = section{offset: ch.Off, first: ch.Packet, start: ch.Time, last: ch.Packet, end: ch.Time, ack: ch.Ack}
}

// add takes the bytes of ch that belong to the section. It returns how many, and the
// section's text once it is complete.
func (s *section) add(ch reassembly.Chunk, limit int) (n int, text string, done bool) {
	n, done = s.find(ch.Data)
	s.length += int64(n)
	s.last, s.end = ch.Packet, ch.Time
	if done && s.buf == nil && n <= limit {
		return n, string(ch.Data[:n]), true
	}
	s.keep(ch.Data[:n], limit)
	if done {
		text = string(s.buf)
		s.buf = nil
	}
	return n, text, done
}

func (s *section) keep(b []byte, limit int) {
	if free := limit - len(s.buf); len(b) > free {
		b, s.over = b[:free], true
	}
	s.buf = append(s.buf, b...)
}

// head is what both kinds of start line are followed by. At most so many fields are kept.
func (s *section) head(d reassembly.Dir, text string, fields int) Head {
	h := Head{First: s.first, Last: s.last, Start: s.start, End: s.end, Offset: s.offset, Len: s.length, Dir: d}
	if s.over {
		h.Oddities |= Cut
	}
	h.read(text, fields)
	return h
}

// read splits text into its fields. A last line without its end is left out: it may not be whole.
func (h *Head) read(text string, fields int) {
	f := folder{head: h}
	for text != "" {
		line, rest, ok := h.line(text)
		if !ok || line == "" {
			break
		}
		text = rest
		if line[0] == ' ' || line[0] == '\t' {
			f.fold(line)
			continue
		}
		f.flush()
		if len(h.Headers) >= fields {
			h.Oddities |= Cut
			break
		}
		h.field(line)
	}
	f.flush()
}

// line takes the first line off text, and notes how it ended.
func (h *Head) line(text string) (line, rest string, ok bool) {
	i := strings.IndexByte(text, '\n')
	if i < 0 {
		return text, "", false
	}
	line, rest = text[:i], text[i+1:]
	if i > 0 && line[i-1] == '\r' {
		return line[:i-1], rest, true
	}
	h.Oddities |= BareLF
	return line, rest, true
}

// field reads one field line (RFC 9112 section 5).
func (h *Head) field(line string) {
	name, value, ok := strings.Cut(line, ":")
	if t := strings.TrimRight(name, " \t"); t != name {
		name = t
		h.Oddities |= SpaceBeforeColon
	}
	if !ok || name == "" {
		h.Oddities |= BadField
		return
	}
	if !token(name) || strings.IndexByte(value, 0) >= 0 {
		h.Oddities |= BadField
	}
	h.Headers = append(h.Headers, Header{name, trim(value)})
}

func token(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isToken(s[i]) {
			return false
		}
	}
	return true
}

// folder joins the continuation lines of a field, each once.
type folder struct {
	head  *Head
	value []byte
	open  bool
}

// fold adds an obs-fold to the last field, as one space (RFC 9112 section 5.2).
func (f *folder) fold(line string) {
	f.head.Oddities |= Folded
	n := len(f.head.Headers)
	if n == 0 {
		f.head.Oddities |= BadField
		return
	}
	if !f.open {
		f.open, f.value = true, append(f.value[:0], f.head.Headers[n-1].Value...)
	}
	f.value = append(f.value, ' ')
	f.value = append(f.value, trim(line)...)
	if strings.IndexByte(line, 0) >= 0 {
		f.head.Oddities |= BadField
	}
}

func (f *folder) flush() {
	if f.open {
		f.open = false
		f.head.Headers[len(f.head.Headers)-1].Value = trim(string(f.value))
	}
}

// request reads a header section that begins with a request line (RFC 9112 section 3).
func (s *section) request(d reassembly.Dir, text string, fields int) *Request {
	var start Head
	line, rest, _ := start.line(text)
	r := &Request{Head: s.head(d, rest, fields)}
	r.Oddities |= start.Oddities
	r.Method, line, _ = strings.Cut(line, " ")
	i := strings.LastIndexByte(line, ' ')
	r.Target = strings.Trim(line[:max(i, 0)], " ")
	r.Version = strings.TrimPrefix(line[i+1:], "HTTP/")
	return r
}

// response reads a header section that begins with a status line (RFC 9112 section 4).
func (s *section) response(d reassembly.Dir, text string, fields int) *Response {
	var start Head
	line, rest, _ := start.line(text)
	r := &Response{Head: s.head(d, rest, fields)}
	r.Oddities |= start.Oddities
	version, line, _ := strings.Cut(line, " ")
	r.Version = strings.TrimPrefix(version, "HTTP/")
	code, reason, _ := strings.Cut(line, " ")
	r.Reason = trim(reason)
	for i := 0; i < len(code) && i < 3; i++ {
		r.Status = r.Status*10 + int(code[i]-'0')
	}
	return r
}
