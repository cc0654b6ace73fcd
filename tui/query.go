package tui

import (
	"bytes"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

// query is a display filter, compiled.
type query struct {
	text  string
	match func(*decode.Session, *ws.Message, func() []byte) bool
	// find finds what matched within a payload, nil where the query looks at no payload.
	find finder
}

// compile makes a query of what a person typed; nil for nothing but blanks.
func compile(text string) (*query, error) {
	w := bytes.TrimSpace([]byte(text))
	if len(w) == 0 {
		return nil, nil
	}
	return &query{text: text, find: words([][]byte{w}), match: func(_ *decode.Session, _ *ws.Message, payload func() []byte) bool {
		return bytes.Contains(payload(), w)
	}}, nil
}

// fields are the names that a filter may use, for completion.
func fields() []string { return nil }
