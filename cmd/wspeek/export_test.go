package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/har"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// ran is the outcome of a run of the program.
type ran struct {
	status   int
	out, err string
}

func wspeekRun(args ...string) ran {
	var out, words bytes.Buffer
	status := execute(args, run.Streams{In: os.Stdin, Out: &out, Err: &words})
	return ran{status, out.String(), words.String()}
}

// sampleFile puts a sample into a directory of its own.
func sampleFile(t *testing.T, s pcaps.Sample) string {
	t.Helper()
	return putFile(t, s.File, s.Data)
}

func putFile(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// exported runs an export that is to succeed (or to be incomplete), and returns what it wrote.
func exported(t *testing.T, out string, args ...string) []byte {
	t.Helper()
	got := wspeekRun(append([]string{"export", "-o", out}, args...)...)
	if got.status != run.Done && got.status != run.Incomplete {
		t.Fatalf("export %v: status %d: %s", args, got.status, got.err)
	}
	info, err := os.Lstat(out)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("%s: mode %v, want 0600", out, info.Mode())
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func eachSample(t *testing.T, f func(t *testing.T, s pcaps.Sample, path string)) {
	t.Helper()
	for _, s := range pcaps.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			f(t, s, sampleFile(t, s))
		})
	}
}

// truth is what the endpoints of a sample logged.
type truth struct {
	Connections []struct {
		Client   string `json:"client_addr"`
		Path     string
		Messages []struct{ Dir, Type, SHA256 string }
	}
}

// sums are the hashes of the data messages of a direction, as logged.
func (x *truth) sums(dir string) (sums []string) {
	for _, c := range x.Connections {
		for _, m := range c.Messages {
			if m.Dir == dir && (m.Type == "text" || m.Type == "binary") {
				sums = append(sums, m.SHA256)
			}
		}
	}
	slices.Sort(sums)
	return sums
}

func sum(p []byte) string {
	s := sha256.Sum256(p)
	return hex.EncodeToString(s[:])
}

// A HAR read with encoding/json alone holds what the endpoints logged, where the capture is whole.
func TestExportHARHasWhatTheEndpointsLogged(t *testing.T) {
	t.Parallel()
	whole := 0
	for _, name := range []string{"graphql", "socketio", "jsonrpc", "fragments-ping", "deflate", "deflate-fragments", "tunnel-connect", "port-reuse", "ipv6"} {
		s := pcaps.Get(name)
		data := exported(t, filepath.Join(t.TempDir(), "x.har"), sampleFile(t, s), "--no-redact")
		var want truth
		if err := json.Unmarshal(s.Truth, &want); err != nil {
			t.Fatal(err)
		}
		parsed, err := har.Parse(data)
		if err != nil || parsed.Damage != nil {
			t.Fatalf("%s: %v %v", name, err, parsed.Damage)
		}
		for d, dir := range map[ws.Dir]string{ws.C2S: "c2s", ws.S2C: "s2c"} {
			var got []string
			for _, x := range parsed.Sessions {
				for i := range x.Messages {
					if x.Messages[i].Dir == d {
						got = append(got, sum(x.Messages[i].Payload))
					}
				}
			}
			slices.Sort(got)
			if w := want.sums(dir); !slices.Equal(got, w) {
				t.Errorf("%s %s: got %d messages, want the %d that were logged", name, dir, len(got), len(w))
			}
			whole += len(got)
		}
	}
	if whole < 100 {
		t.Errorf("only %d messages were compared", whole)
	}
}

// jsonMessage is a line of messages --json, as far as exports hold it.
type jsonMessage struct {
	Type    string
	Session int
	N       int
	Dir     string
	Opcode  int
	Kind    string
	Time    string
	State   string
	Text    *string
	Base64  []byte
	Close   *struct{ Code *int }
}

func (m *jsonMessage) data() []byte {
	if m.Text != nil {
		return []byte(*m.Text)
	}
	return m.Base64
}

func listed(t *testing.T, path string) (ms []jsonMessage) {
	t.Helper()
	for line := range strings.Lines(wspeekRun("messages", "--json", path).out) {
		var m jsonMessage
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		switch m.Type {
		case "message":
			ms = append(ms, m)
		case "update":
			i := slices.IndexFunc(ms, func(o jsonMessage) bool { return o.Session == m.Session && o.N == m.N })
			ms[i].State = m.State
		}
	}
	return ms
}

func TestExportCSVReadsBack(t *testing.T) {
	t.Parallel()
	eachSample(t, func(t *testing.T, s pcaps.Sample, path string) {
		data := exported(t, filepath.Join(t.TempDir(), "x.csv"), path, "--no-redact")
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		column := map[string]int{}
		for i, name := range rows[0] {
			column[name] = i
		}
		want := listed(t, path)
		if len(rows)-1 != len(want) {
			t.Fatalf("got %d rows, want %d", len(rows)-1, len(want))
		}
		for i, row := range rows[1:] {
			m := want[i]
			cell := strings.TrimPrefix(row[column["data"]], "'")
			// encoding/csv reads CRLF inside quotes as LF
			text := strings.ReplaceAll(string(m.data()), "\r\n", "\n")
			if row[column["encoding"]] == "base64" {
				text = b64(m.data())
			}
			if cell != text || row[column["time"]] != m.Time || row[column["state"]] != m.State || row[column["dir"]] != m.Dir {
				t.Fatalf("row %d: got %q, want %q of %+v", i+1, row, text, m)
			}
		}
	})
}

