package keep_test

import (
	"context"
	"fmt"
	"io"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/keep"
)

func Example() {
	ring := keep.NewRing(keep.RingOptions{Bytes: 1 << 20})
	go ring.Run()
	defer ring.Close()
	ring.Backlog().Put([]capture.Packet{{Number: 1, Data: []byte("first")}, {Number: 2, Data: []byte("second")}})
	ring.Backlog().Close(io.EOF)
	<-ring.Done()

	view := ring.View()
	defer view.Release()
	view.Read(context.Background(), func(p *capture.Packet) error {
		fmt.Printf("%d %s\n", p.Number, p.Data)
		return nil
	})
	// Output:
	// 1 first
	// 2 second
}
