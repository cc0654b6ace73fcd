package filter

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/ws"
)

// The search finds what a plain comparison at every place finds.
func TestSearchAgainstPlain(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewSource(1))
	alphabet := []string{"a", "A", "b", "B", "{", "ä", "Ä", "ж", "Ж", "Σ", "ς", "σ", "中"}
	word := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(alphabet[rnd.Intn(len(alphabet))])
		}
		return b.String()
	}
	for range 20_000 {
		text, p := word(1+rnd.Intn(3)), word(rnd.Intn(12))
		want, length := -1, 0
		for i := range p {
			for k := i + 1; k <= len(p); k++ {
				if want < 0 && strings.EqualFold(p[i:k], text) {
					want, length = i, k-i
				}
			}
		}
		at, n := newSearch(text).find([]byte(p))
		if at != want || want >= 0 && n != length {
			t.Fatalf("find %q in %q: %d, %d; want %d, %d", text, p, at, n, want, length)
		}
	}
}

// What a pattern is known to hold is in each of its matches.
func TestRequired(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		"error": "ERROR", "err(or)?": "ERR", "a|b": "", "(error)+x": "ERROR", "x*yy": "YY", "task": "TA", "(ab){2,}": "AB", "(ab){0,}c": "C", "größe": "GR",
	} {
		x, err := newExpression(pattern)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if x.holds != nil {
			got = strings.ToUpper(string(x.holds.lower))
		}
		if got != want {
			t.Errorf("%s holds %q, want %q", pattern, got, want)
		}
	}
	x, err := newExpression("task")
	if err != nil || !x.passes(nil, []byte("my TAſK")) { // the long S is a case of S
		t.Errorf("task is not found in TAſK (%v)", err)
	}
}

func TestHexBytes(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"aa:bb": "\xaa\xbb", "AA-0b.": "", "0x0aff": "\x0a\xff", "aa": "", "a:bb": "", "12:3": "", "de.ad.be": "\xde\xad\xbe", "0xa": "", "0x": ""} {
		got, ok := hexBytes(s)
		if string(got) != want || ok != (want != "") {
			t.Errorf("hexBytes(%q) = %x, %v; want %x", s, got, ok, want)
		}
	}
}

// A pattern takes time in proportion to what it goes through, and a long one is given up when asked.
func TestHazard_O19_PatternsAreLinear(t *testing.T) {
	t.Parallel()
	f, err := Compile(`websocket.payload matches "(a+)+(a|aa)+$"`)
	if err != nil {
		t.Fatal(err)
	}
	p := []byte(strings.Repeat("a", 3*manyBytes/2) + "!")
	asked := 0
	r := &Row{Message: &ws.Message{Opcode: ws.OpText, Payload: p[len(p)-50_000:]}, GiveUp: func() bool { asked++; return true }}
	if f.Match(r) || asked > 0 { // an exponential one would never come back
		t.Errorf("passes, or asked %d times about a short payload", asked)
	}
	r.Message.Payload = p
	if f.Match(r); asked != 1 {
		t.Errorf("asked %d times whether to give up, want once", asked)
	}
	again, err := Compile(`websocket.payload matches "a!$"`)
	if err != nil {
		t.Fatal(err)
	}
	r.GiveUp = func() bool { return false }
	if !again.Match(r) {
		t.Error("what is not given up does not find its match")
	}
}
