package keep

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
)

func TestBacklog_KeepsOrderAndBytes(t *testing.T) {
	t.Parallel()
	b := NewBacklog()
	data := madeFrom(1, 3)
	if rest := b.Put(data[:1]); rest != nil {
		t.Fatalf("no room: %v", rest)
	}
	b.Put(data[1:])
	for i := range data {
		data[i].Data[0] = 99 // the backlog has its own
	}
	c, err := b.Take(nil, time.Second)
	if err != nil || len(c.Packets) != 3 {
		t.Fatalf("got %v, %v; want 3 packets at once", c, err)
	}
	for i, p := range c.Packets {
		if want := made(i + 1); p.Number != want.Number || !bytes.Equal(p.Data, want.Data) {
			t.Errorf("packet %d: got %+v, want %+v", i, p, want)
		}
	}
	if c, err := b.Take(c, time.Millisecond); c != nil || err != nil {
		t.Errorf("got %v, %v; want a time-out", c, err)
	}
	b.Close(io.EOF)
	if _, err := b.Take(nil, time.Second); err != io.EOF {
		t.Errorf("got %v, want io.EOF", err)
	}
}

func TestBacklog_IsBounded(t *testing.T) {
	t.Parallel()
	b := NewBacklog()
	large := []capture.Packet{{Data: make([]byte, 200<<10)}}
	taken := 0
	for ; len(b.Put(large)) == 0; taken++ {
		if taken > 2*backlogChunks*chunkBytes/(200<<10) {
			t.Fatal("no bound")
		}
	}
	if want := backlogChunks * (chunkBytes / (200 << 10)); taken != want {
		t.Errorf("took %d packets of 200 KiB, want %d", taken, want)
	}
	c, _ := b.Take(nil, time.Second)
	if len(c.Packets) != 5 || len(b.Put(large)) != 0 {
		t.Errorf("%d packets taken, and no room after that", len(c.Packets))
	}
}

func BenchmarkBacklog(b *testing.B) {
	q := NewBacklog()
	packets := make([]capture.Packet, 100)
	for i := range packets {
		packets[i].Data = make([]byte, 500)
	}
	b.ReportAllocs()
	b.SetBytes(100 * 500)
	var c *PacketChunk
	for b.Loop() {
		q.Put(packets)
		c, _ = q.Take(c, time.Second)
	}
}

func TestBacklog_WaitFirst(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	close(stop)
	b := NewBacklog()
	if b.WaitFirst(stop) || b.Waiting() {
		t.Error("an empty backlog has a packet")
	}
	b.Put(madeFrom(1, 1))
	if !b.WaitFirst(nil) || !b.Waiting() || b.Ended() != nil || b.Accepted() != 1 {
		t.Errorf("after one packet: waiting %v, ended %v, accepted %d", b.Waiting(), b.Ended(), b.Accepted())
	}
	if c, err := b.Take(nil, 0); err != nil || len(c.Packets) != 1 {
		t.Errorf("got %v, %v; want one packet", c, err)
	}
	b.Close(io.ErrUnexpectedEOF)
	b.Close(io.EOF)
	if !b.WaitFirst(nil) || b.Ended() != io.ErrUnexpectedEOF {
		t.Errorf("ended with %v, want the first error", b.Ended())
	}
}
