package calls_test

import (
	"fmt"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
)

// filler adds messages to a Trace.
type filler struct {
	trace *trace.Trace
	refs  map[int]*decode.SessionRef
	n     map[int]int
}

func newFiller() *filler {
	return &filler{trace.New(&trace.Memory{}), map[int]*decode.SessionRef{}, map[int]int{}}
}

func (f *filler) add(t *testing.T, session int, at capture.Time, d ws.Dir, text string) {
	t.Helper()
	if f.refs[session] == nil {
		f.refs[session] = &decode.SessionRef{N: session, Stream: &decode.Stream{N: session}}
		f.session(t, &decode.Session{N: session})
	}
	f.n[session]++
	var b decode.Batch
	b.AddMessage(decode.Event{Session: f.refs[session]}, &ws.Message{N: f.n[session], Dir: d, Opcode: ws.OpText, Last: ws.Stamp{Packet: 1, Time: at},
		Min: 1, Max: 1, Len: int64(len(text)), Payload: []byte(text), ValidUTF8: true, CloseCode: -1})
	if err := f.trace.Apply(&b, &b.Events[0]); err != nil {
		t.Fatal(err)
	}
}

func (f *filler) session(t *testing.T, s *decode.Session) {
	t.Helper()
	var b decode.Batch
	b.AddSession(decode.Event{Session: f.refs[s.N]}, s)
	if err := f.trace.Apply(&b, &b.Events[0]); err != nil {
		t.Fatal(err)
	}
}

// fill adds calls to two sessions: in the second one fails, and the last of it has no reply.
func (f *filler) fill(t *testing.T) {
	t.Helper()
	at := capture.Time(0)
	for i := range 20 {
		for s := 1; s <= 2; s++ {
			at += 10e6
			f.add(t, s, at, ws.C2S, fmt.Sprintf(`{"id":"%d-%d","method":"m%d"}`, s, i, i%2))
			switch {
			case s == 2 && i == 19:
			case s == 2 && i == 7:
				f.add(t, s, at+5e6, ws.S2C, fmt.Sprintf(`{"id":"%d-%d","error":{"code":1}}`, s, i))
			default:
				f.add(t, s, at+capture.Time(i+1)*1e3, ws.S2C, fmt.Sprintf(`{"id":"%d-%d","result":1}`, s, i))
			}
		}
	}
}

func (f *filler) read(b *calls.Book, done bool) {
	for b.Read(f.trace) {
	}
	b.Settle(done)
}

var all = calls.Look{Name: -1, Bucket: -1}

func TestBook(t *testing.T) {
	t.Parallel()
	f, b := newFiller(), calls.NewBook()
	f.fill(t)
	f.read(b, true)
	l := b.List(all)
	if len(l.All) != 40 || len(l.Shown) != 40 || l.Total.Count != 40 || l.Total.Errors != 1 || l.Total.Unanswered != 1 || len(l.Each) != 2 || !l.Done || l.Messages != 79 {
		t.Fatalf("%d calls, %d shown, %+v", len(l.All), len(l.Shown), l.Total)
	}
	name := l.IndexOf(l.Each[0])
	for _, tt := range []struct {
		name string
		look calls.Look
		n    int
	}{
		{"a session", calls.Look{Session: 2, Name: -1, Bucket: -1}, 20}, {"no such session", calls.Look{Session: 3, Name: -1, Bucket: -1}, 0},
		{"a name", calls.Look{Name: name, Bucket: -1}, 20}, {"a column", calls.Look{Name: -1, Bucket: calls.Bucket(2000)}, 2},
		{"all three", calls.Look{Session: 1, Name: name, Bucket: calls.Bucket(2000)}, 1},
	} {
		if got := b.List(tt.look); len(got.Shown) != tt.n || (got.Total == nil) != (tt.look.Session == 3) {
			t.Errorf("%s: %d calls, want %d", tt.name, len(got.Shown), tt.n)
		}
	}
	if n := len(l.Bars); n != 3 || l.Bars[0][calls.Bucket(2000)] != 2 {
		t.Errorf("%d histograms, %v", n, l.Bars)
	}
}

