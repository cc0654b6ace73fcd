package export

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/ws"
)

// RawName is the file name of a message's payload, made of numbers only: session, message, direction. It ends with
// .txt where the payload is whole UTF-8 text, else with .bin.
func RawName(session int, m *ws.Message) string {
	ext := ".bin"
	if wholeText(m) && isText(m.Opcode) {
		ext = ".txt"
	}
	return fmt.Sprintf("%04d-%06d-%s%s", session, m.N, m.Dir, ext)
}
