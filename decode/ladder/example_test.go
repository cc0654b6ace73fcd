package ladder_test

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/ladder"
	"github.com/wspeek/wspeek/decode/ws"
)

func ExampleDraw() {
	d := ladder.Draw{Width: 60, ASCII: true}
	for _, r := range []ladder.Row{
		{Kind: ladder.Data, Dir: ws.C2S, Message: 1, Text: "text 5 B", Preview: "hello"},
		{Kind: ladder.Gap, Since: 30e9, Text: "30.0 s"},
		{Kind: ladder.Close, Dir: ws.S2C, At: ws.Stamp{Packet: 9, Time: 30e9}, Since: 30e9, Message: 2, Text: "close 1001 Going Away"},
	} {
		fmt.Print(string(d.Append(nil, d.Row(&r))))
	}
	// Output:
	//     0.000           |-- 1 text 5 B  hello ---------------->|
	//                     |            ... 30.0 s ...            |
	//    30.000   +30.0 s |<-- 2 close 1001 Going Away ----------|
}
