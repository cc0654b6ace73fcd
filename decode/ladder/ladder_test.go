package ladder_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ladder"
	"github.com/wspeek/wspeek/decode/stack"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/reassembly"
)

// trace decodes a capture file.
func traceOf(t testing.TB, file []byte) *trace.Trace {
	t.Helper()
	in, err := capture.NewReader(bytes.NewReader(file), "test", capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var (
		merger stack.Merger
		packs  capture.Batch
		dis    reassembly.Dissector
		told   decode.Batch
	)
	tr := trace.New(&trace.Memory{})
	d := stack.NewDecoder(decode.Options{Keep: true, Frames: true})
	for {
		if err := in.ReadBatch(&packs); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		var segs []reassembly.Segment
		for i := range packs.Packets {
			var s reassembly.Segment
			if dis.Segment(&packs.Packets[i], &s) == reassembly.OK {
				segs = append(segs, s)
			}
		}
		d.Decode(segs, &told)
		if err := merger.Merge([]*decode.Batch{&told}, tr.Apply); err != nil {
			t.Fatal(err)
		}
	}
	d.Finish(&told)
	if err := merger.Merge([]*decode.Batch{&told}, tr.Apply); err != nil {
		t.Fatal(err)
	}
	return tr
}

// draw is a ladder as lines of text.
func draw(t testing.TB, tr *trace.Trace, session int, o ladder.Options, d ladder.Draw) []string {
	t.Helper()
	rows, err := ladder.Rows(tr, session, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) > 0 {
		d.First = rows[0].At.Time
	}
	var out []byte
	for _, l := range d.Head(tr.Session(session)) {
		out = d.Append(out, l)
	}
	for i := range rows {
		out = d.Append(out, d.Row(&rows[i]))
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

func TestSamples(t *testing.T) {
	t.Parallel()
	for _, s := range pcaps.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			tr := traceOf(t, s.Data)
			var out []byte
			for n := 1; n <= tr.Sessions(); n++ {
				for _, l := range draw(t, tr, n, ladder.Options{}, ladder.Draw{}) {
					out = append(append(out, l...), '\n')
				}
				for _, l := range draw(t, tr, n, ladder.Options{Frames: true, TCP: true}, ladder.Draw{Width: 100, ASCII: true}) {
					out = append(append(out, l...), '\n')
				}
			}
			pcaps.Golden(t, s.Name, out)
		})
	}
}

// Every line is exactly as wide as was asked for, whatever is on the wire.
func TestWidth(t *testing.T) {
	t.Parallel()
	for _, s := range pcaps.Samples() {
		tr := traceOf(t, s.Data)
		for _, w := range []int{60, 61, 79, 80, 133, 200} {
			for n := 1; n <= tr.Sessions(); n++ {
				for _, l := range draw(t, tr, n, ladder.Options{Frames: w%2 == 0, TCP: true}, ladder.Draw{Width: w, Color: true}) {
					if got := ansi.StringWidth(l); got != w {
						t.Errorf("%s session %d: %d columns, want %d: %q", s.Name, n, got, w, l)
					}
				}
			}
		}
	}
}

func TestColorIsNeverTheOnlySign(t *testing.T) {
	t.Parallel()
	tr := traceOf(t, pcaps.Get("broken-rules").Data)
	plain := draw(t, tr, 1, ladder.Options{}, ladder.Draw{})
	for i, l := range draw(t, tr, 1, ladder.Options{}, ladder.Draw{Color: true}) {
		if ansi.Strip(l) != plain[i] {
			t.Errorf("in colour %q, without %q", ansi.Strip(l), plain[i])
		}
	}
	if all := strings.Join(plain, "\n"); strings.Contains(all, "\x1b") || !strings.Contains(all, "!ws.mask-required") {
		t.Errorf("no mark, or colour:\n%s", all)
	}
}

var key = [4]byte{1, 2, 3, 4}

