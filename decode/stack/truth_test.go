package stack_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// truth is what the endpoints of a capture logged (pcaps/README.md).
type truth struct {
	Connections []truthConn
}

type truthConn struct {
	Client        string         `json:"client_addr"`
	Path          string         `json:"path"`
	Subprotocol   string         `json:"subprotocol"`
	Extensions    string         `json:"extensions"`
	Refused       any            `json:"refused"`
	TailUncertain []string       `json:"tail_uncertain"`
	Messages      []truthMessage `json:"messages"`
}

type truthMessage struct {
	Dir, Type   string
	Len         int64
	SHA256      string
	Code        *int
	Unconfirmed bool
}

func truthOf(t testing.TB, raw []byte) *truth {
	t.Helper()
	var v truth
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return &v
}

// item is a message in the form in which truth and telling are compared.
type item struct {
	kind string
	len  int64
	sum  string
	code int
}

// noCode stands for a close without a code; a truth may write that as 1005.
const noCode = 1005

func makeItem(kind string, n int64, sum string, code int) item {
	if n == 0 {
		sum = ""
	}
	if kind != "close" || code < 0 {
		code = noCode
	}
	return item{kind, n, sum, code}
}

func (i item) data() bool { return i.kind == "text" || i.kind == "binary" }

func (i item) String() string {
	return fmt.Sprintf("%s %d bytes %.8s code %d", i.kind, i.len, i.sum, i.code)
}

func (c *truthConn) items(d ws.Dir, dataOnly bool) []item {
	var out []item
	for _, m := range c.Messages {
		code := -1
		if m.Code != nil {
			code = *m.Code
		}
		if i := makeItem(m.Type, m.Len, m.SHA256, code); m.Dir == d.String() && (i.data() || !dataOnly) {
			out = append(out, i)
		}
	}
	return out
}

// loose is how many of the last messages of a direction may or may not have been sent.
func (c *truthConn) loose(d ws.Dir) int {
	if slices.Contains(c.TailUncertain, d.String()) {
		return 8
	}
	for _, m := range slices.Backward(c.Messages) {
		if m.Dir == d.String() {
			if m.Unconfirmed {
				return 1
			}
			break
		}
	}
	return 0
}

// exact are the messages of a session and direction that are reported as exact.
func (r *result) exact(session int, d ws.Dir, dataOnly bool) []item {
	var out []item
	for _, m := range r.of(session, d) {
		i := makeItem(m.Opcode.String(), m.Len, m.sum, m.CloseCode)
		if m.State == ws.Exact && (i.data() || !dataOnly) {
			out = append(out, i)
		}
	}
	return out
}

// lies counts what is reported as exact and not true, in the order of its connection.
func (r *result) lies(v *truth) (out []string, exact int) {
	for _, s := range r.sessions {
		for d := ws.C2S; d <= ws.S2C; d++ {
			got := r.exact(s.N, d, true)
			exact += len(got)
			best, wrong := 0, item{}
			for i := range v.Connections {
				c := &v.Connections[i]
				if c.Client == "" || c.Client == "?" || c.Client == s.Client.String() {
					if n, first := inOrder(got, c.items(d, true)); n >= best {
						best, wrong = n, first
					}
				}
			}
			if best < len(got) {
				out = append(out, fmt.Sprintf("session %d (%v) %s: %d of %d told as exact are not true; the first is %v",
					s.N, s.Client, d, len(got)-best, len(got), wrong))
			}
		}
	}
	return out, exact
}

// inOrder is how many of got are in want in this order, and the first that is not.
func inOrder(got, want []item) (hits int, first item) {
	at, found := 0, true
	for _, g := range got {
		if i := slices.Index(want[at:], g); i >= 0 {
			at, hits = at+i+1, hits+1
		} else if found {
			first, found = g, false
		}
	}
	return hits, first
}

