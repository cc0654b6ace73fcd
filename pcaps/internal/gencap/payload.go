package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/wspeek/wspeek/pcaps"
)

// kind is what a connection sends.
type kind string

const (
	// kindJSON sends texts of 100 to 1,600 bytes and more; kindDeflate sends the same, compressed.
	kindJSON    kind = "json"
	kindDeflate kind = "deflate"
	// kindSmall sends texts of about 50 bytes, as tickers and keystrokes do.
	kindSmall kind = "small"
	// kindBulk sends random bytes, 20,000 to 120,000 a message.
	kindBulk kind = "bulk"
)

// payload returns the opcode and the application data of the next message.
func (k kind) payload(rng *rand.Rand) (opcode byte, p []byte) {
	switch k {
	case kindBulk:
		return pcaps.OpBinary, randomBytes(rng, 20000+rng.IntN(100000))
	case kindSmall:
		return pcaps.OpText, jsonText(rng, 20+rng.IntN(60))
	}
	return pcaps.OpText, jsonText(rng, 100+rng.IntN(1500))
}

// randomBytes returns n bytes; the last n modulo 8 of them are zero.
func randomBytes(rng *rand.Rand, n int) []byte {
	p := make([]byte, n)
	for i := 0; i+8 <= n; i += 8 {
		binary.LittleEndian.PutUint64(p[i:], rng.Uint64())
	}
	return p
}

// names are the keys of the JSON objects; some are not ASCII.
var names = []string{
	"price", "volume", "bid", "ask", "symbol", "BTC-USD", "ETH-USD", "sequence", "time", "trade", "order",
	"side", "buy", "sell", "maker", "taker", "update", "snapshot", "ключ", "naïve", "数据",
}

// jsonText returns a JSON object of at least n bytes.
func jsonText(rng *rand.Rand, n int) []byte {
	name := func() string { return names[rng.IntN(len(names))] }
	var b bytes.Buffer
	b.WriteString(`{"type":"ticker"`)
	for b.Len() < n {
		fmt.Fprintf(&b, `,"%s%d":{"%s":%d.%02d,"at":"2026-11-20T%02d:%02d:%02dZ"}`, name(), rng.IntN(50),
			name(), rng.IntN(100000), rng.IntN(100), rng.IntN(24), rng.IntN(60), rng.IntN(60))
	}
	b.WriteByte('}')
	return b.Bytes()
}
