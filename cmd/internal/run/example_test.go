package run_test

import (
	"context"
	"fmt"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
)

func Example() {
	ctx := context.Background()
	r, err := run.Open([]string{"../../../pcaps/samples/jsonrpc.pcap"}, run.Options{Decode: decode.Options{Keep: true}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	kinds := map[string]int{}
	r.Each(ctx, func(b *decode.Batch, e *decode.Event) error {
		if e.Kind == decode.KindMessage {
			kinds[b.Message(e).Opcode.String()]++
		}
		return nil
	})
	fmt.Println(kinds, r.Account().Sessions, r.Status(ctx))
	// Output: map[close:2 text:12] 1 <nil>
}
