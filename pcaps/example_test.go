package pcaps_test

import (
	"fmt"

	"github.com/wspeek/wspeek/pcaps"
)

// A session from which the capture lost the segment with the first message.
func Example() {
	var c pcaps.Conversation
	c.Upgrade(pcaps.Request{Target: "/chat"}, pcaps.Response{})
	c.SendFrames(pcaps.C2S, pcaps.Text("lost").Masked(pcaps.RFCKey))
	c.SendFrames(pcaps.C2S, pcaps.Text("seen").Masked(pcaps.RFCKey))
	c.Close()
	ps := pcaps.Drop(c.Packets, 7)
	fmt.Println(len(c.Packets), "packets sent,", len(ps), "captured")
	fmt.Printf("% x\n", pcaps.Pcap{}.Bytes(ps)[:4])
	// Output:
	// 14 packets sent, 13 captured
	// d4 c3 b2 a1
}