func TestBook_Orders(t *testing.T) {
	t.Parallel()
	f, b := newFiller(), calls.NewBook()
	f.fill(t)
	f.read(b, true)
	for _, tt := range []struct {
		order       calls.Order
		first, last calls.State
		words       string
	}{
		{calls.BySlowest, calls.Failed, calls.Unanswered, "slowest first"},
		{calls.ByTrouble, calls.Failed, calls.Answered, "errors and unanswered first"},
		{calls.AsTheyCame, calls.Answered, calls.Unanswered, "as they came"},
	} {
		look := all
		look.Order = tt.order
		l := b.List(look)
		first, last := &l.All[l.Shown[0]], &l.All[l.Shown[len(l.Shown)-1]]
		if first.State != tt.first || last.State != tt.last || tt.order.String() != tt.words {
			t.Errorf("%s: first %+v, last %+v", tt.order, first, last)
		}
		for i := range l.Shown[1:] {
			a, b := &l.All[l.Shown[i]], &l.All[l.Shown[i+1]]
			if tt.order == calls.AsTheyCame && a.At > b.At || tt.order == calls.BySlowest && b.HasTook && a.Took < b.Took {
				t.Errorf("%s: %+v before %+v", tt.order, a, b)
			}
		}
	}
	if l := b.List(calls.Look{Name: -1, Bucket: 5, Order: calls.ByTrouble}); l.Words() != "errors and unanswered first; only 20.0 µs to 50.0 µs; JSON is paired by $.id, which was found in the data" {
		t.Errorf("got %q", l.Words())
	}
}

func TestBook_Partner(t *testing.T) {
	t.Parallel()
	f, b := newFiller(), calls.NewBook()
	f.fill(t)
	f.read(b, false)
	for n, want := range map[int]int{1: 2, 2: 1, 15: 16, 16: 15, 39: 0, 99: 0} {
		if got := b.Partner(2, n); got != want {
			t.Errorf("of message %d: got %d, want %d", n, got, want)
		}
	}
}

// What waits is shown as unanswered, until its reply comes; lists that were made before stay as they were.
func TestBook_Grows(t *testing.T) {
	t.Parallel()
	f, b := newFiller(), calls.NewBook()
	f.fill(t)
	f.read(b, false)
	before := b.List(all)
	if before.Done || before.Total.Unanswered != 1 || len(before.All) != 40 {
		t.Fatalf("got %+v", before.Total)
	}
	f.add(t, 2, 1e9, ws.S2C, `{"id":"2-19"}`)
	f.add(t, 2, 1e9, ws.C2S, `{"id":"2-20","method":"new"}`)
	f.read(b, false)
	after := b.List(all)
	if after.Total.Unanswered != 1 || after.Total.Count != 41 || len(after.Names) != 3 || after.All[39].State != calls.Answered {
		t.Errorf("got %+v", after.Total)
	}
	if before.Total.Count != 40 || len(before.Names) != 2 || before.All[39].State != calls.Unanswered {
		t.Errorf("the list of before has changed: %+v", before.Total)
	}
	f.session(t, &decode.Session{N: 2, TCP: &decode.TCP{}})
	f.read(b, true)
	f.read(b, true)
	if last := b.List(all); last.Total.Unanswered != 1 || last.Total.Count != 41 || !last.Done {
		t.Errorf("at the end: %+v", last.Total)
	}
}

func TestBook_DroppedSession(t *testing.T) {
	t.Parallel()
	f, b := newFiller(), calls.NewBook()
	f.fill(t)
	f.read(b, false)
	f.trace.ForgetSession(2)
	f.read(b, false)
	if l := b.List(all); len(l.All) != 40 || l.Total.Unanswered != 1 {
		t.Errorf("%d calls, %+v", len(l.All), l.Total)
	}
}
