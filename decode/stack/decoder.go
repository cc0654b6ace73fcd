package stack

import (
	"cmp"
	"slices"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// Decoder turns segments into events. It sees whole connections: all segments of a Flow
// must go to the same Decoder.
type Decoder struct {
	opt   decode.Options
	table *reassembly.Table
	pool  *ws.Pool
	bytes reassembly.Bytes
	out   *decode.Batch
	// stepped is how many events of out have been reported as Steps.
	stepped int
	// now is the packet looked at; its number is atEnd when the capture has ended.
	now ws.Stamp
	// comment is that of the packet looked at, nil for none.
	comment []byte
	// keys are the secrets of TLS connections, logs the key logs that they are read from.
	keys *tls.Keys
	logs map[tls.Source]*tls.Log
	// lateTLS are connections that ended while TLS inside them waited for its keys.
	lateTLS []*conn
	unclear int64
}

// NewDecoder makes a Decoder.
func NewDecoder(opt decode.Options) *Decoder {
	d := &Decoder{opt: opt, pool: ws.NewPool(), keys: tls.NewKeys(opt.Limits.TLS), logs: map[tls.Source]*tls.Log{}}
	d.pool.Store = opt.Windows
	d.table = reassembly.NewTable(d, opt.Limits.TCP, &d.bytes)
	return d
}

// Decode takes segments in the order of their packets and fills out with the events they cause. What out held
// before is gone. Nothing of the segments' memory is needed afterwards.
func (d *Decoder) Decode(segs []reassembly.Segment, out *decode.Batch) {
	d.begin(out)
	for i := range segs {
		s := &segs[i]
		d.now = ws.Stamp{Packet: s.Packet, Time: s.Time}
		from := len(out.Events)
		d.comment = s.Comment
		d.table.Segment(s)
		d.order(from)
	}
	d.comment = nil
	d.table.EndBatch()
	d.keys.Retry()
	d.hand()
}

// Tick says that the time is t: gaps that have waited long enough are reported as missing. It is for live capture, where no packet may come for a long time.
func (d *Decoder) Tick(t capture.Time, out *decode.Batch) {
	d.begin(out)
	d.now.Time = max(t, d.now.Time)
	d.table.Tick(t)
	d.keys.Tick(d.now.Time)
	d.keys.Retry()
	d.hand()
}

// Resume lets TLS connections go on that wait for secrets which are there now.
func (d *Decoder) Resume(out *decode.Batch) {
	d.begin(out)
	d.keys.Retry()
	d.hand()
}

// Finish emits what the end of the capture causes.
func (d *Decoder) Finish(out *decode.Batch) {
	d.begin(out)
	for _, log := range d.logs {
		log.End()
	}
	d.keys.NoMore()
	d.now.Packet = atEnd
	for _, c := range d.lateTLS {
		c.endTLS()
	}
	d.lateTLS = nil
	d.table.Finish()
	d.hand()
}

// Bytes is the account of the streams so far; it adds up after Finish.
func (d *Decoder) Bytes() reassembly.Bytes { return d.bytes }

// Unclear counts connections without a session of which so much was not captured that they may carry WebSocket.
func (d *Decoder) Unclear() int64 { return d.unclear }

func (d *Decoder) begin(out *decode.Batch) {
	out.Reset(&d.pool.Arena)
	d.out, d.stepped = out, 0
}

// Evicted counts the connections that were dropped because of Limits before they ended.
func (d *Decoder) Evicted() int64 { return d.table.Evicted() }

// AfterEnd counts bytes that were captured after their connection had ended.
func (d *Decoder) AfterEnd() int64 { return d.table.AfterEnd() }

// Unlooked counts bytes that were captured again after their connection had ended, and not compared with the first copy.
func (d *Decoder) Unlooked() int64 { return d.table.Unlooked() }

// EvictedWindows counts the sessions that had messages that could not be decoded because a compression window was dropped.
func (d *Decoder) EvictedWindows() int64 { return d.pool.Evicted() }

// hand gives the arena's memory to the batch.
func (d *Decoder) hand() {
	d.out.Hold(d.pool.Arena.Take())
	d.out = nil
}

// stamp is the packet looked at; at the end of the capture the last one of c.
func (d *Decoder) stamp(c *conn) ws.Stamp {
	if d.now.Packet == atEnd {
		return ws.Stamp{Packet: c.tcp.Last.Packet, Time: c.tcp.Last.Time}
	}
	return d.now
}

// Accept is reassembly.Acceptor.
func (d *Decoder) Accept(t *reassembly.Conn) reassembly.Handler {
	c := &conn{d: d, tcp: t, stream: &decode.Stream{N: -1, First: t.First.Packet, Flow: t.Flow}}
	c.top = newCarrier(c, 0, nil)
	c.process()
	was := connOf(t.Interrupts())
	c.splinter = was != nil && len(was.all) > 0
	d.emit(decode.Event{Kind: decode.KindStream, Stream: c.stream})
	return c.watch(c)
}

// connOf is the connection that h was made for by Accept, nil for none.
func connOf(h reassembly.Handler) *conn {
	if w, ok := h.(*watched); ok {
		h = w.next
	}
	c, _ := h.(*conn)
	return c
}

func (d *Decoder) emit(e decode.Event) {
	e.Packet = d.now.Packet
	d.out.Add(e)
}

// order puts the messages that one packet completed in the order of their numbers (they
// were completed in another where a control frame comes between fragments).
func (d *Decoder) order(from int) {
	events := d.out.Events[from:]
	if len(events) < 2 {
		return
	}
	last, sorted := 0, true
	for i := range events {
		if e := &events[i]; e.Kind == decode.KindMessage {
			n := d.out.Message(e).N
			sorted = sorted && n > last
			last = n
		}
	}
	if !sorted {
		amendsLast(events)
		d.sortMessages(events)
	}
}

// amendsLast moves amend events after the packet's other events: the messages they amend may be reordered.
func amendsLast(events []decode.Event) {
	slices.SortStableFunc(events, func(a, b decode.Event) int {
		switch last := a.Kind == decode.KindAmend; {
		case last == (b.Kind == decode.KindAmend):
			return 0
		case last:
			return 1
		}
		return -1
	})
}

// sortMessages sorts runs of messages of one session; what comes between them stays in its place.
func (d *Decoder) sortMessages(events []decode.Event) {
	var at []int
	flush := func() {
		run := make([]decode.Event, len(at))
		for i, k := range at {
			run[i] = events[k]
		}
		slices.SortStableFunc(run, func(a, b decode.Event) int {
			return cmp.Compare(d.out.Message(&a).N, d.out.Message(&b).N)
		})
		for i, k := range at {
			events[k] = run[i]
		}
		at = at[:0]
	}
	for i := range events {
		if e := &events[i]; e.Kind == decode.KindMessage {
			if len(at) > 0 && events[at[0]].Session != e.Session {
				flush()
			}
			at = append(at, i)
		}
	}
	flush()
}
