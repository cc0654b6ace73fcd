package filter

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// Row is what a Filter is asked about. A field that needs something that is nil is absent. The same Row may be
// filled and asked about again; it belongs to one goroutine.
type Row struct {
	// Session is the newest snapshot.
	Session *decode.Session
	// Message is the message, in the row of a frame that of the frame (nil where it is not known).
	Message *ws.Message
	// Frame is set in the row of a frame: fields that frames and messages have are then the frame's.
	Frame *ws.Frame
	// Finding is set in the row of a finding.
	Finding *ws.Finding
	// Rules are the rules that a session broke, for the row of a session.
	Rules []*rule.Rule
	// Gap is the time from the previous message of the session, as listed, to this one, where HasGap.
	Gap    capture.Time
	HasGap bool
	// Frames returns the frames of Message; it is called only where Needs.Frames, at most once a Match.
	Frames func() []ws.Frame
	// Payload returns the payload of Message as ws.Message.Payload is; it is called at most once a Match, and only where the answer depends
	// on it. Nil stands for Message.Payload.
	Payload func() []byte
	// Apps returns what Message says; it is called only where Needs.App. Nil is nothing.
	Apps func() []payload.App
	// Text, in the row of a session, returns what words are searched in; nil searches the payload of Message.
	Text func() []byte
	// GiveUp is asked now and then while a pattern goes through a payload of more than a megabyte; where it says yes,
	// Match ends soon with any answer. Nil is never.
	GiveUp func() bool

	payload []byte
	fetched bool
	// yes and no have a bit for each question to frames: that one of them answers it so. They hold where counted.
	yes, no uint64
	counted bool
	// answers has a bit for each question to messages, in the row of a session.
	answers uint64
	// list is what Frames returned, where listed.
	list    []ws.Frame
	listed  bool
	scratch []byte
}

// bytes is the payload, fetched once.
func (r *Row) bytes() []byte {
	if !r.fetched {
		r.fetched = true
		switch {
		case r.Payload != nil:
			r.payload = r.Payload()
		case r.Message != nil:
			r.payload = r.Message.Payload
		}
	}
	return r.payload
}

// whole says that the payload is all of the application data.
func (r *Row) whole() bool {
	return !r.Message.Torn()
}

// decoded is the application data as far as it is known.
func (r *Row) decoded() ([]byte, bool) {
	if r.Message == nil || r.Message.State == ws.Undecodable {
		return nil, false
	}
	return r.bytes(), true
}

// pieces asks about each run of bytes of p, which starts at byte skip of the payload, that has no hole in it.
// Only says which are asked about: the first, the last, or all.
func (r *Row) pieces(p []byte, skip int, only edge, test func(*Row, []byte) bool) bool {
	from, lost := 0, int64(skip)
	for i, h := range r.Message.Holes {
		at := int(max(min(h.At-lost, int64(len(p))), int64(from)))
		if (i == 0 || only&atStart == 0) && only&atEnd == 0 && test(r, p[from:at]) {
			return true
		}
		from, lost = at, lost+h.N
	}
	if only&atStart != 0 && len(r.Message.Holes) > 0 {
		return false
	}
	return test(r, p[from:])
}

// edge says which edges of a text a pattern is bound to.
type edge uint8

const (
	atStart edge = 1 << iota
	atEnd
)

// frames are the frames of the message, fetched once.
func (r *Row) frames() []ws.Frame {
	if !r.listed && r.Frames != nil {
		r.list = r.Frames()
	}
	r.listed = true
	return r.list
}

// heartbeat reports whether the message only keeps the connection alive.
func (r *Row) heartbeat() bool {
	if !HeartbeatLooks(r.Message) {
		return Heartbeat(r.Message, nil, nil)
	}
	if apps := r.apps(); len(apps) > 0 {
		return Heartbeat(r.Message, apps, nil)
	}
	return Heartbeat(r.Message, nil, r.bytes())
}
