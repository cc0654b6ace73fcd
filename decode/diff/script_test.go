package diff_test

import (
	"compress/flate"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/decode/diff"
	"github.com/wspeek/wspeek/pcaps"
)

// line is a message of a scripted conversation. Its text has places for what changes from run to run:
// {n} a counter of its direction, {t} milliseconds, {iso} a time, {uuid}, {id} the run's own session id, {jwt}.
type line struct {
	dir    pcaps.Dir
	text   string
	binary bool
	// field is where edit is in the JSON, empty for other text.
	field, edit string
}

var words = strings.Fields("alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa")

// script writes a conversation of n lines. The lines that an edit may choose are unlike all others.
func script(r *rand.Rand, n int) []line {
	var out []line
	for i := range n {
		l := line{dir: pcaps.Dir(r.IntN(2))}
		w, v := words[r.IntN(len(words))], r.IntN(9000)
		tag := fmt.Sprintf("%s-%d", w, i)
		switch r.IntN(7) {
		case 0:
			l.text = fmt.Sprintf(`{"id":{n},"type":"order","who":%q,"price":%d.25,"at":{t}}`, tag, v)
			l.field, l.edit = "$.price", fmt.Sprintf(`"price":%d.25`, v)
		case 1:
			l.text = fmt.Sprintf(`{"seq":{n},"user":{"name":%q,"session":"{uuid}"},"tags":["x",%q]}`, tag, w)
			l.field, l.edit = "$.user.name", fmt.Sprintf("%q", tag)
		case 2:
			l.text = fmt.Sprintf(`42["chat",{"text":"it is %s who speaks","token":"{jwt}","when":"{iso}"}]`, tag)
			l.field, l.edit = "$[1].text", "it is "+tag+" who speaks"
		case 3:
			l.text = "MESSAGE from " + tag + " at {iso} to room " + w
		case 4:
			l.text, l.binary = "\x00\x01\xfe"+tag+strings.Repeat("\x80", r.IntN(40)), true
		case 5:
			l.text = `{"type":"heartbeat","t":{t}}`
		case 6:
			l.text = fmt.Sprintf(`{"jsonrpc":"2.0","id":{n},"params":{"b":%d,"a":%q}}`, v, tag)
			l.field, l.edit = "$.params.a", fmt.Sprintf("%q", tag)
		}
		out = append(out, l)
	}
	return out
}

// unique reports whether a line has a content of its own.
func (l *line) unique() bool { return !strings.Contains(l.text, "heartbeat") }

// counting reports whether both directions report often enough that "id" is a counter: of less nobody could tell.
func counting(lines []line) bool {
	var n [2]int
	for i := range lines {
		if strings.Contains(lines[i].text, `"id":{n}`) {
			n[lines[i].dir]++
		}
	}
	return n[0] >= 5 && n[1] >= 5
}

// perform runs a script: the capture has ids, times, masking keys, fragments, compression and packets of its own.
func perform(r *rand.Rand, lines []line) []byte {
	start := time.Date(2026, 3, 1+r.IntN(20), r.IntN(24), r.IntN(60), 0, 0, time.UTC)
	c := &pcaps.Conversation{Start: start, MSS: 200 + r.IntN(1200), ISN: [2]uint32{r.Uint32(), r.Uint32()}}
	var compressor *pcaps.Deflater
	if r.IntN(2) == 0 {
		compressor = &pcaps.Deflater{Level: flate.HuffmanOnly} // refers to nothing earlier
	}
	nonce := fmt.Sprintf("AAECAwQFBgcICQoLDA0O%02dA=", r.IntN(90)+10)
	c.Upgrade(pcaps.Request{Target: "/chat", Key: nonce, Headers: [][2]string{pcaps.Extension("permessage-deflate")}},
		pcaps.Response{Key: nonce, Headers: [][2]string{pcaps.Extension("permessage-deflate; server_no_context_takeover; client_no_context_takeover")}})
	counters := [2]int{r.IntN(100000), r.IntN(100000)}
	now := start
	for _, l := range lines {
		pause := time.Duration(r.IntN(40)) * time.Millisecond
		c.Wait(pause)
		now = now.Add(pause)
		text := fill(r, l.text, &counters[l.dir], now)
		c.SendFrames(l.dir, frames(r, l, text, compressor)...)
	}
	c.SendFrames(pcaps.C2S, pcaps.Close(1000, "").Masked(key(r)))
	c.SendFrames(pcaps.S2C, pcaps.Close(1000, ""))
	c.Close()
	return c.File()
}

func key(r *rand.Rand) (k [4]byte) {
	for i := range k {
		k[i] = byte(r.IntN(256))
	}
	return k
}

func uuid(r *rand.Rand) string {
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), r.IntN(1<<12), r.Uint64()>>16)
}

// fill puts values into the places of a text.
func fill(r *rand.Rand, text string, counter *int, now time.Time) string {
	if strings.Contains(text, "{n}") {
		*counter++
	}
	return strings.NewReplacer("{n}", fmt.Sprint(*counter), "{t}", fmt.Sprint(now.UnixMilli()), "{iso}", now.Format(time.RFC3339Nano),
		"{uuid}", uuid(r), "{jwt}", fmt.Sprintf("eyJhbGciOiJub25lIn0.eyJzdWIi%dfQ.x%xQ", r.IntN(1e9), r.Uint64())).Replace(text)
}

