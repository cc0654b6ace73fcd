//go:build !libpcap

package live_test

import (
	"errors"
	"fmt"
	"io"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/live"
)

func Example() {
	l, err := live.Open(live.Options{Interfaces: []string{"eth99"}})
	var unknown *live.InterfaceError
	if errors.As(err, &unknown) {
		fmt.Println(unknown.Name, unknown.What)
		return
	}
	defer l.Close()
	var batch capture.Batch // used again and again
	for l.ReadBatch(&batch) != io.EOF {
		for _, p := range batch.Packets {
			fmt.Println(p.Number, p.Time, len(p.Data))
		}
	}
	// Output: eth99 no such interface
}