func b64(p []byte) string {
	b, _ := json.Marshal(p)
	return strings.Trim(string(b), `"`)
}

func TestExportNDJSONIsTheListing(t *testing.T) {
	t.Parallel()
	eachSample(t, func(t *testing.T, s pcaps.Sample, path string) {
		got := exported(t, filepath.Join(t.TempDir(), "x.ndjson"), path, "--no-redact")
		if want := wspeekRun("messages", "--json", path).out; string(got) != want {
			t.Errorf("got %d bytes, want the %d of messages --json", len(got), len(want))
		}
	})
}

var numbersOfPackets = regexp.MustCompile(`"packets":\[\d+,\d+\],?|"stream":\d+,?|"(?:peer_)?session":\d+,?|"packet":\d+,?`)

// bySession is what a listing tells of each session but for the numbers that depend on the file, and for the HTTP exchanges of its
// long polling: those are on other connections.
func bySession(t *testing.T, path string) map[int]string {
	t.Helper()
	out := map[int]string{}
	for _, view := range []string{"sessions", "messages", "frames"} {
		for line := range strings.Lines(wspeekRun(view, "--json", path).out) {
			var of struct{ Session int }
			if err := json.Unmarshal([]byte(line), &of); err != nil || of.Session == 0 || strings.HasPrefix(line, `{"schema":1,"type":"summary"`) ||
				strings.HasPrefix(line, `{"schema":1,"type":"poll"`) {
				continue
			}
			out[of.Session] += numbersOfPackets.ReplaceAllString(line, "")
		}
	}
	return out
}

// A capture of the chosen sessions tells the same of them, whatever else was in the capture.
func TestHazard_O15_PacketsReadBack(t *testing.T) {
	t.Parallel()
	eachSample(t, func(t *testing.T, s pcaps.Sample, path string) {
		want := bySession(t, path)
		out := filepath.Join(t.TempDir(), "all.pcapng")
		exported(t, out, path)
		got := bySession(t, out)
		if len(got) != len(want) {
			t.Fatalf("got %d sessions, want %d", len(got), len(want))
		}
		for n := range want {
			if got[n] != want[n] {
				t.Errorf("session %d:\ngot  %s\nwant %s", n, got[n], want[n])
			}
		}
		for n := 1; n <= min(len(want), 3); n++ {
			one := filepath.Join(t.TempDir(), "one.pcapng")
			exported(t, one, path, "--session", string('0'+rune(n)))
			found := false
			for _, text := range bySession(t, one) {
				found = found || text == want[n]
			}
			if !found {
				t.Errorf("session %d alone: the same is not told of it", n)
			}
		}
	})
}

// What a message of every kind becomes in a HAR: a text that is none is not lost.
func TestExportHARKeepsWhatIsNoText(t *testing.T) {
	t.Parallel()
	var c pcaps.Conversation
	c.Upgrade(pcaps.Request{}, pcaps.Response{})
	c.SendFrames(pcaps.C2S, pcaps.Text("bad \xff"), pcaps.Text("good \u202e"), pcaps.Ping("p"))
	c.SendFrames(pcaps.S2C, pcaps.Close(1001, "gone"))
	path := putFile(t, "x.pcap", c.File())
	var log struct {
		Log struct {
			Entries []struct {
				Messages []struct {
					Type, Data string
					Opcode     int
					Time       json.Number
					Encoding   string `json:"_encoding"`
				} `json:"_webSocketMessages"`
				Close struct {
					Code   int
					Reason string
				} `json:"_webSocketClose"`
			}
		}
	}
	data := exported(t, filepath.Join(t.TempDir(), "x.har"), path, "--control")
	if err := json.Unmarshal(data, &log); err != nil || !utf8.Valid(data) {
		t.Fatal(err)
	}
	e := log.Log.Entries[0]
	var got []string
	for _, m := range e.Messages {
		got = append(got, strings.Join([]string{m.Type, m.Data, m.Encoding, m.Time.String()[:11]}, " "))
	}
	want := []string{"send YmFkIP8= base64 1767323045.", "send good \u202e  1767323045.", "send cA==  1767323045.", "receive A+lnb25l  1767323045."}
	if !slices.Equal(got, want) || e.Close.Code != 1001 || e.Close.Reason != "gone" {
		t.Errorf("got %q and %+v, want %q", got, e.Close, want)
	}
	if bytes.Contains(data, []byte("\u202e")) {
		t.Error("a bidi override stands in the file as it is")
	}
}

// A HAR compared with its own capture has no other messages.
func TestExportHARByDiff(t *testing.T) {
	t.Parallel()
	eachSample(t, func(t *testing.T, s pcaps.Sample, path string) {
		out := filepath.Join(t.TempDir(), "x.har")
		exported(t, out, path, "--no-redact")
		got := wspeekRun("diff", path, out)
		want := []int{run.Done}
		switch s.Name {
		case "lossy", "midstream", "broken-length", "broken-deflate": // what is not known cannot be compared
			want = []int{run.Done, run.Incomplete}
		}
		if !slices.Contains(want, got.status) {
			t.Errorf("status %d, want %v:\n%s%s", got.status, want, got.out, got.err)
		}
	})
}
