package flate_test

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/flate"
)

// The message of RFC 7692 section 7.2.3.2, sent twice: the second time it is a reference to the first.
func Example() {
	var d flate.Decoder
	var window flate.Buffer
	window.Move(make([]byte, 4096), false)
	for _, payload := range []string{"\xf2\x48\xcd\xc9\xc9\x07\x00", "\xf2\x00\x11\x00\x00"} {
		d.Reset()
		window.Begin()
		_, status := d.Decode(&window, []byte(payload+"\x00\x00\xff\xff"), 1<<20)
		fmt.Printf("%s %v %v\n", window.Output(), status == flate.More, d.Aligned())
	}
	// Output:
	// Hello true true
	// Hello true true
}
