package diff_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/diff"
	"github.com/wspeek/wspeek/decode/stack"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/reassembly"
)

// sides are the sessions of a capture file.
func sides(t testing.TB, name string, file []byte) []*diff.Side {
	t.Helper()
	in, err := capture.NewReader(bytes.NewReader(file), name, capture.Options{BatchBytes: 32 << 10})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	trace := trace.New(&trace.Memory{})
	decoder := stack.NewDecoder(decode.Options{Keep: true, Frames: true})
	var merger stack.Merger
	visit := func(b *decode.Batch, e *decode.Event) error { return trace.Apply(b, e) }
	var dissector reassembly.Dissector
	var packets capture.Batch
	for {
		err := in.ReadBatch(&packets)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var segs []reassembly.Segment
		for i := range packets.Packets {
			var s reassembly.Segment
			if dissector.Segment(&packets.Packets[i], &s) == reassembly.OK {
				segs = append(segs, s)
			}
		}
		out := &decode.Batch{}
		decoder.Decode(segs, out)
		if err := merger.Merge([]*decode.Batch{out}, visit); err != nil {
			t.Fatal(err)
		}
	}
	out := &decode.Batch{}
	decoder.Finish(out)
	if err := merger.Merge([]*decode.Batch{out}, visit); err != nil {
		t.Fatal(err)
	}
	var all []*diff.Side
	for n := 1; n <= trace.Sessions(); n++ {
		s, err := diff.FromTrace(name, trace, n)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// one is the only session of a capture file.
func one(t testing.TB, name string, file []byte) *diff.Side {
	t.Helper()
	all := sides(t, name, file)
	if len(all) != 1 {
		t.Fatalf("%s: %d sessions, want 1", name, len(all))
	}
	return all[0]
}
