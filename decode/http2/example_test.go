package http2_test

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/http2"
	"github.com/wspeek/wspeek/reassembly"
)

// printer is a Sink that follows WebSocket requests and prints their DATA itself.
type printer struct{}

func (printer) Request(r *http2.Request) (follow bool) {
	path, _ := r.Get(":path")
	fmt.Println("stream", r.Stream, "asks for", path)
	return r.IsWebSocket()
}

func (p printer) Response(req *http2.Request, r *http2.Response) reassembly.Handler {
	fmt.Println("stream", r.Stream, "is answered with", r.Status)
	if r.Status/100 == 2 {
		return p
	}
	return nil
}

func (printer) Pending(*http2.Request) reassembly.Handler           { return nil }
func (printer) Midstream(uint32, reassembly.Dir) reassembly.Handler { return nil }
func (printer) Ending(e *http2.Ending)                              { fmt.Println("stream", e.Stream, "is reset:", e.Code) }
func (printer) Finding(f *http2.Finding)                            { fmt.Println("broken:", f.Rule.ID) }
func (printer) Gap(reassembly.Dir, int64, int64)                    {}
func (printer) Conflict(reassembly.Dir, int64, int64)               {}
func (printer) Close(d reassembly.Dir, k reassembly.CloseKind)      { fmt.Println("direction", d, "ends") }

func (printer) Data(d reassembly.Dir, ch reassembly.Chunk) {
	fmt.Printf("direction %d, offset %d: %s\n", d, ch.Off, ch.Data)
}

func Example() {
	var account reassembly.Bytes
	conn := http2.New(http2.Config{}, printer{}, &account)
	server := "\x00\x00\x06\x04\x00\x00\x00\x00\x00" + "\x00\x08\x00\x00\x00\x01" // SETTINGS: extended CONNECT is allowed
	client := http2.Preface + "\x00\x00\x00\x04\x00\x00\x00\x00\x00" +
		"\x00\x00\x2c\x01\x04\x00\x00\x00\x01" + "\x02\x07CONNECT" + "\x00\x09:protocol\x09websocket" + "\x86\x04\x05/chat\x01\x04host"
	response := "\x00\x00\x01\x01\x04\x00\x00\x00\x01\x88"
	frames := "\x00\x00\x05\x00\x01\x00\x00\x00\x01hello"
	conn.Data(reassembly.Rev, reassembly.Chunk{Data: []byte(server), Packet: 4})
	conn.Data(reassembly.Fwd, reassembly.Chunk{Data: []byte(client), Packet: 5, Ack: 15})
	conn.Data(reassembly.Rev, reassembly.Chunk{Off: 15, Data: []byte(response), Packet: 6, Ack: int64(len(client))})
	conn.Data(reassembly.Fwd, reassembly.Chunk{Off: int64(len(client)), Data: []byte(frames), Packet: 7, Ack: 25})
	fmt.Println(account.HTTP, "bytes of HTTP")
	// Output:
	// stream 1 asks for /chat
	// stream 1 is answered with 200
	// direction 0, offset 0: hello
	// direction 0 ends
	// 120 bytes of HTTP
}
