package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const logText = `{"scenario":"test","connections":[
 {"client_addr":"10.0.0.1:1","path":"/a","subprotocol":"chat","extensions":"permessage-deflate","messages":[
  {"dir":"c2s","type":"text","len":3,"sha256":"aa"},
  {"dir":"c2s","type":"ping","len":0,"sha256":"e3"},
  {"dir":"s2c","type":"text","len":4,"sha256":"bb"},
  {"dir":"s2c","type":"binary","len":5,"sha256":"cc"},
  {"dir":"s2c","type":"close","len":0,"code":1005}]},
 {"client_addr":"10.0.0.1:2","path":"/b","refused":"403","messages":[]},
 {"client_addr":"10.0.0.1:3","path":"/c","messages":[
  {"dir":"c2s","type":"text","len":1,"sha256":"dd"},
  {"dir":"c2s","type":"text","len":2,"sha256":"ee","unconfirmed":true}]}]}`

// reported returns what an analyser without faults reports of logText.
func reported() (sessions, messages []row) {
	sessions = []row{
		{Type: "session", Session: 1, Client: "10.0.0.1:1", Path: "/a?x=1", Subprotocol: "chat", Extensions: "permessage-deflate"},
		{Type: "session", Session: 2, Client: "10.0.0.1:2", Path: "/b", State: "refused", Status: 403},
		{Type: "session", Session: 3, Client: "10.0.0.1:3", Path: "/c"},
		{Type: "summary"},
	}
	line := func(session, n int, dir, kind string, length int, sum string) {
		messages = append(messages, row{Type: "message", Session: session, N: n, Dir: dir, Kind: kind, Len: length, SHA256: sum, State: "exact"})
	}
	line(1, 1, "c2s", "text", 3, "aa")
	line(1, 2, "c2s", "ping", 0, "e3")
	line(1, 3, "s2c", "text", 4, "bb")
	line(1, 4, "s2c", "binary", 5, "cc")
	line(1, 5, "s2c", "close", 0, "")
	line(3, 1, "c2s", "text", 1, "dd")
	return sessions, messages
}

func TestCompare(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(sessions, messages *[]row)
		want   string // part of the difference; "" if there is none
	}{
		{"all as logged", func(_, m *[]row) {}, ""},
		{"the last, uncertain message reported too", func(_, m *[]row) {
			*m = append(*m, row{Type: "message", Session: 3, N: 2, Dir: "c2s", Kind: "text", Len: 2, SHA256: "ee", State: "exact"})
		}, ""},
		{"a pong that nobody logged", func(_, m *[]row) {
			*m = append(*m, row{Type: "message", Session: 1, N: 6, Dir: "s2c", Kind: "pong", State: "exact"})
		}, ""},
		{"a message is missing", func(_, m *[]row) { *m = slices.Delete(*m, 3, 4) }, "10.0.0.1:1 s2c: 2/3"},
		{"a message is false", func(_, m *[]row) { (*m)[0].SHA256 = "ab" }, "10.0.0.1:1 c2s: 1/2"},
		{"a length is false", func(_, m *[]row) { (*m)[0].Len = 4 }, "10.0.0.1:1 c2s: 1/2"},
		{"a ping is missing", func(_, m *[]row) { *m = slices.Delete(*m, 1, 2) }, "10.0.0.1:1 c2s: 1/2"},
		{"a close code that was not sent", func(_, m *[]row) { (*m)[4].Close.Code = 1000 }, "10.0.0.1:1 s2c: 2/3"},
		{"two messages change places", func(_, m *[]row) { (*m)[2], (*m)[3] = (*m)[3], (*m)[2] }, "10.0.0.1:1 s2c: 1/3"},
		{"in the other direction", func(_, m *[]row) { (*m)[0].Dir = "s2c" }, "10.0.0.1:1 c2s"},
		{"only guessed", func(_, m *[]row) { (*m)[0].State = "guessed" }, "10.0.0.1:1 c2s: 1/2"},
		{"amended later", func(_, m *[]row) {
			*m = append(*m, row{Type: "update", Session: 1, N: 1, State: "conflict"})
		}, "10.0.0.1:1 c2s: 1/2"},
		{"a session more", func(s, m *[]row) {
			*s = append(*s, row{Type: "session", Session: 4, Client: "10.0.0.9:9"})
			*m = append(*m, row{Type: "message", Session: 4, N: 1, Dir: "c2s", Kind: "text", State: "exact"})
		}, "10.0.0.9:9: a session that nobody had"},
		{"messages of a refused session", func(_, m *[]row) {
			*m = append(*m, row{Type: "message", Session: 2, N: 1, Dir: "c2s", Kind: "text", State: "exact"})
		}, "10.0.0.1:2"},
		{"another path", func(s, _ *[]row) { (*s)[0].Path = "/z" }, "path /z"},
		{"another subprotocol", func(s, _ *[]row) { (*s)[0].Subprotocol = "" }, "subprotocol"},
		{"compression not seen", func(s, _ *[]row) { (*s)[0].Extensions = "" }, "extensions"},
		{"another status", func(s, _ *[]row) { (*s)[1].Status = 400 }, "refused with 403, reported refused 400"},
		{"the refusal is missing", func(s, _ *[]row) { *s = slices.Delete(*s, 1, 2) }, "10.0.0.1:2: not reported"},
		{"a session is missing", func(s, m *[]row) { *s, *m = slices.Delete(*s, 2, 3), (*m)[:5] }, "10.0.0.1:3: not reported"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sessions, messages := reported()
			test.change(&sessions, &messages)
			got := compare(parsed(t), read(t, sessions, messages))
			if all := strings.Join(got.differences, "; "); (all == "") != (test.want == "") || !strings.Contains(all, test.want) {
				t.Errorf("differences %q, want %q", all, test.want)
			}
			if got.total != 7 || got.right > 7 || test.want == "" && got.right < 7 {
				t.Errorf("%d of %d messages are right, want 7 in all", got.right, got.total)
			}
		})
	}
}

