package ladder

import (
	"fmt"
	"math"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

var incidentNames = map[reassembly.IncidentKind]string{
	reassembly.Retransmission: "TCP: %s sent again",
	reassembly.Overtaken:      "TCP: %s late or out of order",
	reassembly.WindowShut:     "TCP: no room (zero window)",
	reassembly.WindowOpened:   "TCP: room again",
	reassembly.Damaged:        "TCP: damaged segment (wrong checksum)",
}

// after puts a row after the messages of the same packet.
const after = math.MaxInt32

// tcp adds what TCP did: FIN and RST where they are wanted or where there was no closing handshake, the rest where it is wanted.
func (b *builder) tcp() {
	t := b.s.TCP
	if t == nil || b.s.State == decode.Refused && !b.opt.TCP {
		return
	}
	if b.opt.TCP || b.s.End != decode.EndClose {
		for d := ws.C2S; d <= ws.S2C; d++ {
			if at := t.FIN[d]; at.Packet > 0 {
				b.add(Row{Kind: TCP, Dir: d, At: at, Text: "TCP: FIN", order: after})
			}
			if at := t.RST[d]; at.Packet > 0 {
				b.add(Row{Kind: TCP, Dir: d, At: at, Text: "TCP: RST", Bad: true, order: after})
			}
		}
	}
	if !b.opt.TCP {
		return
	}
	if t.Stats[0].SYN || t.Stats[1].SYN {
		b.add(Row{Kind: Remark, At: t.First, Text: fmt.Sprintf("TCP opened (packet %d)", t.First.Packet), order: -3})
	}
	b.incidents(t)
}

// tls adds the handshake messages and alerts of TLS.
func (b *builder) tls() {
	for _, p := range b.opt.TLS {
		r := Row{Kind: TCP, Dir: ws.S2C, order: -3}
		if p.FromClient {
			r.Dir = ws.C2S
		}
		if p.Record != nil {
			r.At, r.Text, r.order = ws.Stamp{Packet: p.Record.Packet, Time: p.Record.Time}, "TLS: "+p.Alert, after
		} else {
			r.At, r.Text = ws.Stamp{Packet: p.Message.Packet, Time: p.Message.Time}, "TLS: "+show.Inert(p.Message.Says)
		}
		b.add(r)
	}
}

// incidents adds runs of incidents of the same kind, between two messages, as one row each.
func (b *builder) incidents(t *decode.TCP) {
	for i := 0; i < len(t.Incidents); {
		first, n := t.Incidents[i], 0
		last := first
		for ; i < len(t.Incidents) && t.Incidents[i].Kind == first.Kind && t.Incidents[i].Dir == first.Dir && !b.between(last.At, t.Incidents[i].At); i++ {
			last = t.Incidents[i]
			n++
		}
		text := incidentNames[first.Kind]
		if first.Kind == reassembly.Retransmission || first.Kind == reassembly.Overtaken {
			text = fmt.Sprintf(text, show.Count(n, "segment"))
		}
		if n > 1 {
			text += fmt.Sprintf(", packets %d to %d", first.At.Packet, last.At.Packet)
		}
		b.add(Row{Kind: TCP, Dir: first.Dir, At: last.At, Text: text, Bad: true})
	}
	if t.More > 0 {
		b.add(Row{Kind: Remark, At: t.Last, Text: fmt.Sprintf("TCP: %d more incidents were not kept", t.More), order: after})
	}
}

// between reports whether a row is between two packets.
func (b *builder) between(from, to ws.Stamp) bool {
	for i := range b.rows {
		if p := b.rows[i].At.Packet; p > from.Packet && p < to.Packet && b.rows[i].Kind != TCP {
			return true
		}
	}
	return false
}

// ending adds how it ended where nothing else shows it.
func (b *builder) ending() {
	s := b.s
	if s.TCP == nil {
		return
	}
	text := ""
	switch s.End {
	case decode.EndReplaced:
		text = "a new connection took its ports"
	case decode.EndEvicted:
		text = "dropped to stay within the limits"
	case decode.EndCapture, decode.EndNone:
		if s.State != decode.Refused {
			text = "the capture ends here"
		}
	}
	if text != "" {
		b.add(Row{Kind: Remark, At: s.TCP.Last, Text: text, order: after})
	}
}
