package secured

import (
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/tls"
)

// note tells a Log of a record of the client.
func note(l *Log, s *decode.Stream, r tls.Record) {
	var b decode.Batch
	b.AddTLSPart(decode.Event{Stream: s}, &decode.TLSPart{Layer: 1, FromClient: true, Record: &r})
	l.Note(&b, &b.Events[0])
}

func TestLog_Records(t *testing.T) {
	t.Parallel()
	var l Log
	s := &decode.Stream{}
	l.Want(s)
	for i := range 10 {
		note(&l, s, tls.Record{Content: applicationData, Packet: i, Plain: 100, PlainOff: int64(100 * i)})
	}
	note(&l, s, tls.Record{Content: 22, Packet: 3, Plain: 100, PlainOff: 300})
	for name, test := range map[string]struct {
		in   Range
		want int
	}{
		"packets":                {Range{FromClient: true, First: 2, Last: 5}, 4},
		"offsets":                {Range{FromClient: true, Last: 9, From: 150, To: 301}, 3},
		"up to a record":         {Range{FromClient: true, Last: 9, From: 100, To: 200}, 1},
		"both":                   {Range{FromClient: true, First: 2, Last: 9, From: 150, To: 301}, 2},
		"the other side":         {Range{First: 0, Last: 9}, 0},
		"nothing in this packet": {Range{FromClient: true, First: 20, Last: 30}, 0},
	} {
		if got := l.Records(1, test.in); len(got) != test.want {
			t.Errorf("%s: %d records, want %d", name, len(got), test.want)
		}
	}
	if got := l.Records(2, Range{FromClient: true, Last: 9}); len(got) != 0 {
		t.Errorf("%d records of another layer", len(got))
	}
}

// TestLog_Bounds: little is kept of what is not wanted, and nothing of it after its end.
func TestLog_Bounds(t *testing.T) {
	t.Parallel()
	var l Log
	s, wanted := &decode.Stream{}, &decode.Stream{}
	l.Want(wanted)
	records := func(c *decode.Stream) []*decode.TLSPart {
		if l.conns[c] == nil {
			return nil
		}
		return (&Log{wanted: l.conns[c]}).Records(1, Range{FromClient: true, Last: 1 << 30})
	}
	for i := range 3 * manyRecords {
		r := tls.Record{Content: applicationData, Packet: i, Plain: 1, PlainOff: int64(i)}
		note(&l, s, r)
		note(&l, wanted, r)
	}
	if n := len(records(s)); n >= 2*fewRecords || n < fewRecords {
		t.Errorf("%d records kept of a connection", n)
	}
	if n := len(records(wanted)); n >= 2*manyRecords || n < manyRecords {
		t.Errorf("%d records kept of one that is wanted", n)
	}
	var b decode.Batch
	for _, c := range []*decode.Stream{s, wanted} {
		b.AddTLS(decode.Event{Stream: c}, &decode.TLSConn{})
		l.Note(&b, &b.Events[len(b.Events)-1])
	}
	if len(records(s)) != 0 || len(records(wanted)) == 0 {
		t.Error("what has ended is kept if it was wanted, and only then")
	}
}

func TestLog_Handshake(t *testing.T) {
	t.Parallel()
	var l Log
	var b decode.Batch
	s := &decode.Stream{}
	for _, p := range []*decode.TLSPart{
		{Layer: 1, Message: &tls.Message{Packet: 7, Says: "Finished"}}, {Layer: 1, Message: &tls.Message{Packet: 4, Says: "ClientHello"}},
		{Layer: 2, Message: &tls.Message{Packet: 5}}, {Layer: 1, Record: &tls.Record{Packet: 6}},
		{Layer: 1, Record: &tls.Record{Packet: 9}, Alert: "alert close_notify"},
	} {
		b.AddTLSPart(decode.Event{Stream: s}, p)
		l.Note(&b, &b.Events[len(b.Events)-1])
	}
	l.Want(s)
	got := l.Handshake(1)
	if len(got) != 3 || got[0].Message.Says != "ClientHello" || got[1].Message.Says != "Finished" || got[2].Alert == "" {
		t.Errorf("got %+v", got)
	}
	l.Want(&decode.Stream{})
	if got := l.Handshake(1); len(got) != 0 {
		t.Errorf("got %+v of a connection that is not known", got)
	}
	var none *Log
	none.Note(&b, &b.Events[0])
	none.Want(s)
}
