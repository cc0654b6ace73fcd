package calls_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/ws"
)

// BenchmarkEngine pairs messages of about 850 bytes.
func BenchmarkEngine(b *testing.B) {
	items := strings.Repeat(`{"sym":"ACME","px":17.25,"qty":300,"note":"limit order"},`, 13)
	for _, tt := range []struct{ name, mark string }{{"json-rpc", `"jsonrpc":"2.0",`}, {"json", ""}} {
		b.Run(tt.name, func(b *testing.B) {
			var texts [256][2][]byte
			for i := range texts {
				texts[i][0] = fmt.Appendf(nil, `{%s"id":%d,"method":"placeOrders","params":[%s{}]}`, tt.mark, i, items)
				texts[i][1] = fmt.Appendf(nil, `{%s"result":[%s{}],"id":%d}`, tt.mark, items, i)
			}
			n := 0
			e := calls.New(calls.Options{}, func(*calls.Call) { n++ })
			e.Session(&decode.Session{N: 1})
			b.SetBytes(int64(len(texts[0][0]) + len(texts[0][1])))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				for d, text := range texts[i%256] {
					e.Message(1, &ws.Message{N: 2*i + d + 1, Dir: ws.Dir(d), Opcode: ws.OpText, Len: int64(len(text)), Payload: text}, true)
				}
			}
			if e.Finish(); n != b.N {
				b.Fatalf("%d calls, want %d", n, b.N)
			}
		})
	}
}
