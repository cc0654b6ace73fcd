package ws_test

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

type printer struct{}

func (printer) Frame(*ws.Frame)       {}
func (printer) Amend(int, ws.State)   {}
func (printer) Finding(f *ws.Finding) { fmt.Println(f.Rule.ID, f.Detail) }
func (printer) Message(m *ws.Message) {
	fmt.Printf("%s %s %s %q\n", m.Dir, m.Opcode, m.State, m.Payload)
}

// A client's frames, the second one not masked as it must be.
func ExampleConn() {
	c := ws.New(ws.Config{Keep: true, Pool: ws.NewPool()}, printer{})
	data := []byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58" + "\x81\x02hi")
	c.Data(reassembly.Fwd, reassembly.Chunk{Data: data, Packet: 1, Ack: -1})
	c.Close(reassembly.Fwd, reassembly.CloseFIN)
	// Output:
	// c2s text exact "Hello"
	// ws.mask-required masking key absent
	// c2s text exact "hi"
}
