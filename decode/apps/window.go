package apps

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

const (
	// lookBack is how many messages before the one that is asked for are read, if those before them were not.
	lookBack = 64
	// firstTried is how many messages of a session are looked through for its protocol.
	firstTried = 32
	// maxRead is how much of a payload a Window reads, in bytes.
	maxRead = 1 << 18
	// maxKept and maxKeptBytes are how many messages of a session, and how many bytes of their payloads, a Window remembers.
	maxKept      = 256
	maxKeptBytes = 4 << 20
	// maxReadings is how many sessions a Window remembers.
	maxReadings = 64
)

// Source is what a Window reads from: a trace.Trace.
type Source interface {
	// Session is the newest snapshot of a session, nil if there is none.
	Session(n int) *decode.Session
	// Index is where message n of a session is, -1 if it is not there.
	Index(session, n int) int
	// MessageInto sets m to the message at i and returns its session, 0 if it was dropped.
	MessageInto(i int, m *ws.Message) (session int)
	// Prefix is the start of the payload of the message at i, at most n bytes.
	Prefix(i, n int) ([]byte, error)
}

// Window says what single messages of sessions say, wherever a person looks. It reads a few messages before the one that is
// asked for, so an answer may be without its request, and a packet that spans many messages without its start; what is asked
// for in order is read in order. Its memory is bounded. It belongs to one goroutine at a time.
type Window struct {
	from     Source
	readings map[int]*reading
}

// reading is what is kept of a session.
type reading struct {
	// decided says that protocol is known, which is nil if there is none.
	decided  bool
	protocol *payload.Protocol
	reader   *payload.Reader
	next     int
	said     map[int][]payload.App
	bytes    int
}

// NewWindow is a Window on the messages of from.
func NewWindow(from Source) *Window { return &Window{from: from, readings: map[int]*reading{}} }

// At is what message n of a session says; nil for nothing. It must not be changed.
func (w *Window) At(session, n int) []payload.App {
	r := w.readings[session]
	if r == nil {
		if len(w.readings) >= maxReadings {
			clear(w.readings)
		}
		r = &reading{}
		w.readings[session] = r
	}
	if said, ok := r.said[n]; ok {
		return said
	}
	info := w.from.Session(session)
	if info == nil {
		return nil
	}
	if !r.decided {
		w.recognise(r, info, session)
	}
	if r.reader == nil || n < r.next || n > r.next+lookBack {
		r.begin(info, max(1, n-lookBack))
	}
	for ; r.next <= n; r.next++ {
		w.push(r, session, r.next)
	}
	return r.said[n]
}

// recognise looks at the first messages of a session.
func (w *Window) recognise(r *reading, info *decode.Session, session int) {
	x := payload.NewReader(Opening(info), payload.ReaderOptions{}, func(*payload.Message, []payload.App) {})
	for n := 1; n <= firstTried && !x.Decided(); n++ {
		if m, ok := w.message(session, n); ok {
			x.Push(&m)
		}
	}
	r.decided, r.protocol = x.Decided(), x.Protocol()
	r.reader = nil
}

// begin starts to read at message n.
func (r *reading) begin(info *decode.Session, n int) {
	r.next, r.said, r.bytes = n, map[int][]payload.App{}, 0
	r.reader = payload.NewReader(Opening(info), payload.ReaderOptions{Force: r.protocol, Now: true}, func(m *payload.Message, apps []payload.App) {
		if r.bytes += len(m.Payload); r.bytes > maxKeptBytes || len(r.said) >= maxKept {
			clear(r.said)
			r.bytes = len(m.Payload)
		}
		r.said[int(m.N)] = append([]payload.App(nil), apps...)
	})
	if r.decided && r.protocol == nil {
		r.reader.Settle()
	}
}

// push reads a message.
func (w *Window) push(r *reading, session, n int) {
	if m, ok := w.message(session, n); ok {
		r.reader.Push(&m)
	}
}

// message is a data message of a session; ok is false if there is none with that number.
func (w *Window) message(session, n int) (p payload.Message, ok bool) {
	var m ws.Message
	i := w.from.Index(session, n)
	if i < 0 || w.from.MessageInto(i, &m) != session || m.State == ws.Undecodable || m.Opcode != ws.OpText && m.Opcode != ws.OpBinary {
		return p, false
	}
	var err error
	if m.Payload, err = w.from.Prefix(i, maxRead); err != nil {
		return p, false
	}
	return Message(&m), true
}
