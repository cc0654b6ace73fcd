package rows

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/tui/feedtest"
)

// storeOf is a store of a capture, read to its end.
func storeOf(t interface{ Fatal(...any) }, data []byte) *Store {
	s := New(Limits{})
	if err := feedtest.Read(data, s.Visit); err != nil {
		t.Fatal(err)
	}
	s.Finish(nil, nil)
	return s
}

var samples = []string{"jsonrpc", "graphql", "broken-rules", "lossy", "fragments-ping", "port-reuse", "deflate-fragments"}

// shownBy are the indexes of messages that a spec shows, by asking each of them alone.
func shownBy(s *Store, spec Spec) (out []int) {
	s.Look(func(t *trace.Trace) {
		for i := range t.Len() {
			n, m := t.Message(i)
			m.Payload, _ = t.Payload(i)
			row := filter.Row{Session: t.Session(n), Message: m, Frames: func() []ws.Frame { return t.MessageFrames(n, m.N, MaxFrames) }}
			chip := chips[spec.Chip].ok
			switch {
			case spec.Session != 0 && spec.Session != n,
				chip != nil && !chip(m),
				spec.NoControl && (m.Opcode == ws.OpPing || m.Opcode == ws.OpPong),
				spec.NoHeartbeats && filter.Heartbeat(m, nil, m.Payload),
				spec.Query != nil && !spec.Query.filter.Match(&row):
				continue
			}
			out = append(out, i)
		}
	})
	return out
}

// A filter shows the messages that each part of its spec shows, and no others.
func TestFilterShowsWhatItsSpecSays(t *testing.T) {
	t.Parallel()
	for _, name := range samples {
		s := storeOf(t, pcaps.Get(name).Data)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				spec := Spec{
					Session:      rapid.IntRange(0, 2).Draw(t, "session"),
					Chip:         Chip(rapid.IntRange(int(All), int(Findings)).Draw(t, "chip")),
					NoHeartbeats: rapid.Bool().Draw(t, "no heartbeats"),
					NoControl:    rapid.Bool().Draw(t, "no control"),
					Query: compiled(t, rapid.SampledFrom([]string{"", "", "a", "websocket.opcode == 1", "ws.len > 20", "ws.dir == c2s",
						"websocket.fin == 1", "ws.json", "!ws.compressed"}).Draw(t, "query")),
				}
				v := NewFilter(spec)
				v.Scan(s)
				var got []int
				for k := range v.rows {
					if c, ok := v.At(s, k); ok && c.Kind == OfMessage {
						got = append(got, c.Index)
					}
				}
				if want := shownBy(s, spec); !slices.Equal(got, want) {
					t.Fatalf("got %v, want %v", got, want)
				}
				if rows, done, of := v.Progress(s); rows != len(v.rows) || done != of || v.Behind(s) {
					t.Fatalf("%d rows; %d of %d looked at, behind %v", rows, done, of, v.Behind(s))
				}
			})
		})
	}
}

// However a capture is cut, a filter that grows with it shows what one shows that begins at its end.
func TestFilterGrowsToTheSame(t *testing.T) {
	t.Parallel()
	for _, frames := range []bool{false, true} {
		whole := storeOf(t, pcaps.Get("graphql").Data)
		want := NewFilter(Spec{Frames: frames})
		want.Scan(whole)
		s := New(Limits{})
		v := NewFilter(Spec{Frames: frames})
		n := 0
		if err := feedtest.Read(pcaps.Get("graphql").Data, func(b *batch, e *event) error {
			if n++; n%3 == 0 {
				v.Scan(s)
			}
			return s.Visit(b, e)
		}); err != nil {
			t.Fatal(err)
		}
		if v.Scan(s); !slices.Equal(v.rows, want.rows) || len(v.rows) < 20 {
			t.Errorf("frames %v: got %d rows, want %d", frames, len(v.rows), len(want.rows))
		}
	}
}

// Rows are found by message, by number and by time.
func TestFilterFindsRows(t *testing.T) {
	t.Parallel()
	s := storeOf(t, pcaps.Get("jsonrpc").Data)
	for _, frames := range []bool{false, true} {
		v := NewFilter(Spec{Session: 1, Frames: frames})
		v.Scan(s)
		for k := range v.rows {
			c, ok := v.At(s, k)
			if !ok {
				t.Fatal("no row", k)
			}
			if at := v.After(s, c.Time()); at < 0 || at > k {
				t.Errorf("row %d is at %d, found at row %d", k, c.Time(), at)
			}
			if c.Kind == OfMark {
				continue
			}
			if at, ready := v.Find(s, c.Index); at != k || !ready {
				t.Errorf("message %d is in row %d, found in %d", c.Index, k, at)
			}
			n := c.Message.N
			if frames {
				n = c.Frame.N
			}
			if at := v.Numbered(s, 1, n); at != k {
				t.Errorf("number %d is in row %d, found in %d", n, k, at)
			}
		}
		if at := v.Numbered(s, 1, 99999); at != -1 {
			t.Errorf("a message that is not there is in row %d", at)
		}
		if at := v.After(s, 1<<62); at != -1 {
			t.Errorf("a time after the last is in row %d", at)
		}
		for _, k := range []int{-1, len(v.rows)} {
			if _, ok := v.At(s, k); ok {
				t.Errorf("there is a row %d", k)
			}
		}
	}
}

