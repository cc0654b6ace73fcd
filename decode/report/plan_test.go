package report

import (
	"fmt"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/ws"
	"golang.org/x/net/html"
)

// rowsOf counts the messages of a page by session.
func rowsOf(t *testing.T, root *html.Node) (all int, by map[string]int) {
	t.Helper()
	by = map[string]int{}
	for _, e := range elements(root, "tr") {
		if id := attr(e, "id"); strings.HasPrefix(id, "m") {
			all++
			s, _, _ := strings.Cut(id, "-")
			by[s]++
		}
	}
	return all, by
}

// nowhere keeps nothing but a length: payloads of x.
type nowhere struct{}

func (nowhere) Put(p []byte) (int64, error)        { return int64(len(p)), nil }
func (nowhere) Get(_ int64, n int) ([]byte, error) { return []byte(strings.Repeat("x", n)), nil }

// TestBudget: a page has the size that was asked for, about, and says exactly what is not in it.
func TestBudget(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name               string
		sessions, messages int
		payload            string
	}{
		{"short", 3, 30_000, "hello"},
		{"quotes", 2, 5_000, strings.Repeat(`"<`, 300)},
		{"binary", 2, 3_000, strings.Repeat("\x00\xff", 400)},
		{"long", 2, 40, strings.Repeat("long ", 40_000)},
		{"many sessions", 6_000, 12_000, "x"},
		{"little", 2, 10, "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			const most = 1 << 20
			m := newMaker(t, Options{Most: most})
			for n := 1; n <= c.sessions; n++ {
				m.session(n, "", nil)
			}
			for i := range c.messages {
				m.message(i%c.sessions+1, ws.Dir(i%2), ws.OpText, c.payload)
			}
			for n := 1; n <= c.sessions; n++ {
				m.ended(n, "")
			}
			text, root := m.page()
			if len(text) > most*105/100 {
				t.Errorf("%d bytes, want at most %d and a little", len(text), most)
			}
			shown, _ := rowsOf(t, root)
			left := 0
			if x := regexp.MustCompile(`([0-9,]+) messages? left out`).FindStringSubmatch(text); x != nil {
				left, _ = strconv.Atoi(strings.ReplaceAll(x[1], ",", ""))
			}
			if shown+left != c.messages {
				t.Errorf("%d messages are in the page and %d left out, want %d together", shown, left, c.messages)
			}
			if shown < c.messages && c.sessions < 10 && len(text) < most*6/10 {
				t.Errorf("%d bytes, and still %d messages left out", len(text), left)
			}
			if c.sessions > maxSessions && !strings.Contains(text, "sessions left out") {
				t.Error("nothing says that sessions are left out")
			}
		})
	}
}

// TestShares: a session with very many messages does not push out one with few.
func TestShares(t *testing.T) {
	t.Parallel()
	m := newMaker(t, Options{Most: 1 << 20})
	m.session(1, "", nil)
	m.session(2, "", nil)
	for range 60_000 {
		m.message(1, ws.C2S, ws.OpText, "hello")
	}
	for range 100 {
		m.message(2, ws.S2C, ws.OpText, "world")
	}
	_, root := m.page()
	if _, by := rowsOf(t, root); by["m2"] != 100 || by["m1"] < 1000 {
		t.Errorf("got %v, want all 100 of session 2, and as many of session 1 as have room", by)
	}
	if m.r.rows > m.r.most {
		t.Errorf("%d messages are kept, want at most %d", m.r.rows, m.r.most)
	}
}

// TestBounded: what is kept of a long run does not grow with it.
func TestBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("short: a long run")
	}
	m := newMaker(t, Options{Most: 1 << 20, Payloads: nowhere{}})
	m.session(1, "", nil)
	heap := func() uint64 {
		var s runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	at := [2]uint64{}
	for k := range at {
		for range 60_000 {
			m.message(1, ws.C2S, ws.OpText, "hello")
		}
		at[k] = heap()
	}
	if grown := int64(at[1]) - int64(at[0]); grown > 8<<20 {
		t.Errorf("the second half of the run took %d bytes", grown)
	}
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	var l timeline
	total := 0
	for i := range 1000 {
		l.add(capture.Time(i)*1_000_000, ws.Dir(i%2))
		total++
	}
	sum := uint32(0)
	for d := range l.bars {
		for _, n := range l.bars[d] {
			sum += n
		}
	}
	if int(sum) != total || l.first != 0 || l.last != 999_000_000 || l.last/l.step >= steps || l.last/l.step < steps/2-1 {
		t.Errorf("%d messages in bars of %d, from %d to %d", sum, l.step, l.first, l.last)
	}
	l.add(-5, ws.C2S)
	l.add(1<<62, ws.C2S) // a clock that jumps
	if l.last/l.step >= steps {
		t.Errorf("bars of %d for %d", l.step, l.last)
	}
}

func TestSizeRanges(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 2: "2 to 3", 3: "2 to 3", 4: "4 to 7", 1000: "512 to 1,023", 1 << 60: sizeRange(sizeSteps - 1)} {
		if got := sizeRange(sizeStep(n)); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

// FuzzRow: whatever a payload is, its row stays a row.
func FuzzRow(f *testing.F) {
	for _, s := range hostile {
		f.Add([]byte(s), byte(1))
	}
	f.Fuzz(func(t *testing.T, p []byte, op byte) {
		m := newMaker(t, Options{Most: 4 << 20})
		m.session(1, "", nil)
		m.message(1, ws.C2S, ws.Opcode(op&0xf), string(p))
		m.ended(1, "")
		text, root := m.page()
		if n, _ := rowsOf(t, root); n != 1 {
			t.Fatalf("%d rows in %s", n, text)
		}
		for _, name := range []string{"img", "iframe", "object", "a"} {
			for _, e := range elements(root, name) {
				if name != "a" || !strings.HasPrefix(attr(e, "href"), "#") {
					t.Fatalf("an element %s", name)
				}
			}
		}
		if n := len(elements(root, "script")); n != 1 {
			t.Fatalf("%d scripts", n)
		}
	})
}

func BenchmarkRow(b *testing.B) {
	m := newMaker(b, Options{})
	m.session(1, "", nil)
	m.message(1, ws.C2S, ws.OpText, fmt.Sprintf(`{"text":%q}`, strings.Repeat("word ", 20)))
	v := m.r.view(m.r.sessions[1])
	for b.Loop() {
		c := &counter{w: discard{}}
		if err := m.r.section(c, v, 1); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
