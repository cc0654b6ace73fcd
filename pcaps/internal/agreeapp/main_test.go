package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func values(t *testing.T, s string) (out []map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(s), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDirection(t *testing.T) {
	t.Parallel()
	messages := []message{
		{1, packets(json.RawMessage(`{"protocol":"json-rpc","event":"request","id":"1","args":[1]}`))},
		{3, packets(json.RawMessage(`[{"protocol":"json-rpc","event":"response","id":"2","reply_to":2},{"protocol":"json-rpc","event":"error","error":true}]`))},
		{4, nil},
	}
	other := []message{{2, nil}}
	for _, row := range []struct {
		name, records string
		right         int
		why           string
	}{
		{"all right", `[{"n":0,"protocol":["x","JSON_RPC"],"event":"request","args":[1],"error":false},{"n":1,"id":"2","reply_to_index":0},{"n":1,"error":true},{"n":2,"protocol":null}]`, 4, ""},
		{"another event", `[{"n":0,"event":"ack"}]`, 0, "event"},
		{"other args", `[{"n":0,"args":[2]}]`, 0, "args"},
		{"answers another", `[{"n":0,"reply_to_index":0}]`, 0, "reply_to_index"},
		{"nothing is said", `[{"n":2,"protocol":"json-rpc"}]`, 0, "no app"},
		{"something is said", `[{"n":0,"protocol":null}]`, 0, "protocol"},
		{"out of order", `[{"n":1,"error":true},{"n":1,"id":"2"}]`, 1, "not there"},
		{"more than was logged", `[{"n":1,"id":"2"}]`, 1, "more than was logged"},
	} {
		right, missed := direction(values(t, row.records), messages, other)
		if right != row.right || (row.why == "") != (len(missed) == 0) || !strings.Contains(strings.Join(missed, "\n"), row.why) {
			t.Errorf("%s: %d right, %q", row.name, right, missed)
		}
	}
}

func TestSame(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		a, b string
		want bool
	}{
		{`"a"`, `"a"`, true}, {`"1"`, `1`, true}, {`"{\"a\":1}"`, `{"a":1}`, true}, {`[1,2]`, `[2,1]`, false}, {`{"a":1}`, `{"a":1,"b":2}`, false},
		{`"hi"`, `{"base64":"aGk="}`, true}, {`{"len":2,"sha256":"x"}`, `{"base64":"aGk="}`, true}, {`null`, `null`, true}, {`null`, `0`, false},
	} {
		var a, b any
		if json.Unmarshal([]byte(row.a), &a) != nil || json.Unmarshal([]byte(row.b), &b) != nil {
			t.Fatal(row)
		}
		if got := same(a, b); got != row.want {
			t.Errorf("same(%s, %s) = %v", row.a, row.b, got)
		}
	}
}
