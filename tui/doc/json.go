package doc

import (
	"encoding/json"
	"math"

	"github.com/wspeek/wspeek/decode/jsontext"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/tui/draw"
)

// hitMargin is how many bytes beside a row are looked at for matches that cross its ends.
const hitMargin = 64

// jsonLines divides p into lines as pretty-printed JSON has them; ok is false where p is none, or
// nested deeper than encoding/json reads (10,000).
func jsonLines(p []byte) (ok bool, lines []textLine) {
	from := payload.JSONStart(p)
	if from < 0 || len(p) > math.MaxInt32 || !json.Valid(p[from:]) {
		return false, nil
	}
	j := jsonLayout{p: p, start: -1}
	if from > 0 {
		j.lines = append(j.lines, textLine{start: 0, end: int32(from)})
	}
	j.run(from)
	return true, j.lines
}

// jsonLayout walks over valid JSON.
type jsonLayout struct {
	p     []byte
	lines []textLine
	start int // of the line under way; -1 for none
	open  []int32
}

func (j *jsonLayout) run(from int) {
	for i := from; i < len(j.p); i++ {
		switch c := j.p[i]; c {
		case ' ', '\t', '\r', '\n':
			continue
		case '{', '[':
			j.begin(i)
			if k := j.shut(i + 1); k > 0 {
				i = k
				continue
			}
			j.end(i + 1)
			j.open = append(j.open, int32(len(j.lines)-1))
		case '}', ']':
			j.end(i)
			j.close(i)
		case ',':
			if j.start < 0 { // after a closing bracket: the same line
				j.lines[len(j.lines)-1].end = int32(i + 1)
				continue
			}
			j.end(i + 1)
		case '"':
			j.begin(i)
			i = jsontext.String(j.p, i) - 1
		default:
			j.begin(i)
		}
	}
	j.end(len(j.p))
}

func (j *jsonLayout) begin(i int) {
	if j.start < 0 {
		j.start = i
	}
}

// end ends the line under way before byte i.
func (j *jsonLayout) end(i int) {
	if j.start >= 0 {
		j.lines = append(j.lines, textLine{start: int32(j.start), end: int32(i), depth: uint16(len(j.open))})
		j.start = -1
	}
}

// close makes the line of a closing bracket.
func (j *jsonLayout) close(i int) {
	n := len(j.open) - 1
	j.lines[j.open[n]].shut = int32(len(j.lines))
	j.open = j.open[:n]
	j.lines = append(j.lines, textLine{start: int32(i), end: int32(i + 1), depth: uint16(n)})
}

// shut is the offset of the bracket that follows immediately, 0 if something else does.
func (j *jsonLayout) shut(i int) int {
	if i = jsontext.Space(j.p, i); i < len(j.p) && (j.p[i] == '}' || j.p[i] == ']') {
		return i
	}
	return 0
}

// tint is what a byte of a payload is drawn as.
type tint uint8

const (
	tintPlain tint = iota
	tintSkip       // a blank of JSON that is not drawn
	tintColon
	tintKey
	tintString
	tintNumber
	tintWord
	tintHit
)

func (t *Text) style(k tint) draw.Style {
	return [...]draw.Style{tintKey: t.th.Key, tintString: t.th.String, tintNumber: t.th.Number, tintWord: t.th.Word, tintHit: t.th.Hit}[k]
}

// drawBytes draws the bytes of a row.
func (t *Text) drawBytes(l *draw.Line, r textRow) {
	p := t.p[r.from:r.to]
	tints := make([]tint, len(p))
	if t.json {
		t.tintJSON(tints, r)
	}
	t.tintHits(tints, r)
	for i := 0; i < len(p); {
		k := i
		for k < len(p) && tints[k] == tints[i] {
			k++
		}
		switch tints[i] {
		case tintSkip:
		case tintColon:
			l.Put(t.th.Plain, ": ")
		default:
			l.Wire(t.style(tints[i]), p[i:k])
		}
		i = k
	}
}

// tintJSON says what each byte of a row of JSON is.
func (t *Text) tintJSON(tints []tint, r textRow) {
	w := walker{json: true, quoted: r.quoted}
	str := tintString
	for i := range tints {
		c := t.p[int(r.from)+i]
		was := w.quoted
		if !w.quote(c) {
			tints[i] = bareTint(c)
			continue
		}
		if !was {
			str = t.keyOrString(int(r.from) + i)
		}
		tints[i] = str
	}
}

func bareTint(c byte) tint {
	switch {
	case c == ' ', c == '\t', c == '\r', c == '\n':
		return tintSkip
	case c == ':':
		return tintColon
	case c == '-', c == '+', c == '.', c >= '0' && c <= '9', c == 'E':
		return tintNumber
	case c >= 'a' && c <= 'z':
		return tintWord
	}
	return tintPlain
}

// keyOrString returns what the string that starts at i is drawn as.
func (t *Text) keyOrString(i int) tint {
	if _, value := jsontext.Member(t.p, i); value >= 0 {
		return tintKey
	}
	return tintString
}

// tintHits marks the matches that lie in a row, or reach into it.
func (t *Text) tintHits(tints []tint, r textRow) {
	if t.find == nil {
		return
	}
	from, to := max(0, int(r.from)-hitMargin), min(len(t.p), int(r.to)+hitMargin)
	for from < to {
		at, n := t.find(t.p[from:to])
		if at < 0 || n == 0 {
			return
		}
		for k := max(from+at, int(r.from)); k < min(from+at+n, int(r.to)); k++ {
			tints[k-int(r.from)] = tintHit
		}
		from += at + n
	}
}
