package ws

import (
	"bytes"
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// capturesDir holds captures that are not part of the repository.
const capturesDir = "../../../shared/captures"

// talk is a connection as captured, in order of its packets.
type talk struct {
	flow   reassembly.Flow
	chunks []directed
	next   [2]uint32
	seen   [2]bool
	length [2]int64
}

// directed is a chunk with its direction.
type directed struct {
	dir reassembly.Dir
	c   reassembly.Chunk
}

// talks reads the TCP connections of a capture: bytes in order only, what comes late or twice is left out.
func talks(t *testing.T, name string) []*talk {
	t.Helper()
	r, err := capture.Open(name, capture.Options{})
	if err != nil {
		return nil
	}
	defer r.Close()
	var d reassembly.Dissector
	open, list := map[reassembly.Flow]*talk{}, []*talk(nil)
	for b := new(capture.Batch); r.ReadBatch(b) == nil; {
		for i := range b.Packets {
			var s reassembly.Segment
			if d.Segment(&b.Packets[i], &s) != reassembly.OK {
				continue
			}
			k := open[s.Flow]
			if k == nil || s.Flags&reassembly.SYN != 0 && s.Flags&reassembly.ACK == 0 {
				k = &talk{flow: s.Flow}
				open[s.Flow], list = k, append(list, k)
			}
			k.add(&s)
		}
	}
	return list
}

func (k *talk) add(s *reassembly.Segment) {
	d := reassembly.Fwd
	if s.FromB {
		d = reassembly.Rev
	}
	if s.Flags&reassembly.SYN != 0 {
		k.next[d], k.seen[d] = s.Seq+1, true
		return
	}
	if len(s.Payload) == 0 {
		return
	}
	if !k.seen[d] {
		k.next[d], k.seen[d] = s.Seq, true
	}
	ahead := int32(s.Seq - k.next[d])
	if ahead < 0 {
		return
	}
	k.chunks = append(k.chunks, directed{d, reassembly.Chunk{
		Off: k.length[d] + int64(ahead), Data: bytes.Clone(s.Payload), Packet: s.Packet, Time: s.Time, Ack: -1,
	}})
	k.length[d] += int64(ahead) + int64(len(s.Payload))
	k.next[d] = s.Seq + uint32(len(s.Payload))
}

// midstream decides on a connection whose first skip chunks were not captured.
func (k *talk) midstream(skip int) *Midstream {
	m := NewMidstream(MidstreamOptions{})
	var head [2]int64
	for _, x := range k.chunks[min(skip, len(k.chunks)):] {
		if head[x.dir] != 0 && x.c.Off > head[x.dir] {
			m.Gap(x.dir, head[x.dir], x.c.Off-head[x.dir])
		}
		m.Feed(x.dir, x.c)
		head[x.dir] = x.c.Off + int64(len(x.c.Data))
	}
	m.Close(reassembly.Fwd)
	m.Close(reassembly.Rev)
	return m
}

// index are the rows of the public captures' list.
func index(t *testing.T) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(capturesDir, "public", "INDEX.tsv"))
	if err != nil {
		t.Skip("the captures are not here: ", err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestMidstreamRefusesOtherProtocols(t *testing.T) {
	t.Parallel()
	connections, trials := 0, 0
	for _, row := range index(t) {
		if len(row) < 5 || row[4] != "no" {
			continue
		}
		for _, k := range talks(t, filepath.Join(capturesDir, "public", row[0])) {
			connections++
			rnd := rand.New(rand.NewPCG(uint64(len(k.chunks)), 5))
			for i := range 6 {
				skip := 0
				if i > 0 && len(k.chunks) > 0 {
					skip = rnd.IntN(len(k.chunks))
				}
				trials++
				if m := k.midstream(skip); m.Verdict() == Accepted {
					t.Errorf("%s: ports %d and %d, from chunk %d of %d: taken for WebSocket with %.2f",
						row[0], k.flow.APort, k.flow.BPort, skip, len(k.chunks), m.Confidence())
				}
			}
		}
	}
	if connections < 400 {
		t.Errorf("only %d connections were looked at", connections)
	}
	t.Logf("%d connections, %d beginnings", connections, trials)
}

// TestHazard_T9_CapturesBegunInTheMiddle: captures without a handshake, and such where it is cut off here.
func TestHazard_T9_CapturesBegunInTheMiddle(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name   string
		skip   int // chunks cut off: the handshake, or more
		server uint16
		least  int // connections that must be recognised
	}{
		{"hard/s5-midstream-nodeflate.pcap", 0, 25997, 3},
		{"hard/s5-oneway-c2s.pcap", 0, 26029, 3},
		{"interop/faye-deflate.pcap", 4, 21067, 1},
		{"interop/gorilla-many.pcap", 2, 21124, 20},
		{"interop/faye-basic.pcap", 5, 21066, 1},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(capturesDir, row.name)
			if _, err := os.Stat(name); err != nil {
				t.Skip("the captures are not here: ", err)
			}
			n := 0
			for _, k := range talks(t, name) {
				m := k.midstream(row.skip)
				if m.Verdict() != Accepted {
					continue
				}
				n++
				server := reassembly.Fwd
				if k.flow.BPort == row.server {
					server = reassembly.Rev
				}
				if m.Client() == server {
					t.Errorf("port %d is taken for the client", row.server)
				}
			}
			if n < row.least {
				t.Errorf("%d connections recognised, want %d", n, row.least)
			}
		})
	}
}