func TestGapsAndTCP(t *testing.T) {
	t.Parallel()
	c := &pcaps.Conversation{}
	c.Upgrade(pcaps.Request{Target: "/chat"}, pcaps.Response{})
	c.Push(pcaps.C2S, pcaps.Text("one").Masked(key).Bytes())
	s := c.Segment(pcaps.S2C)
	s.Payload = pcaps.Text("two").Bytes()
	for i := range 3 {
		s.ID = uint16(500 + i)
		c.Put(s)
	}
	c.Skip(pcaps.S2C, len(s.Payload))
	c.Wait(30200*time.Millisecond - time.Millisecond)
	c.Push(pcaps.C2S, pcaps.Text("three\x1b[31m").Masked(key).Bytes())
	c.Rst(pcaps.S2C)
	tr := traceOf(t, c.File())
	var got []string
	for _, l := range draw(t, tr, 1, ladder.Options{TCP: true}, ladder.Draw{ASCII: true}) {
		got = append(got, strings.TrimRight(l, " "))
	}
	pcaps.Golden(t, "gaps-and-tcp", []byte(strings.Join(got, "\n")+"\n"))
	all := strings.Join(got, "\n")
	for _, want := range []string{"... 30.2 s ...", "TCP: 2 segments sent again, packets 10 to 11", "<.. TCP: RST", "TCP opened (packet 1)", `three\x1b[31m`, "GET /chat", "101 Switching Protocols"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
	for _, r := range all {
		if r > 0x7e {
			t.Fatalf("%q in an ASCII ladder", r)
		}
	}
}

func TestFirstMessages(t *testing.T) {
	t.Parallel()
	tr := traceOf(t, pcaps.Get("deflate").Data)
	rows, err := ladder.Rows(tr, 1, ladder.Options{Messages: 3})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range rows {
		if r.Message > 0 {
			n++
		}
	}
	if last := rows[len(rows)-1]; n != 3 || last.Text != "more messages follow" {
		t.Errorf("%d messages, last row %+v", n, last)
	}
	if rows, _ := ladder.Rows(tr, 7, ladder.Options{}); len(rows) != 0 {
		t.Errorf("session 7 has %d rows, want none", len(rows))
	}
}

// Times never go back in a ladder of a capture in order, and each message has one row.
func TestOrder(t *testing.T) {
	t.Parallel()
	for _, s := range pcaps.Samples() {
		tr := traceOf(t, s.Data)
		for n := 1; n <= tr.Sessions(); n++ {
			rows, _ := ladder.Rows(tr, n, ladder.Options{TCP: true})
			seen, last := map[int]int{}, 0
			for _, r := range rows {
				if seen[r.Message]++; r.Message > 0 && seen[r.Message] > 1 {
					t.Errorf("%s: message %d:%d stands %d times", s.Name, n, r.Message, seen[r.Message])
				}
				if r.At.Packet < last {
					t.Errorf("%s: packet %d stands after %d", s.Name, r.At.Packet, last)
				}
				last = r.At.Packet
			}
			want := 0
			for m := 1; m <= tr.MessageCount(n); m++ {
				if tr.Index(n, m) >= 0 {
					want++
				}
			}
			delete(seen, 0)
			if len(seen) != want {
				t.Errorf("%s session %d: %d messages, want %d", s.Name, n, len(seen), want)
			}
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	tr := traceOf(b, pcaps.Get("deflate").Data)
	d := ladder.Draw{Width: 120}
	var out []byte
	for b.Loop() {
		rows, _ := ladder.Rows(tr, 1, ladder.Options{})
		for i := range rows {
			out = d.Append(out[:0], d.Row(&rows[i]))
		}
	}
	_ = fmt.Sprint(len(out))
}

func TestNarrowWithoutTimes(t *testing.T) {
	t.Parallel()
	r := ladder.Row{Kind: ladder.Data, Dir: ws.C2S, Message: 1, Text: "text 5 B", Preview: "hello", Since: 1e9, At: ws.Stamp{Time: 5e9}}
	for _, w := range []int{1, ladder.MinBare, 38, 59, 80} {
		d := ladder.Draw{Width: w, NoTime: true}
		line := strings.TrimRight(string(d.Append(nil, d.Row(&r))), "\n")
		if got, want := ansi.StringWidth(line), max(w, ladder.MinBare); got != want || !strings.HasPrefix(line, " │") || !strings.HasSuffix(line, "▶│") {
			t.Errorf("width %d: %d cells: %q", w, got, line)
		}
	}
}

func TestPauseGivesUp(t *testing.T) {
	t.Parallel()
	tr := traceOf(t, pcaps.Get("jsonrpc").Data)
	calls := 0
	rows, err := ladder.Rows(tr, 1, ladder.Options{Pause: func() bool { calls++; return calls < 4 }})
	if err != nil || calls != 4 {
		t.Fatalf("%d calls, %v", calls, err)
	}
	if last := rows[len(rows)-1]; last.Kind != ladder.Remark || rows[len(rows)-2].Message != 3 {
		t.Errorf("the last rows are %+v", rows[len(rows)-2:])
	}
}