// frames are a message on the wire: whole or in fragments, compressed or not, masked from the client.
func frames(r *rand.Rand, l line, text string, compressor *pcaps.Deflater) []pcaps.Frame {
	op, rsv, payload := pcaps.OpText, byte(0), []byte(text)
	if l.binary {
		op = pcaps.OpBinary
	}
	if compressor != nil && r.IntN(2) == 0 {
		payload, rsv = compressor.Compress(payload), pcaps.RSV1
	}
	fs := []pcaps.Frame{{Fin: true, Opcode: op, RSV: rsv, Payload: payload}}
	if cut := len(payload) / 2; cut > 0 && r.IntN(3) == 0 {
		fs = []pcaps.Frame{{Opcode: op, RSV: rsv, Payload: payload[:cut]}, {Fin: true, Payload: payload[cut:]}}
	}
	if l.dir == pcaps.C2S {
		for i := range fs {
			fs[i] = fs[i].Masked(key(r))
		}
	}
	return fs
}

// edit changes a script, and says what has to be found.
type edit struct {
	name string
	// apply returns the script of B, or nil where it cannot be applied at i.
	apply func(r *rand.Rand, a []line, i int) []line
	// check says what is wrong with the only row that differs.
	check func(a []line, i int, c *diff.Comparison, p *diff.Pair) string
}

func without(a []line, i int) []line { return append(append([]line(nil), a[:i]...), a[i+1:]...) }

func with(a []line, i int, l line) []line {
	return append(append(append([]line(nil), a[:i]...), l), a[i:]...)
}

func wantState(p *diff.Pair, s diff.State) string {
	if p.State != s {
		return fmt.Sprintf("state %v, want %v", p.State, s)
	}
	return ""
}

// at reports whether the row is message i (from 0) of A, or of B if there is none in A.
func at(p *diff.Pair, a, b int) string {
	if p.A != a || p.B != b {
		return fmt.Sprintf("row of A %d and B %d, want %d and %d", p.A, p.B, a, b)
	}
	return ""
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

var edits = []edit{
	{"removed", func(_ *rand.Rand, a []line, i int) []line {
		if !a[i].unique() {
			return nil
		}
		return without(a, i)
	}, func(_ []line, i int, _ *diff.Comparison, p *diff.Pair) string {
		return or(wantState(p, diff.OnlyA), at(p, i, -1))
	}},
	{"inserted", func(_ *rand.Rand, a []line, i int) []line {
		return with(a, i, line{dir: a[i].dir, text: `{"type":"surprise","body":"nobody wrote this"}`})
	}, func(_ []line, i int, _ *diff.Comparison, p *diff.Pair) string {
		return or(wantState(p, diff.OnlyB), at(p, -1, i))
	}},
	{"changed in one field", func(_ *rand.Rand, a []line, i int) []line {
		if a[i].field == "" {
			return nil
		}
		b := append([]line(nil), a...)
		value := `"price":77777`
		if a[i].field != "$.price" {
			value = strings.Replace(a[i].edit, a[i].edit[1:4], "ZZZ", 1)
		}
		b[i].text = strings.Replace(a[i].text, a[i].edit, value, 1)
		return b
	}, func(a []line, i int, _ *diff.Comparison, p *diff.Pair) string {
		if len(p.Changes) != 1 || p.Changes[0].Path != a[i].field {
			return fmt.Sprintf("changes %v, want one of %s", p.Changes, a[i].field)
		}
		return or(wantState(p, diff.Changed), at(p, i, i))
	}},
	{"swapped", func(_ *rand.Rand, a []line, i int) []line {
		if i == 0 || !a[i].unique() || !a[i-1].unique() {
			return nil
		}
		b := append([]line(nil), a...)
		b[i-1], b[i] = b[i], b[i-1]
		return b
	}, func(_ []line, i int, _ *diff.Comparison, p *diff.Pair) string {
		if p.A == i {
			return or(wantState(p, diff.Moved), at(p, i, i-1))
		}
		return or(wantState(p, diff.Moved), at(p, i-1, i))
	}},
	{"performed again", func(_ *rand.Rand, a []line, _ int) []line { return a }, nil},
}

// TestScripted compares two runs of 500 conversations: exactly what was edited in the second is reported.
func TestScripted(t *testing.T) {
	t.Parallel()
	done := map[string]int{}
	for seed := uint64(0); len(done) == 0 || total(done) < 500; seed++ {
		r := rand.New(rand.NewPCG(seed, 7))
		a := script(r, 30+r.IntN(50))
		if !counting(a) {
			continue
		}
		e := &edits[seed%uint64(len(edits))]
		i := r.IntN(len(a))
		b := e.apply(r, a, i)
		if b == nil {
			continue
		}
		done[e.name]++
		fileA, fileB := perform(r, a), perform(r, b)
		c := diff.Compare(one(t, "a", fileA), one(t, "b", fileB), &diff.Options{})
		if problem := judge(e, a, i, c); problem != "" {
			t.Errorf("seed %d: message %d of %d %s: %s\n%s", seed, i+1, len(a), e.name, problem, (&diff.Text{}).Comparison(nil, c))
		}
		if t.Failed() && seed > 50 {
			break
		}
	}
	for _, e := range edits {
		if done[e.name] < 50 {
			t.Errorf("%s: only %d conversations", e.name, done[e.name])
		}
	}
}

func total(done map[string]int) (n int) {
	for _, k := range done {
		n += k
	}
	return n
}

func judge(e *edit, a []line, i int, c *diff.Comparison) string {
	if len(c.Handshake)+len(c.Ending) > 0 {
		return fmt.Sprintf("handshake %v, end %v: want no difference", c.Handshake, c.Ending)
	}
	row := c.Next(-1)
	if e.check == nil {
		if row >= 0 {
			return fmt.Sprintf("row %d differs: want none", row)
		}
		return ""
	}
	if row < 0 || c.Next(row) >= 0 {
		return fmt.Sprintf("counts %v: want one row that differs", c.Counts)
	}
	return e.check(a, i, c, &c.Pairs[row])
}
