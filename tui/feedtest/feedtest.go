// Package feedtest decodes captures for the tests of the screen's packages. Only tests import it.
package feedtest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/stack"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/reassembly"
)

// Visit is what events are handed to.
type Visit = func(*decode.Batch, *decode.Event) error

// Read decodes a capture file in memory, with frames, and hands every event to visit, in order.
func Read(data []byte, visit Visit) error {
	source, err := capture.NewReader(bytes.NewReader(data), "test", capture.Options{})
	if err != nil {
		return err
	}
	d := stack.NewDecoder(decode.Options{Keep: true, Frames: true})
	var dissector reassembly.Dissector
	var merger stack.Merger
	var in capture.Batch
	out := []*decode.Batch{{}}
	for {
		err := source.ReadBatch(&in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if merger.Zero == 0 && len(in.Packets) > 0 {
			merger.Zero = in.Packets[0].Time
		}
		d.Decode(segments(&dissector, &in), out[0])
		if err := merger.Merge(out, visit); err != nil {
			return err
		}
	}
	d.Finish(out[0])
	return merger.Merge(out, visit)
}

// Packets is how many packets a capture file in memory has, 0 if it cannot be read.
func Packets(data []byte) (n int64) {
	source, err := capture.NewReader(bytes.NewReader(data), "test", capture.Options{})
	var in capture.Batch
	for err == nil {
		if err = source.ReadBatch(&in); err == nil {
			n += int64(len(in.Packets))
		}
	}
	return n
}

// segments are the TCP segments of a batch.
func segments(d *reassembly.Dissector, in *capture.Batch) (out []reassembly.Segment) {
	var s reassembly.Segment
	for i := range in.Packets {
		if d.Segment(&in.Packets[i], &s) == reassembly.OK {
			out = append(out, s)
		}
	}
	return out
}

// Crowd is a capture of a session that stays open, with a message each time that one of n others comes and goes.
func Crowd(n int) []byte {
	at := time.Unix(1_700_000_000, 0)
	long := pcaps.Conversation{Client: netip.MustParseAddrPort("192.0.2.9:4000"), Start: at}
	long.Upgrade(pcaps.Request{Target: "/long"}, pcaps.Response{})
	var all []pcaps.Packet
	for k := range n {
		at = at.Add(10 * time.Millisecond)
		c := pcaps.Conversation{Client: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(10000+k)), Start: at}
		c.Upgrade(pcaps.Request{Target: "/short"}, pcaps.Response{})
		c.SendFrames(pcaps.C2S, pcaps.Text(fmt.Sprintf("short %d", k+1)).Masked(pcaps.RFCKey))
		c.SendFrames(pcaps.C2S, pcaps.Close(1000, "").Masked(pcaps.RFCKey))
		c.SendFrames(pcaps.S2C, pcaps.Close(1000, ""))
		c.Close()
		all = append(all, c.Packets...)
		long.Wait(10 * time.Millisecond)
		long.SendFrames(pcaps.S2C, pcaps.Text(fmt.Sprintf("long %d", k+1)))
	}
	return InOrder(append(all, long.Packets...))
}

// InOrder is a capture file of packets, in the order of their times.
func InOrder(all []pcaps.Packet) []byte {
	slices.SortStableFunc(all, func(a, b pcaps.Packet) int { return cmp.Compare(a.Time.UnixNano(), b.Time.UnixNano()) })
	return pcaps.Pcap{}.Bytes(all)
}

// TwoSessions is a capture of two sessions, one after the other, in which the client sends these texts.
func TwoSessions(a, b []string) []byte {
	var all []pcaps.Packet
	for k, texts := range [][]string{a, b} {
		c := pcaps.Conversation{Client: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(50000+k)),
			Start: time.Unix(1_700_000_000+int64(100*k), 0)}
		c.Upgrade(pcaps.Request{}, pcaps.Response{})
		for _, s := range texts {
			c.SendFrames(pcaps.C2S, pcaps.Text(s).Masked(pcaps.RFCKey))
		}
		c.SendFrames(pcaps.C2S, pcaps.Close(1000, "").Masked(pcaps.RFCKey))
		c.SendFrames(pcaps.S2C, pcaps.Close(1000, ""))
		c.Close()
		all = append(all, c.Packets...)
	}
	return pcaps.Pcap{}.Bytes(all)
}

// Script is n texts, each different from the others.
func Script(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf(`{"op":"%s","user":"alice","amount":%d}`, strings.Repeat(string(rune('a'+i%26)), 3+i/26), 7*i*i+3))
	}
	return out
}

// YearsApart is a capture of two sessions with 22 years between them.
func YearsApart() []byte {
	var all []pcaps.Packet
	for k, start := range []int64{1_000_000_000, 1_700_000_000} {
		c := pcaps.Conversation{Client: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(50000+k)), Start: time.Unix(start, 0)}
		c.Upgrade(pcaps.Request{}, pcaps.Response{})
		c.SendFrames(pcaps.C2S, pcaps.Text("hello").Masked(pcaps.RFCKey))
		c.Close()
		all = append(all, c.Packets...)
	}
	return InOrder(all)
}
