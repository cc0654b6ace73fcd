package pairing

import (
	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/payload"
)

// begin makes what takes the messages of a session apart.
func begin(*payload.Opening) calls.Apps { return nil }
