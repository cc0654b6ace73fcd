package export_test

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/ws"
)

// A message on its way into a spreadsheet, with its secret replaced.
func Example() {
	c := export.CSV{Redact: export.NewRedactor([]byte("a key"))}
	m := &ws.Message{N: 1, Opcode: ws.OpText, Payload: []byte(`{"token":"hunter2"}`), ValidUTF8: true, CloseCode: -1}
	clean, n := c.Redact.Message(m)
	fmt.Printf("%d: %.19s... of %d bytes\n", n, clean.Payload, len(clean.Payload))
	// Output: 1: {"token":"REDACTED-... of 33 bytes
}
