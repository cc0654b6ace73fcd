package filter_test

import (
	"fmt"
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
