package tls_test

import (
	"encoding/hex"
	"fmt"

	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

// printer is a Handler, and a GapInferrer.
type printer struct{}

func (printer) Data(d reassembly.Dir, k reassembly.Chunk) {
	fmt.Printf("%d: %d bytes at %d, packet %d\n", d, len(k.Data), k.Off, k.Packet)
}
func (printer) Gap(d reassembly.Dir, off, n int64)             { fmt.Printf("%d: %d missing at %d\n", d, n, off) }
func (printer) Conflict(reassembly.Dir, int64, int64)          {}
func (printer) Close(d reassembly.Dir, _ reassembly.CloseKind) { fmt.Printf("%d: end\n", d) }
func (printer) Inferred(d reassembly.Dir, _, _, least, most int64) {
	fmt.Printf("%d: %d to %d\n", d, least, most)
}

// The client's side of the trace in RFC 8448, its data twice: the second one was sent as another record, so it is not authentic.
func ExampleConn() {
	keys := tls.NewKeys(tls.Limits{})
	log := keys.Log(tls.FromKeyLog)
	fmt.Fprint(log, rfcKeys)
	keys.NoMore()

	var bytes reassembly.Bytes
	c := tls.New(keys, tls.Options{}, &bytes, func(c *tls.Conn) reassembly.Handler {
		i := c.Info()
		fmt.Println(i.SNI, i.Version, i.Cipher)
		return printer{}
	})
	var off [2]int64
	for i, text := range []string{rfcClientHello, rfcServerHello, rfcClientFinished, rfcClientData, rfcClientData} {
		d := reassembly.Fwd
		if text == rfcServerHello {
			d = reassembly.Rev
		}
		data, _ := hex.DecodeString(text)
		c.Data(d, reassembly.Chunk{Off: off[d], Data: data, Packet: i + 1, Ack: -1})
		off[d] += int64(len(data))
	}
	c.Close(reassembly.Fwd, reassembly.CloseFIN)
	c.Close(reassembly.Rev, reassembly.CloseFIN)
	i := c.Info()
	fmt.Println(i.Reason())
	// Output:
	// server 1.3 TLS_AES_128_GCM_SHA256
	// 0: 50 bytes at 0, packet 4
	// 0: 0 to 72
	// 0: 50 missing at 50
	// 0: end
	// 1: end
	// record lost
}
