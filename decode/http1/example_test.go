package http1_test

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/reassembly"
)

// printer is a Sink that hands upgraded connections to itself.
type printer struct{}

func (printer) Request(r *http1.Request) (hold bool) {
	host, _ := r.Get("host")
	fmt.Println(r.Method, r.Target, "at", host)
	return len(r.List("Upgrade")) > 0
}

func (p printer) Response(req *http1.Request, r *http1.Response) reassembly.Handler {
	fmt.Println(r.Status, r.Reason, "answers", req.Target)
	if r.Status == 101 {
		return p
	}
	return nil
}

func (printer) Pending(*http1.Request) reassembly.Handler { return nil }
func (printer) NotHTTP(reassembly.Dir) reassembly.Handler { return nil }

func (printer) Data(d reassembly.Dir, ch reassembly.Chunk) {
	fmt.Printf("direction %d, offset %d: %s\n", d, ch.Off, ch.Data)
}
func (printer) Gap(reassembly.Dir, int64, int64)           {}
func (printer) Conflict(reassembly.Dir, int64, int64)      {}
func (printer) Close(reassembly.Dir, reassembly.CloseKind) {}

func Example() {
	var account reassembly.Bytes
	conn := http1.New(printer{}, http1.Limits{}, &account)
	request := "GET /chat HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\n\r\n"
	response := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
	conn.Data(reassembly.Fwd, reassembly.Chunk{Data: []byte(request + "early"), Packet: 4})
	conn.Data(reassembly.Rev, reassembly.Chunk{Data: []byte(response + "frame"), Packet: 5, Ack: int64(len(request))})
	fmt.Println(account.HTTP, "bytes of HTTP")
	// Output:
	// GET /chat at example.com
	// 101 Switching Protocols answers /chat
	// direction 0, offset 61: early
	// direction 1, offset 56: frame
	// 117 bytes of HTTP
}
