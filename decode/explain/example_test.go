package explain_test

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/explain"
)

// The masked "Hello" of RFC 6455 section 5.7.
func Example() {
	wire := []byte{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}
	exchanges, err := explain.Bytes(wire, explain.Hand{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range explain.Header(&exchanges[0].Frames[0]) {
		fmt.Printf("%2d-%2d %-11s %-11s %s\n", f.From, f.To-1, f.Name, f.Value, f.Meaning)
	}
	// Output:
	//  0- 0 FIN         1           the first frame of its message and also the last
	//  1- 1 RSV1        0           reserved: no extension uses it here
	//  2- 2 RSV2        0           reserved: no extension uses it here
	//  3- 3 RSV3        0           reserved: no extension uses it here
	//  4- 7 opcode      0x1         text: a message in UTF-8
	//  8- 8 MASK        1           masked, as all that a client sends; a masking key follows
	//  9-15 Payload len 5           5 bytes of payload; up to 125 the length itself is here
	// 16-47 Masking-key 37 fa 21 3d each payload byte is XORed with one of these, in turn
}
