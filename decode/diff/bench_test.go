package diff_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/diff"
	"github.com/wspeek/wspeek/decode/ws"
)

// side makes a session of n messages from the server.
func side(n int, text func(i int) string) *diff.Side {
	s := &diff.Side{Name: "test", Info: &decode.Session{N: 1, Path: "/"}, Control: true}
	for i := range n {
		p := []byte(text(i))
		at := capture.Time(1_700_000_000_000_000_000 + int64(i)*1e6)
		s.Messages = append(s.Messages, ws.Message{N: i + 1, Dir: ws.S2C, Opcode: ws.OpText, Len: int64(len(p)), ValidUTF8: true,
			Payload: p, CloseCode: -1, Start: ws.Stamp{Time: at}, Last: ws.Stamp{Time: at}})
	}
	return s
}

// conversations are pairs of 10,000 messages each, from the ordinary to the worst.
var conversations = []struct {
	name string
	a, b func(i int) string
	// same is how many have to be found the same, at least.
	same int
}{
	{"one run twice", tick(0, 0), tick(5000, 500), 9999},
	{"every tenth is new", tick(0, 0), func(i int) string {
		if i%10 == 0 {
			return fmt.Sprintf("surprise %d", i)
		}
		return tick(5000, 500)(i - i/10 - 1)
	}, 8900},
	{"all different", random(1), random(2), 0},
	{"all different JSON of one shape", shape(1), shape(2), 0},
	{"two values against three others", func(i int) string { return []string{"a", "b"}[i%2] }, func(i int) string { return []string{"x", "y", "z"}[i%3] }, 0},
	{"the same two values in another order", func(i int) string { return []string{"a", "b"}[i%2] }, func(i int) string { return []string{"a", "b"}[i/7%2] }, 5000},
	{"all the same", func(int) string { return "ok" }, func(int) string { return "ok" }, 10000},
	{"backwards", func(i int) string { return fmt.Sprint("message ", i) }, func(i int) string { return fmt.Sprint("message ", 9999-i) }, 1},
	{"similar and long", long(1), long(2), 0},
}

func tick(id, ms int) func(int) string {
	return func(i int) string {
		return fmt.Sprintf(`{"id":%d,"type":"tick","symbol":"S%d","price":%d.5,"at":%d}`, id+i, i%97, i*7919%10007, 1_700_000_000_000+int64(i+ms))
	}
}

func random(seed uint64) func(int) string {
	r := rand.New(rand.NewPCG(seed, 0))
	return func(int) string { return fmt.Sprintf("%x %x %x", r.Uint64()>>40, r.Uint64()>>40, r.Uint64()>>40) }
}

func shape(seed uint64) func(int) string {
	r := rand.New(rand.NewPCG(seed, 0))
	return func(int) string {
		return fmt.Sprintf(`{"a":%d,"b":{"c":%d,"d":[%d,%d]}}`, r.IntN(1e6), r.IntN(1e6), r.IntN(1e6), r.IntN(1e6))
	}
}

func long(seed uint64) func(int) string {
	r := rand.New(rand.NewPCG(seed, 0))
	return func(i int) string {
		s := ""
		for k := range 60 {
			s += fmt.Sprintf("word%d ", r.IntN(40)+k)
		}
		return s
	}
}

// TestTenThousand holds the time of what is worst, with room for slow machines, and that all messages have a row.
func TestTenThousand(t *testing.T) {
	t.Parallel()
	for _, c := range conversations {
		a, b := side(10_000, c.a), side(10_000, c.b)
		began := time.Now()
		out := diff.Compare(a, b, &diff.Options{})
		took := time.Since(began)
		t.Logf("%s: %v, %v", c.name, took, out.Counts)
		if took > 10*time.Second {
			t.Errorf("%s: took %v", c.name, took)
		}
		n := out.Counts
		if n[diff.Same] < c.same {
			t.Errorf("%s: %v: want %d or more the same", c.name, n, c.same)
		}
		both := n[diff.Same] + n[diff.Changed] + n[diff.Moved] + n[diff.Unclear]
		if both+n[diff.OnlyA] != 10_000 || both+n[diff.OnlyB] != 10_000 {
			t.Errorf("%s: %v: not every message has one row", c.name, n)
		}
	}
}

func BenchmarkTenThousand(b *testing.B) {
	for _, c := range conversations[:4] {
		b.Run(c.name, func(b *testing.B) {
			x, y := side(10_000, c.a), side(10_000, c.b)
			b.ReportAllocs()
			for b.Loop() {
				diff.Compare(x, y, &diff.Options{})
			}
		})
	}
}