func TestTruthful(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(messages *[]row)
		want   string
	}{
		{"all as logged", func(m *[]row) {}, ""},
		{"only a part", func(m *[]row) { *m = slices.Delete(*m, 0, 4) }, ""},
		{"a false message that is only guessed", func(m *[]row) { (*m)[0].SHA256, (*m)[0].State = "ab", "guessed" }, ""},
		{"a false message", func(m *[]row) { (*m)[0].SHA256 = "ab" }, "10.0.0.1:1 c2s: 1 of 1 exact messages are not true"},
		{"in another order", func(m *[]row) { (*m)[2], (*m)[3] = (*m)[3], (*m)[2] }, "10.0.0.1:1 s2c: 1 of 2"},
		{"of another connection", func(m *[]row) { (*m)[5].Session = 1 }, "10.0.0.1:1 c2s: 1 of 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sessions, messages := reported()
			test.change(&messages)
			all := strings.Join(truthful(parsed(t), read(t, sessions, messages)).differences, "; ")
			if (all == "") != (test.want == "") || !strings.Contains(all, test.want) {
				t.Errorf("differences %q, want %q", all, test.want)
			}
		})
	}
}

func TestMessagesOfNoSession(t *testing.T) {
	t.Parallel()
	if _, err := newReport(nil, []row{{Type: "message", Session: 1, State: "exact"}}); err == nil {
		t.Error("no error")
	}
}

func TestParseGenerated(t *testing.T) {
	t.Parallel()
	got, err := parseGenerated([]byte(`{"client":"a","dir":"c2s","len":2,"opcode":1,"sha256":"aa"}
{"client":"b","dir":"s2c","len":2,"opcode":9,"sha256":"bb"}
{"client":"a","dir":"s2c","len":5,"opcode":8,"sha256":"cc"}`))
	if err != nil || len(got.connections) != 2 || got.count() != 2 || got.connections[1].sent["s2c"][0].kind != "ping" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := parseGenerated([]byte("{")); err == nil {
		t.Error("half a line: no error")
	}
}

func TestFilesWithTruth(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a.pcap", "a.truth.json", "b.pcapng.gz", "b.truth.jsonl", "c.pcap", "d.truth.json", "d.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := withTruth(dir)
	if want := []string{filepath.Join(dir, "a.pcap"), filepath.Join(dir, "b.pcapng.gz")}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}

func TestWithoutWebSocket(t *testing.T) {
	t.Parallel()
	got, err := withoutWebSocket("../../truth/none")
	if err != nil || len(got) == 0 {
		t.Fatal(got, err)
	}
	for _, name := range got {
		if !exists(name) {
			t.Errorf("%s is listed and missing", name)
		}
	}
}

func parsed(t *testing.T) truth {
	t.Helper()
	out, err := parseTruth([]byte(logText))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func read(t *testing.T, sessions, messages []row) *report {
	t.Helper()
	r, err := newReport(sessions, messages)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestAtLeast: what is true is not enough if too little of what was sent is reported.
func TestAtLeast(t *testing.T) {
	t.Parallel()
	l, err := parseTruth([]byte(logText)) // five data messages
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		right, percent int
		want           string
	}{
		"enough": {4, 80, ""}, "nothing asked": {0, 0, ""}, "one too few": {3, 80, "3 of 5 messages sent are reported as exact, want 80 %"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := result{right: test.right}.atLeast(test.percent, l)
			if got := strings.Join(r.differences, "; "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
