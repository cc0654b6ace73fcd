package diff

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

func textSide(parts [][]byte) *Side {
	s := &Side{Info: &decode.Session{N: 1}, Control: true}
	for i, p := range parts {
		m := ws.Message{N: i + 1, Dir: ws.Dir(i % 2), Opcode: ws.OpText, Len: int64(len(p)), Payload: p, ValidUTF8: utf8.Valid(p), CloseCode: -1}
		if len(p) > 0 && p[0] == 'P' {
			m.Opcode = ws.OpPing
		}
		if !m.ValidUTF8 {
			m.Opcode = ws.OpBinary
		}
		s.Messages = append(s.Messages, m)
	}
	return s
}

// FuzzCompare holds what is true of every comparison: each message has one row, a session is the same as itself, and
// what is strictly the same has the same bytes or the same structure.
func FuzzCompare(f *testing.F) {
	f.Add([]byte("a\nb\nc"), []byte("a\nc\nb\nd"))
	f.Add([]byte("{\"id\":1,\"t\":[1,2]}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4}"), []byte("{\"id\":11}\n{\"id\":12}\n{\"id\":13,\"x\":\"eyJh.eyJh.x\"}\n"))
	f.Add([]byte("Pone\n\xff\x00\x01\n2f1e8a3c-1111-4222-8333-444455556666"), []byte("\xff\x01\x01\nPtwo 2026-11-20T10:00:00Z"))
	f.Fuzz(func(t *testing.T, x, y []byte) {
		a, b := textSide(bytes.Split(x, []byte("\n"))), textSide(bytes.Split(y, []byte("\n")))
		opt := &Options{Wire: true, Timing: true}
		_ = opt.Ignore.Add("re:z+")
		_ = opt.Ignore.Add("json:$..z")
		c := Compare(a, b, opt)
		rows(t, c)
		if self := Compare(a, a, opt); self.Different() || self.Uncertain() {
			t.Fatalf("differs from itself: %v", self.Counts)
		}
		strict := Compare(a, b, &Options{Strict: true})
		for _, p := range strict.Pairs {
			if p.State == Same {
				alikeBytes(t, a.Messages[p.A].Payload, b.Messages[p.B].Payload)
			}
		}
		text := Text{Width: 60, SideBySide: len(x)%2 == 0, Context: 1}
		inert(t, text.Comparison(nil, c))
		var j JSON
		for _, l := range bytes.SplitAfter(bytes.TrimSuffix(j.Comparison(nil, c), []byte("\n")), []byte("\n")) {
			inert(t, l)
			if !json.Valid(l) {
				t.Fatalf("not JSON: %s", l)
			}
		}
	})
}

func rows(t *testing.T, c *Comparison) {
	t.Helper()
	a, b := make([]int, len(c.A.Messages)), make([]int, len(c.B.Messages))
	for _, p := range c.Pairs {
		if p.A >= 0 {
			a[p.A]++
		}
		if p.B >= 0 {
			b[p.B]++
		}
	}
	for _, side := range [][]int{a, b} {
		for i, n := range side {
			if n != 1 {
				t.Fatalf("message %d has %d rows", i+1, n)
			}
		}
	}
}

// alikeBytes wants the same bytes, or JSON that another parser takes for the same.
func alikeBytes(t *testing.T, a, b []byte) {
	t.Helper()
	if bytes.Equal(a, b) {
		return
	}
	ia, ib := bytes.IndexAny(a, "{["), bytes.IndexAny(b, "{[")
	if ia < 0 || ib < 0 || !bytes.Equal(a[:ia], b[:ib]) {
		t.Fatalf("%q and %q are the same", a, b)
	}
	canon := func(p []byte) string {
		var v any
		d := json.NewDecoder(bytes.NewReader(p))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%q: %v", p, err)
		}
		out, _ := json.Marshal(v)
		return string(out)
	}
	if x, y := canon(a[ia:]), canon(b[ib:]); x != y {
		t.Fatalf("%s and %s are the same", x, y)
	}
}

func inert(t *testing.T, out []byte) {
	t.Helper()
	if !utf8.Valid(out) {
		t.Fatalf("not UTF-8: %q", out)
	}
	for _, r := range string(out) {
		if r != '\n' && show.Hidden(r) {
			t.Fatalf("%U in %q", r, out)
		}
	}
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{"$.a.b", "$..id", "$.l[*].x", "$['a b'][0]", "$..[1]", "$..*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePath(s)
		if err == nil {
			matchPath(p, []step{{key: "a", index: -1}, {index: 0}, {key: "b", index: -1}})
		}
	})
}
