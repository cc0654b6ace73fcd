package stack_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/reassembly"
)

// tight are limits that bite early.
var tight = decode.Limits{
	TCP:       reassembly.Limits{Waiting: 4096, WaitingAll: 8192, Unacked: 1024, UnackedAll: 2048, Conns: 4, Closed: 2, WaitPackets: 8},
	HTTP:      http1.Limits{Header: 512, Pending: 512, Pipeline: 2},
	WebSocket: ws.Limits{Message: 300, Ratio: 4, Fragments: 3, Search: 256, Windows: 64 << 10},
	Sniff:     64, Tunnels: 1,
}

// FuzzPipeline runs anything through the whole pipeline: the account adds up, every line is JSON, the number of Decoders and
// the size of batches do not show, and limits that bite break none of that.
func FuzzPipeline(f *testing.F) {
	for _, s := range pcaps.Samples() {
		if len(s.Data) < 6<<10 {
			f.Add(s.Data)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		how := everything
		how.lines, how.inTurn = true, true // goroutines would make the coverage a matter of chance
		r, err := decodeFile(file, how)
		if err != nil {
			return
		}
		r.mustHold(t)
		mustBeJSON(t, r)
		how.shards, how.batch = 3, 200
		o, err := decodeFile(file, how)
		if err != nil {
			t.Fatalf("in small batches: %v", err)
		}
		for _, v := range views {
			if r.damage == "" && !bytes.Equal(r.lines[v], o.lines[v]) {
				t.Errorf("with 3 Decoders, %s:\n%s\nelse\n%s", v, o.lines[v], r.lines[v])
			}
		}
		how.Limits = tight
		if l, err := decodeFile(file, how); err == nil {
			l.mustHold(t)
			mustBeJSON(t, l)
		}
	})
}

func mustBeJSON(t testing.TB, r *result) {
	t.Helper()
	for _, v := range views {
		for line := range bytes.Lines(r.lines[v]) {
			if !json.Valid(line) {
				t.Fatalf("%s: not JSON: %q", v, line)
			}
		}
	}
}

// BenchmarkPipeline decodes all samples, without lines.
func BenchmarkPipeline(b *testing.B) {
	for _, s := range pcaps.Samples() {
		b.Run(s.Name, func(b *testing.B) {
			b.SetBytes(int64(len(s.Data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := decodeFile(s.Data, decoding{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
