package doc_test

import (
	"fmt"

	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/feedtest"
	"github.com/wspeek/wspeek/tui/rows"
)

// The first message of a session, as JSON in 40 cells.
func Example() {
	store := rows.New(rows.Limits{})
	store.Finish(feedtest.Read(pcaps.Get("jsonrpc").Data, store.Visit), nil)
	first, _ := store.Numbered(1, 1, 0)

	q := &doc.Request{Subject: doc.Subject{Entry: first.Entry, IsEntry: true}, Width: 40, Theme: draw.NewTheme(true)}
	d := q.Answer(store)
	for i := range d.Len() {
		row := q.Theme.Line(40)
		d.Draw(i, row)
		fmt.Println(row.Text())
	}
	// Output:
	// 1:1 → text from the client, 54 bytes
	// packet 8, stream bytes 224 to 284
	// json-rpc request sum #1
	//
	// {
	//   "jsonrpc": "2.0",
	//   "method": "sum",
	//   "params": [
	//     5,
	//     3
	//   ],
	//   "id": 1
	// }
}
