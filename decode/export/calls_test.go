package export_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/ws"
)

func callOf(name string, took capture.Time) *calls.Call {
	return &calls.Call{Session: &decode.Session{N: 2, Stream: 1}, Request: 3, Reply: 7, Packet: 9, Dir: ws.S2C, Protocol: "json-rpc", Name: name, ID: "17",
		At: 1_000_000_001, Took: took, HasTook: true}
}

func TestJSON_Call(t *testing.T) {
	t.Parallel()
	got := string((&export.JSON{}).Call(nil, callOf("getQuote", 1_203_000)))
	want := `{"schema":1,"type":"call","session":2,"stream":1,"request":3,"reply":7,"dir":"s2c","protocol":"json-rpc","name":"getQuote","id":"17",` +
		`"time":"1970-01-01T00:00:01.000000001Z","took":0.001203,"state":"answered"}` + "\n"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What a call does not have is absent, and strings of the wire are safe to print.
func TestJSON_CallWithoutReply(t *testing.T) {
	t.Parallel()
	c := callOf("x\u202e\x1b", 0)
	c.Reply, c.HasTook, c.State, c.ID = 0, false, calls.Unanswered, "\xff"
	c.Pair, _ = calls.ParsePair("json:$.id")
	j := &export.JSON{FileOf: func(packet int) string { return map[int]string{9: "b.pcap"}[packet] }}
	got := string(j.Call(nil, c))
	for _, want := range []string{`"file":"b.pcap"`, `"name":"x\u202e\u001b"`, `"id_base64":"/w=="`, `"state":"unanswered"`, `"pair":"$.id"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	if strings.Contains(got, "took") || strings.Contains(got, "reply") || !json.Valid([]byte(got)) {
		t.Errorf("got %s", got)
	}
}

func TestJSON_Turn(t *testing.T) {
	t.Parallel()
	c := callOf("response.create", 2e9)
	c.Items, c.First, c.State, c.HasTook = 5, 1e9, calls.Cancelled, false
	c.Turn = &calls.Turn{Model: "m", Status: "cancelled", Reason: "turn_detected", Input: -1, Output: 12, Rate: 3.5, Deltas: 5, Text: []byte("so \"far\"")}
	var got struct {
		Items int
		First float64
		Turn  map[string]any
	}
	for _, hidden := range []bool{false, true} {
		line := (&export.JSON{NoPayload: hidden}).Call(nil, c)
		got.Turn = nil
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if got.Items != 5 || got.First != 1 || got.Turn["output_tokens"] != 12.0 || got.Turn["interrupted"] != true || got.Turn["tokens_per_second"] != 3.5 ||
			got.Turn["reason"] != "turn_detected" || (got.Turn["text"] == `so "far"`) == hidden || got.Turn["input_tokens"] != nil {
			t.Errorf("no payload %v: %s", hidden, line)
		}
	}
}

func TestJSON_Calls(t *testing.T) {
	t.Parallel()
	var s calls.Stats
	for i := range 100 {
		c := callOf("q", capture.Time(i+1)*1e6)
		if i == 0 {
			c.State = calls.Failed
		}
		if i < 2 {
			c.Items, c.First = 3, 5e5
		}
		s.Add(c)
	}
	s.Add(&calls.Call{Protocol: "json-rpc", Name: "q", State: calls.Unanswered})
	got := string((&export.JSON{}).Calls(nil, s.Summaries()[0]))
	want := `{"schema":1,"type":"calls","protocol":"json-rpc","name":"q","count":101,"errors":1,"unanswered":1,"cancelled":0,` +
		`"p50":0.05,"p95":0.095,"p99":0.099,"max":0.1,"first":{"p50":0.0005,"p95":0.0005,"p99":0.0005,"max":0.0005},"items":6,` +
		`"histogram":[[0.001,1],[0.002,1],[0.005,3],[0.01,5],[0.02,10],[0.05,30],[0.1,50]]}` + "\n"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var none calls.Stats
	none.Add(&calls.Call{Name: "never", State: calls.Unanswered})
	if got := string((&export.JSON{}).Calls(nil, none.Summaries()[0])); strings.Contains(got, "p95") || strings.Contains(got, "histogram") {
		t.Errorf("nothing was measured: %s", got)
	}
}

func TestText_Calls(t *testing.T) {
	t.Parallel()
	var s calls.Stats
	var n calls.Notable
	for i := range 100 {
		c := callOf("getQuote", capture.Time(i%10+1)*1e6)
		s.Add(c)
		n.Add(c)
	}
	bad := callOf("get\x1b[2J", 9_490_000_000)
	bad.State = calls.Failed
	s.Add(bad)
	n.Add(bad)
	s.Add(&calls.Call{Session: bad.Session, State: calls.Unanswered})
	text := &export.Text{}
	got := string(text.Calls(text.Notable(nil, &n), s.Summaries()))
	want := `slowest    ← 2:3, 2:7               0.000000     9.49 s  get\x1b[2J  17  error
slowest    ← 2:3, 2:7               0.000000    10.0 ms  getQuote  17
slowest    ← 2:3, 2:7               0.000000    10.0 ms  getQuote  17
error      ← 2:3, 2:7               0.000000     9.49 s  get\x1b[2J  17  error

name          count errors unanswered      p50      p95      p99      max  500 µs to 10.0 s
get\x1b[2J        1      1          0   9.49 s   9.49 s   9.49 s   9.49 s              ▁
getQuote        100      0          0  5.00 ms  10.0 ms  10.0 ms  10.0 ms  ▅▅▇█
(no name)         1      0          1        -        -        -        -
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(text.Calls(nil, nil)) > 0 || len(text.Notable(nil, &calls.Notable{})) > 0 {
		t.Error("something is written of no calls")
	}
}

func TestText_Turn(t *testing.T) {
	t.Parallel()
	c := callOf("response.create", 0)
	c.Items, c.First, c.Open, c.HasTook, c.ID = 5, 1e8, true, false, "resp_1"
	c.Turn = &calls.Turn{Model: "m", Input: -1, Output: 12, Rate: 3.5, Text: []byte("a\nlong text")}
	var s calls.Stats
	s.Add(c)
	got := string((&export.Text{Preview: 6}).Call(nil, c))
	want := "← 2:3, 2:7               0.000000          -  response.create  5 items, first after 100 ms, not ended  m  12 tokens, 3.5 a second\n    a\\nlong... (5 more)\n"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := string((&export.Text{}).Calls(nil, s.Summaries())); !strings.Contains(got, "first token: p50 100 ms") || !strings.Contains(got, "12 tokens of output, 0 interrupted") {
		t.Errorf("got %s", got)
	}
}

// What a name has besides times: streams that were cancelled, names and ids longer than a column.
func TestText_CallsOfManyKinds(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 60)
	var s calls.Stats
	stream := callOf(long, 0)
	stream.Items, stream.First, stream.HasTook, stream.State, stream.ID = 3, 2e6, false, calls.Cancelled, strings.Repeat("i", 60)
	s.Add(stream)
	text := &export.Text{Color: true}
	for _, tt := range []struct{ name, got, want string }{
		{"a name is cut", string(text.Call(nil, stream)), strings.Repeat("n", 39) + "…"},
		{"an id is cut", string(text.Call(nil, stream)), strings.Repeat("i", 39) + "…"},
		{"a state in colour", string(text.Call(nil, stream)), "\x1b[31mcancelled\x1b[0m"},
		{"items", string(text.Call(nil, stream)), "3 items, first after 2.00 ms"},
		{"cancelled in the table", string(text.Calls(nil, s.Summaries())), "first item: p50 2.00 ms, p95 2.00 ms, p99 2.00 ms, max 2.00 ms; 3 items, 1 cancelled\n"},
		{"a head in colour", string(text.Calls(nil, s.Summaries())), "\x1b[1mname "},
	} {
		if !strings.Contains(tt.got, tt.want) {
			t.Errorf("%s: %q is not in %q", tt.name, tt.want, tt.got)
		}
	}
	stream.Turn = &calls.Turn{Input: 4, Output: -1, Text: []byte("secret"), TextCut: true}
	if got := string((&export.Text{NoPayload: true}).Call(nil, stream)); strings.Contains(got, "secret") || strings.Contains(got, "token") {
		t.Errorf("without payload: %s", got)
	}
	if got := string((&export.JSON{}).Call(nil, stream)); !strings.Contains(got, `"input_tokens":4,"deltas":0,"interrupted":true,"text":"secret","text_cut":true}}`) {
		t.Errorf("got %s", got)
	}
}

func TestJSON_TimesAreExact(t *testing.T) {
	t.Parallel()
	for d, want := range map[capture.Time]string{0: "0", 1: "0.000000001", 1e9: "1", 1_500_000_000: "1.5", 9_490_000_001: "9.490000001", 1e12: "1000"} {
		if got := string((&export.JSON{}).Call(nil, callOf("x", d))); !strings.Contains(got, `"took":`+want+`,"state"`) {
			t.Errorf("%d ns: %s, want %s", d, got, want)
		}
	}
	var s calls.Stats
	s.Add(callOf("x", 2e12))
	if got := string((&export.JSON{}).Calls(nil, s.Summaries()[0])); !strings.Contains(got, `"max":2000,"histogram":[[null,1]]`) {
		t.Errorf("beyond the last step: %s", got)
	}
}
