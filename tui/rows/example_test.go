package rows_test

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/tui/feedtest"
	"github.com/wspeek/wspeek/tui/rows"
)

// A filter lists the messages that a query matches; the screen copies the rows that it shows.
func Example() {
	store := rows.New(rows.Limits{})
	store.Finish(feedtest.Read(pcaps.Get("jsonrpc").Data, store.Visit), nil)

	query, _ := rows.Compile(`ws.json.error`)
	shown := rows.NewFilter(rows.Spec{Session: 1, Query: query})
	shown.Scan(store)
	for _, c := range shown.Cells(store, 0, 10) {
		fmt.Println(c.Message.N, string(c.Preview))
	}
	store.Look(func(t *trace.Trace) { fmt.Println("of", t.Len()) })
	// Output:
	// 4 {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":2}
	// 6 {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":null}
	// of 14
}