// missed compares a session with the whole truth of its connection and says what differs.
func (r *result) missed(s *decode.Session, c *truthConn) (out []string) {
	for d := ws.C2S; d <= ws.S2C; d++ {
		want, got := c.items(d, true), r.exact(s.N, d, true)
		loose := c.loose(d)
		n := min(len(want), len(got))
		if same := slices.Equal(want[:n], got[:n]); !same || max(len(want), len(got))-n > loose {
			out = append(out, fmt.Sprintf("%s: got %v, want %v", d, got, want))
		}
		have := r.exact(s.N, d, false)
		for _, w := range c.items(d, false) {
			i := slices.Index(have, w)
			if i < 0 && !w.data() && loose == 0 {
				out = append(out, fmt.Sprintf("%s: %v was not told", d, w))
			}
			if i >= 0 {
				have = slices.Delete(have, i, i+1)
			}
		}
	}
	return append(out, described(s, c)...)
}

func described(s *decode.Session, c *truthConn) (out []string) {
	path, _, _ := strings.Cut(s.Path, "?")
	if c.Path != "" && c.Path != s.Path && c.Path != path {
		out = append(out, fmt.Sprintf("path %q, want %q", s.Path, c.Path))
	}
	if c.Subprotocol != s.Subprotocol {
		out = append(out, fmt.Sprintf("subprotocol %q, want %q", s.Subprotocol, c.Subprotocol))
	}
	if strings.Contains(c.Extensions, "permessage-deflate") && !strings.Contains(s.Extensions, "permessage-deflate") {
		out = append(out, fmt.Sprintf("extensions %q, want %q", s.Extensions, c.Extensions))
	}
	if n, err := strconv.Atoi(fmt.Sprint(c.Refused)); err == nil && (s.State != decode.Refused || s.Status != n) {
		out = append(out, fmt.Sprintf("%v with status %d, want refused with %d", s.State, s.Status, n))
	}
	return out
}

// disagreements compares a whole capture with its truth: each connection is reported by one session, and no
// session is reported besides.
func (r *result) disagreements(v *truth) (out []string) {
	free := slices.Clone(r.sessions)
	for i := range v.Connections {
		c := &v.Connections[i]
		var best []string
		pick := -1
		for k, s := range free {
			if c.Client == "?" || c.Client == "" || c.Client == s.Client.String() {
				if wrong := r.missed(s, c); pick < 0 || len(wrong) < len(best) {
					pick, best = k, wrong
				}
			}
		}
		if pick < 0 {
			out = append(out, c.Client+": no session")
			continue
		}
		for _, b := range best {
			out = append(out, c.Client+": "+b)
		}
		free = slices.Delete(free, pick, pick+1)
	}
	for _, s := range free {
		out = append(out, fmt.Sprintf("%v: a session that nobody held", s.Client))
	}
	return out
}

// TestTruth holds each sample against what its endpoints logged.
func TestTruth(t *testing.T) {
	t.Parallel()
	for _, s := range pcaps.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			r, v := decodeAll(t, s.Data, everything), truthOf(t, s.Truth)
			r.mustHold(t)
			if s.Incomplete {
				lies, exact := r.lies(v)
				if exact == 0 && s.Name != "midstream" {
					t.Error("nothing was told as exact")
				}
				for _, l := range lies {
					t.Error(l)
				}
				return
			}
			for _, d := range r.disagreements(v) {
				t.Error(d)
			}
		})
	}
}

// Spreading the connections over Decoders, and the size of batches, change nothing.
func TestShardsAndBatchesDoNotShow(t *testing.T) {
	t.Parallel()
	for _, s := range pcaps.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			how := everything
			how.lines = true
			want := decodeAll(t, s.Data, how)
			for _, how.shards = range []int{2, 4} {
				for _, how.batch = range []int{0, 1, 3000} {
					got := decodeAll(t, s.Data, how)
					for _, v := range views {
						if string(got.lines[v]) != string(want.lines[v]) {
							t.Fatalf("%d shards, batches of %d: %s\ngot  %s\nwant %s", how.shards, how.batch, v, got.lines[v], want.lines[v])
						}
					}
				}
			}
		})
	}
}
