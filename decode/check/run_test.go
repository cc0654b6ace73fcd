package check_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/decode/stack"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/reassembly"
)

// reports runs a capture file through the pipeline and returns the reports of its sessions in the order of their ends.
func reports(t testing.TB, file []byte) []*check.Report {
	t.Helper()
	out, err := run(t, file)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// tryReports is reports of a file that may be damaged: what came before the damage counts.
func tryReports(t testing.TB, file []byte) []*check.Report {
	out, _ := run(t, file)
	return out
}

func run(t testing.TB, file []byte) ([]*check.Report, error) {
	t.Helper()
	in, err := capture.NewReader(bytes.NewReader(file), "test", capture.Options{})
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var (
		out    []*check.Report
		all    check.Run
		merger stack.Merger
		packs  capture.Batch
		dis    reassembly.Dissector
		told   decode.Batch
	)
	visit := func(b *decode.Batch, e *decode.Event) error {
		if r := all.Apply(b, e); r != nil {
			out = append(out, r)
		}
		return nil
	}
	d := stack.NewDecoder(decode.Options{Keep: true, Wire: true})
	for {
		if err = in.ReadBatch(&packs); err != nil {
			break
		}
		var segs []reassembly.Segment
		for i := range packs.Packets {
			var s reassembly.Segment
			if dis.Segment(&packs.Packets[i], &s) == reassembly.OK {
				segs = append(segs, s)
			}
		}
		d.Decode(segs, &told)
		if err := merger.Merge([]*decode.Batch{&told}, visit); err != nil {
			t.Fatal(err)
		}
	}
	d.Finish(&told)
	if err := merger.Merge([]*decode.Batch{&told}, visit); err != nil {
		t.Fatal(err)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return out, err
}

// only is the report of a conversation's one session.
func only(t testing.TB, c *pcaps.Conversation) *check.Report {
	t.Helper()
	rs := reports(t, c.File())
	if len(rs) != 1 {
		t.Fatalf("got %d reports, want 1", len(rs))
	}
	return rs[0]
}

var key = [4]byte{1, 2, 3, 4}

// talk is a conversation with its opening handshake.
func talk() *pcaps.Conversation {
	c := &pcaps.Conversation{}
	c.Upgrade(pcaps.Request{Target: "/chat"}, pcaps.Response{})
	return c
}

// hello lets both sides send a message.
func hello(c *pcaps.Conversation) {
	c.SendFrames(pcaps.C2S, pcaps.Text("hello").Masked(key))
	c.SendFrames(pcaps.S2C, pcaps.Text("hi there"))
}

// silent lets d pass between the last packet and the next.
func silent(c *pcaps.Conversation, d time.Duration) { c.Wait(d - time.Millisecond) }

func deflated(c *pcaps.Conversation, params string) {
	c.Upgrade(pcaps.Request{Headers: [][2]string{{"Sec-WebSocket-Extensions", "permessage-deflate"}}},
		pcaps.Response{Headers: [][2]string{{"Sec-WebSocket-Extensions", "permessage-deflate" + params}}})
}
