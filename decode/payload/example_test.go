package payload_test

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/payload"
)

func Example() {
	for _, text := range []string{`2`, `42/admin,["join",{"room":7}]`, `{"type":"ping"}`} {
		n := payload.Prefix([]byte(text))
		fmt.Printf("prefix %q, heartbeat %v\n", text[:n], payload.Heartbeat(payload.Text, []byte(text)))
	}
	// Output:
	// prefix "", heartbeat false
	// prefix "42/admin,", heartbeat false
	// prefix "", heartbeat true
}
