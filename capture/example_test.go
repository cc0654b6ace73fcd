package capture_test

import (
	"bytes"
	"fmt"
	"io"

	"github.com/wspeek/wspeek/capture"
)

// A capture of one packet, as tcpdump would write it.
var onePacket = []byte("" +
	"\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x01\x00\x00\x00" +
	"\x00\xe1\xf5\x05\x07\x00\x00\x00\x04\x00\x00\x00\x3c\x00\x00\x00" + "\xde\xad\xbe\xef")

func Example() {
	src, err := capture.NewReader(bytes.NewReader(onePacket), "one.pcap", capture.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer src.Close()
	var batch capture.Batch // used again and again
	for {
		err := src.ReadBatch(&batch)
		if err == io.EOF {
			return
		}
		if err != nil { // a *capture.Damage
			fmt.Println(err)
			continue
		}
		for _, p := range batch.Packets {
			fmt.Printf("%d %v: % x, %d bytes on the wire\n", p.Number, p.Time, p.Data, p.OrigLen)
		}
	}
	// Output: 1 1973-03-03T09:46:40.000007000Z: de ad be ef, 60 bytes on the wire
}
