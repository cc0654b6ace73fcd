package link_test

import (
	"fmt"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/link"
)

func Example() {
	frame := append(make([]byte, 12), 0x81, 0x00, 0, 100, 0x08, 0x00) // Ethernet with a VLAN tag
	frame = append(frame, 0x45, 0, 0, 20)
	inner, skip := link.Unwrap(&capture.Packet{LinkType: capture.LinkEthernet, OrigLen: 100, Data: frame})
	fmt.Printf("%x, %d bytes on the wire, skipped: %q\n", inner.Data, inner.Wire, skip)

	_, skip = link.Unwrap(&capture.Packet{LinkType: 189, OrigLen: 100, Data: frame})
	fmt.Println(skip)
	// Output:
	// 45000014, 82 bytes on the wire, skipped: ""
	// link type not decoded
}
