package http2

// Preface is what a client's side of every connection begins with (RFC 9113 section 3.4).
const Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// SniffLen is how many bytes are enough for Sniff to decide.
const SniffLen = len(Preface)

// Verdict is what Sniff makes of the first bytes of a direction.
type Verdict uint8

const (
	// Undecided needs more bytes.
	Undecided Verdict = iota
	// IsClient begins with the client's preface. Nothing but HTTP/2 does.
	IsClient
	// MaybeServer begins as a server's side does, with a SETTINGS frame. Other protocols may do so by chance.
	MaybeServer
	// IsNot begins as neither side of HTTP/2 does.
	IsNot
)

// Sniff says whether b, the first bytes of a direction, begins an HTTP/2 connection.
func Sniff(b []byte) Verdict {
	n := min(len(b), len(Preface))
	switch {
	case string(b[:n]) == Preface[:n]:
		if n == len(Preface) {
			return IsClient
		}
		return Undecided
	case b[0] != 0:
		return IsNot
	case len(b) < headerLen:
		return sniffPart(b)
	}
	h := parseHeader(b)
	if r, _ := h.fault(); r != nil || h.typ != typeSettings || h.length > maxSniffed || h.flags != 0 || h.reserved {
		return IsNot
	}
	if h.length == 0 || len(b) > headerLen+1 {
		return sniffSetting(h, b[headerLen:])
	}
	return Undecided
}

// maxSniffed is more than the settings take that any server is known to send.
const maxSniffed = 6 * 32

// sniffPart looks at a part of the header of a SETTINGS frame.
func sniffPart(b []byte) Verdict {
	want := [headerLen]byte{3: byte(typeSettings)}
	for i := range b {
		if i != 2 && b[i] != want[i] {
			return IsNot
		}
	}
	return Undecided
}

// sniffSetting looks at the identifier of the first setting. Those registered are small.
func sniffSetting(h header, b []byte) Verdict {
	if h.length == 0 || b[0] == 0 && 0 < b[1] && b[1] < 0x20 {
		return MaybeServer
	}
	return IsNot
}
