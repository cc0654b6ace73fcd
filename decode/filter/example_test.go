package filter_test

import (
	"errors"
	"fmt"

	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/ws"
)

func Example() {
	f, err := filter.Compile(`websocket.opcode == text && ws.len > 3`)
	if err != nil {
		panic(err)
	}
	m := &ws.Message{Opcode: ws.OpText, Len: 5, Payload: []byte("Hello")}
	fmt.Println(f.Match(&filter.Row{Message: m}))

	_, err = filter.Compile(`websocket.opcod == text`)
	var bad *filter.Error
	if errors.As(err, &bad) {
		fmt.Println(bad.Pos, bad.End, bad)
	}
	// Output:
	// true
	// 0 15 column 1: unknown field websocket.opcod; did you mean websocket.opcode?
}
