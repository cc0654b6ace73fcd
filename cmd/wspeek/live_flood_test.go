package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/pcaps"
)

// listSource is a source of packets that are there already.
type listSource struct{ packets []capture.Packet }

func (*listSource) Names() []string      { return []string{"list"} }
func (*listSource) File(int) int         { return 0 }
func (*listSource) Stats() capture.Stats { return capture.Stats{} }
func (*listSource) Close() error         { return nil }

func (s *listSource) ReadBatch(b *capture.Batch) error {
	n := min(len(s.packets), 1000)
	if n == 0 {
		return io.EOF
	}
	b.Packets, s.packets = s.packets[:n], s.packets[n:]
	return nil
}

// sample are the packets of a sample capture.
func sample(t *testing.T, name string) (list []capture.Packet) {
	t.Helper()
	r, err := capture.NewReader(bytes.NewReader(pcaps.Get(name).Data), name, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for {
		var b capture.Batch
		err := r.ReadBatch(&b)
		list = append(list, b.Packets...)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestLive_FloodOfSYNs: more half-open connections than are kept do not make a session be dropped.
func TestLive_FloodOfSYNs(t *testing.T) {
	t.Parallel()
	session := sample(t, "jsonrpc")
	syn := session[0]
	if syn.LinkType != capture.LinkEthernet || len(syn.Data) < 54 || syn.Data[14+9] != 6 {
		t.Fatalf("the sample's first packet is no SYN in IPv4 in Ethernet: %x", syn.Data)
	}
	half := len(session) / 2
	packets := slices.Clone(session[:half])
	limits := run.LiveLimits()
	for i := range run.Shards*limits.TCP.Conns + 50_000 {
		p := syn
		p.Time, p.Data = session[half].Time, slices.Clone(syn.Data)
		binary.BigEndian.PutUint32(p.Data[14+12:], 0x0a000000+uint32(i)) // source address
		packets = append(packets, p)
	}
	packets = append(packets, session[half:]...)
	for i := range packets {
		packets[i].Number = i + 1
	}
	messages, sessions := 0, map[int]*decode.Session{}
	r := run.Over(&listSource{packets}, run.Options{Decode: decode.Options{Limits: limits}})
	err := r.Each(context.Background(), func(b *decode.Batch, e *decode.Event) error {
		switch e.Kind {
		case decode.KindMessage:
			messages++
		case decode.KindSession:
			sessions[e.Session.N] = b.Session(e)
		}
		return nil
	})
	if err != nil || len(sessions) != 1 || messages != 14 || sessions[1].End != decode.EndClose || !sessions[1].HandshakeSeen {
		t.Errorf("%d sessions, %d messages, %v; want 1 and 14", len(sessions), messages, err)
	}
}