// Cells are the rows that were asked for, each with the time of the one above.
func TestCellsKnowTheRowAbove(t *testing.T) {
	t.Parallel()
	s := storeOf(t, pcaps.Get("graphql").Data)
	v := NewFilter(Spec{})
	v.Scan(s)
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, len(v.rows)).Draw(t, "from")
		to := rapid.IntRange(from, len(v.rows)+5).Draw(t, "to")
		cells := v.Cells(s, from, to)
		if want := min(to, len(v.rows)) - from; len(cells) != want {
			t.Fatalf("%d cells, want %d", len(cells), want)
		}
		for i, c := range cells {
			above, ok := v.At(s, from+i-1)
			if c.HasBefore != ok || ok && c.Before != above.Time() {
				t.Fatalf("row %d: %d (%v), want %d (%v)", from+i, c.Before, c.HasBefore, above.Time(), ok)
			}
			p, _ := s.Payload(c.Index)
			if c.Kind == OfMessage && string(c.Preview) != string(p[:min(len(p), previewBytes)]) {
				t.Fatalf("row %d has the preview %q of %q", from+i, c.Preview, p)
			}
		}
	})
}

// Trimming removes what was dropped, nothing else, and positions stay at their rows.
func TestTrimKeepsPositions(t *testing.T) {
	t.Parallel()
	s := New(Limits{History: 64 << 20, Sessions: 5})
	v := NewFilter(Spec{})
	cursor, at := -1, Entry{}
	trims := 0
	n := 0
	err := feedtest.Read(feedtest.Crowd(300), func(b *batch, e *event) error {
		err := s.Visit(b, e)
		if n++; n%20 > 0 {
			return err
		}
		v.Scan(s)
		if cursor < 0 && len(v.rows) > 30 {
			for k, r := range v.rows {
				if r.Kind == OfMessage && s.trace.SessionOf(r.Index) == 1 {
					cursor, at = k, r
				}
			}
		}
		if v.Trim(s, &cursor) {
			trims++
			for _, r := range v.rows {
				if !s.has(r) {
					t.Fatalf("message %d was dropped and is a row", r.Index)
				}
			}
		}
		if cursor >= 0 && v.rows[cursor] != at {
			t.Fatalf("the cursor is at %+v, want %+v", v.rows[cursor], at)
		}
		return err
	})
	if err != nil || trims < 3 || cursor < 0 {
		t.Errorf("%v: trimmed %d times, cursor %d", err, trims, cursor)
	}
}

// A cancelled scan ends, and goes on nowhere.
func TestCancelledScanEnds(t *testing.T) {
	t.Parallel()
	s := storeOf(t, pcaps.Get("jsonrpc").Data)
	v := NewFilter(Spec{})
	v.Cancel()
	if v.Scan(s); len(v.rows) > 0 {
		t.Errorf("%d rows", len(v.rows))
	}
}

func TestChipsHaveNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for c := All; c <= Findings; c++ {
		if seen[c.String()] || c.String() == "" || (chips[c].ok == nil) != (c == All) {
			t.Errorf("chip %d is %q", c, c)
		}
		seen[c.String()] = true
	}
}

func TestQueriesAreCompiled(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text      string
		gap, late, find bool
	}{
		{"a word", "error", false, false, true},
		{"a gap", "ws.gap > 1", true, false, false},
		{"an end", "ws.closed_by == c2s", false, true, false},
		{"both", "ws.gap > 1 && ws.duration > 2", true, true, false},
		{"a field of the message", "ws.len > 1", false, false, false},
	} {
		q := compiled(t, c.text)
		if q.gap != c.gap || q.late != c.late || (q.Find != nil) != c.find || q.Text != c.text {
			t.Errorf("%s: %+v", c.name, q)
		}
	}
	if q, err := Compile("  "); q != nil || err != nil {
		t.Errorf("blanks: %v, %v", q, err)
	}
	if _, err := Compile("websocket.opcode =="); err == nil {
		t.Error("no error")
	}
	from, words := Completions("ws.clo", 6)
	if from != 0 || !slices.Contains(words, "ws.close_code") || !slices.Contains(words, "ws.closed_by") {
		t.Errorf("from %d: %v", from, words)
	}
}

// ws.gap is the time since the message before of the same session, whatever is between.
func TestGapIsWithinTheSession(t *testing.T) {
	t.Parallel()
	s := storeOf(t, feedtest.Crowd(20))
	v := NewFilter(Spec{Session: 1, Query: compiled(t, "ws.gap > 0.005")})
	v.Scan(s)
	if len(v.rows) != 19 { // all but the first are 10 ms after the one before
		t.Errorf("%d rows, want 19", len(v.rows))
	}
	none := NewFilter(Spec{Session: 1, Query: compiled(t, "ws.gap > 0.015")})
	if none.Scan(s); len(none.rows) != 0 {
		t.Errorf("%d rows, want none", len(none.rows))
	}
}
