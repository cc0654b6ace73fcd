package payload_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

func TestJSONRPC(t *testing.T) {
	t.Parallel()
	got, _ := said(t, payload.Opening{}, payload.ReaderOptions{},
		`> {"jsonrpc":"2.0","method":"add","params":[1,2],"id":1}`,
		`> {"jsonrpc":"2.0","method":"add","params":[1,2],"id":"1"}`,
		`< {"jsonrpc":"2.0","result":3,"id":"1"}`,
		`< {"jsonrpc":"2.0","error":{"code":-1,"message":"no"},"id":1}`,
		`< {"jsonrpc":"2.0","method":"ask","id":1}`,
		`> {"jsonrpc":"2.0","result":null,"id":1}`,
		`> [{"jsonrpc":"2.0","method":"a","id":7},{"jsonrpc":"2.0","method":"note"}]`,
		`< [{"jsonrpc":"2.0","result":1,"id":7}]`,
		`< [{"jsonrpc":"2.0","result":1,"id":7},1]`, // half a batch is none
		`< {"jsonrpc":"1.0","result":1,"id":7}`,
		`< {"jsonrpc":"2.0","result":1,"id":8`,
		`> {"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}`,
	)
	want := []string{
		"1 json-rpc/request/add#1", "2 json-rpc/request/add#1", "3 json-rpc/response#1>2", "4 json-rpc/error#1>1!",
		"5 json-rpc/request/ask#1", "6 json-rpc/response#1>5", "7 json-rpc/request/a#7,json-rpc/notification/note", "8 json-rpc/response#7>7",
		"9 ", "10 ", "11 ", "12 json-rpc/notification/$/cancelRequest",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestJSONRPC_WhatIsBuiltOnIt(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, message, want string }{
		{"MCP", `{"method":"initialize","params":{"protocolVersion":"2025-11-25","clientInfo":{}},"jsonrpc":"2.0","id":0}`, "mcp"},
		{"LSP", `{"method":"initialize","params":{"processId":1,"capabilities":{}},"jsonrpc":"2.0","id":0}`, "lsp"},
		{"Ethereum", `{"method":"eth_subscribe","params":["newHeads"],"jsonrpc":"2.0","id":0}`, "ethereum"},
		{"another initialize", `{"method":"initialize","params":{},"jsonrpc":"2.0","id":0}`, "json-rpc"},
	} {
		got, _ := said(t, payload.Opening{}, payload.ReaderOptions{}, "> "+row.message)
		if len(got) != 1 || !strings.HasPrefix(got[0], "1 "+row.want+"/request/") {
			t.Errorf("%s: got %q", row.name, got)
		}
	}
}

func TestJSONRPC_ChatIsNotClaimed(t *testing.T) {
	t.Parallel()
	got, r := said(t, payload.Opening{}, payload.ReaderOptions{}, `> {"text":"\"jsonrpc\":\"2.0\" is nice"}`, `> {"jsonrpc":"2.0"}`, `> {"method":"x","id":1}`, "> jsonrpc")
	if want := []string{"1 ", "2 ", "3 ", "4 "}; !slices.Equal(got, want) || r.Protocol() != nil {
		t.Errorf("got %q, want %q", got, want)
	}
}
