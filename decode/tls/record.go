package tls

// contentType is the type of a record (RFC 8446 section 5.1).
type contentType uint8

const (
	typeCCS       contentType = 20
	typeAlert     contentType = 21
	typeHandshake contentType = 22
	typeData      contentType = 23
	typeHeartbeat contentType = 24
)

const (
	headerLen = 5
	// maxPlain is the most content that a record may have, maxBody the most that may follow a header
	// (RFC 5246 section 6.2.3; RFC 8446 section 5.2 allows less).
	maxPlain = 1 << 14
	maxBody  = maxPlain + 2048
)

// record is a whole record as it is on the wire, header included.
type record []byte

func (r record) typ() contentType { return contentType(r[0]) }
func (r record) version() uint16  { return uint16(r[1])<<8 | uint16(r[2]) }
func (r record) body() []byte     { return r[headerLen:] }

// bodyLen is the length that a record header gives.
func bodyLen(header []byte) int { return int(header[3])<<8 | int(header[4]) }

// plausible reports whether b, at least headerLen bytes, may be the header of a record of any version up to TLS 1.3.
func plausible(b []byte) bool {
	n := bodyLen(b)
	return b[0] >= byte(typeCCS) && b[0] <= byte(typeHeartbeat) && b[1] == 3 && b[2] <= 4 && n > 0 && n <= maxBody
}

// Verdict is what Sniff makes of the first bytes of a stream.
type Verdict uint8

const (
	// No means that the stream is not TLS.
	No Verdict = iota
	// Maybe means that more bytes are needed.
	Maybe
	// Yes means that the stream starts with a TLS record.
	Yes
)

// Sniff reports whether a stream that starts with b carries TLS. Five bytes are enough. A record of any type
// will do, since a capture may start in the middle of a connection.
func Sniff(b []byte) Verdict {
	least := [headerLen]byte{byte(typeCCS), 3, 0, 0, 1}
	if len(b) >= headerLen {
		if plausible(b) {
			return Yes
		}
		return No
	}
	if len(b) > 0 && (b[0] < least[0] || b[0] > byte(typeHeartbeat)) || len(b) > 1 && b[1] != 3 || len(b) > 2 && b[2] > 4 {
		return No
	}
	return Maybe
}
