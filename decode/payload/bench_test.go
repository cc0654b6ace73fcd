package payload_test

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

// BenchmarkReader reads JSON-RPC of about 850 bytes: a request and its answer in turn.
func BenchmarkReader(b *testing.B) {
	row := `{"name":"value of it","n":12.5,"ok":true},`
	talk := []payload.Message{
		{FromClient: true, Payload: []byte(`{"jsonrpc":"2.0","method":"list","id":17,"params":[` + strings.Repeat(row, 18) + `1]}`)},
		{Payload: []byte(`{"jsonrpc":"2.0","id":17,"result":[` + strings.Repeat(row, 18) + `1]}`)},
	}
	for _, bench := range []struct {
		name string
		opt  payload.ReaderOptions
	}{{"whole", payload.ReaderOptions{}}, {"brief", payload.ReaderOptions{Brief: true}}} {
		b.Run(bench.name, func(b *testing.B) {
			r := payload.NewReader(payload.Opening{}, bench.opt, func(*payload.Message, []payload.App) {})
			b.SetBytes(int64(len(talk[0].Payload)))
			n := int64(0)
			for b.Loop() {
				m := talk[n%2]
				n++
				m.N = n
				r.Push(&m)
			}
		})
	}
}
