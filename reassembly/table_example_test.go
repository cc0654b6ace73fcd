package reassembly_test

import (
	"fmt"

	"github.com/wspeek/wspeek/reassembly"
)

// printer is an Acceptor and the Handler of all its connections.
type printer struct{}

func (printer) Accept(*reassembly.Conn) reassembly.Handler { return printer{} }

func (printer) Data(_ reassembly.Dir, c reassembly.Chunk)      { fmt.Printf("%d: %s\n", c.Off, c.Data) }
func (printer) Gap(_ reassembly.Dir, off, n int64)             { fmt.Printf("%d: %d bytes missing\n", off, n) }
func (printer) Conflict(_ reassembly.Dir, off, n int64)        { fmt.Printf("%d: %d bytes differ\n", off, n) }
func (printer) Close(d reassembly.Dir, _ reassembly.CloseKind) { fmt.Println("end of", d) }

func ExampleTable() {
	var bytes reassembly.Bytes
	t := reassembly.NewTable(printer{}, reassembly.Limits{}, &bytes)
	for i, s := range []reassembly.Segment{
		{Flags: reassembly.SYN, Seq: 99, Scale: -1},
		{Flags: reassembly.ACK, Seq: 105, Payload: []byte("world")},
		{Flags: reassembly.ACK, Seq: 100, Payload: []byte("hello")},
		{Flags: reassembly.ACK, Seq: 105, Payload: []byte("wXrld")},
		{Flags: reassembly.ACK, Seq: 120, Payload: []byte("!")},
	} {
		s.Packet = i + 1
		t.Segment(&s)
	}
	t.EndBatch()
	t.Finish()
	fmt.Println(bytes.Stream, "bytes")
	// Output:
	// 0: hello
	// 5: world
	// 6: 1 bytes differ
	// 10: 10 bytes missing
	// 20: !
	// end of 0
	// end of 1
	// 21 bytes
}
