package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/ws"
)

// BenchmarkMatch asks rows about a few expressions; it must not allocate.
func BenchmarkMatch(b *testing.B) {
	for _, src := range []string{
		"websocket.opcode == 1",
		"websocket.opcode == 1 && ws.dir == c2s && ws.len > 40",
		"websocket.opcode == 1 && (ws.len > 4000 || ws.gap > 5)",
		`tcp.port == 8080 && ip.addr == 198.51.100.0/24`,
		`error`,
		`websocket.payload matches "err(or)?"`,
		`ws.json.items[*].id == 30`,
		`ws.heartbeat`,
	} {
		b.Run(src, func(b *testing.B) {
			f, err := filter.Compile(src)
			if err != nil {
				b.Fatal(err)
			}
			rows := make([]filter.Row, 64)
			for i := range rows {
				rows[i] = filter.Row{Session: four, Message: text(i+1, ws.Dir(i%2), fmt.Sprintf(`{"type":"order","n":%d,"items":[{"id":1},{"id":30}]}`, i))}
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				f.Match(&rows[i%len(rows)])
			}
		})
	}
}

// BenchmarkSearch searches a megabyte of JSON that does not hold what is looked for.
func BenchmarkSearch(b *testing.B) {
	payload := strings.Repeat(`{"id":1001,"type":"presence","user":"uniform","price":5593.69,"tags":["lima","yankee"],"note":"bravo"},`, 1<<20/103)
	for _, src := range []string{"error", "xyz", "größe", "Привет", `websocket.payload matches "err(or)? [0-9]+"`, `websocket.payload matches "[0-9]{6}"`, "ws.json.z == 1"} {
		b.Run(src, func(b *testing.B) {
			f, err := filter.Compile(src)
			if err != nil {
				b.Fatal(err)
			}
			r := filter.Row{Message: text(1, ws.C2S, `{"all":[`+payload+"0]}")}
			b.SetBytes(int64(len(payload)))
			for b.Loop() {
				if f.Match(&r) {
					b.Fatal("passes")
				}
			}
		})
	}
}

// Asking allocates nothing, whatever is asked.
func TestMatchAllocatesNothing(t *testing.T) {
	for _, src := range []string{
		"websocket.opcode == 1 && ws.len > 3 || ws.gap > 1.5", "tcp.port in {1, 8080} && ip.addr != 10.0.0.0/8", "websocket.fin == 0 or websocket.masking_key contains 21:3d",
		"error", "größe", "websocket.payload contains \"such\"", "websocket.payload.text matches \"no.*order\"", "ws.finding == ws.utf8 or ws.finding != ws.rsv",
		"ws.json.items[*].sku == Ünï && ws.json.price < 20", "ws.heartbeat", "ws.header.server contains x", "ws.path matches \"^/ch\"",
	} {
		f, err := filter.Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		for name, r := range rows() {
			frames := r.Frames()
			r.Frames = func() []ws.Frame { return frames }
			if n := testing.AllocsPerRun(20, func() { f.Match(r) }); n > 0 {
				t.Errorf("%s of row %s allocates %v times", src, name, n)
			}
		}
	}
}
