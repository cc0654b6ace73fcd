package doc

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
)

func TestSizeWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		m    ws.Message
		want string
	}{
		{"one frame", ws.Message{Len: 5, Frames: 1}, "5 bytes"},
		{"one byte", ws.Message{Len: 1, Frames: 1}, "1 byte"},
		{"fragments", ws.Message{Len: 5000, Frames: 3}, "5,000 bytes, in 3 frames"},
		{"compressed", ws.Message{Len: 200, WireLen: 50, Compressed: true, Frames: 1}, "200 bytes, compressed to 50 (25%)"},
		{"compressed nothing", ws.Message{WireLen: 1, Compressed: true, Frames: 1}, "0 bytes, compressed to 1"},
		{"not known", ws.Message{Len: -1, Frames: 1}, "length not known"},
	} {
		if got := SizeWords(&c.m); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTextualMessages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		m    ws.Message
		want bool
	}{
		{"text", ws.Message{Opcode: ws.OpText}, true},
		{"binary", ws.Message{Opcode: ws.OpBinary}, false},
		{"a ping with text in it", ws.Message{Opcode: ws.OpPing, ValidUTF8: true}, true},
		{"text that is not decodable", ws.Message{Opcode: ws.OpText, State: ws.Undecodable}, false},
	} {
		if got := Textual(&c.m); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestCloseCodesInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code int
		want []string
	}{
		{-1, []string{"no close code", "1005"}}, {1000, []string{"1000 Normal Closure", "RFC 6455 section"}},
		{1012, []string{"1012 Service Restart", "IANA registry"}}, {4000, []string{"4000 Private Use"}}, {2999, []string{"2999", "RFC 6455 section"}},
	} {
		r := draw.NewRich(200)
		closeDoc(r, draw.NewTheme(true), &ws.Message{Opcode: ws.OpClose, CloseCode: c.code})
		got := strings.Join(rowsOf(t, r, 200), "\n")
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%d: no %q in %q", c.code, want, got)
			}
		}
	}
}

func TestHowASessionEndedInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		s    decode.Session
		want string
	}{
		{"refused", decode.Session{State: decode.Refused}, "never opened"},
		{"open", decode.Session{State: decode.Open}, "still open"},
		{"open to the end", decode.Session{State: decode.Open, End: decode.EndCapture}, "still open when the capture ends"},
	} {
		if got := EndWords(&c.s); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCertainty(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		s    decode.Session
		want string
	}{
		{"all seen", decode.Session{HandshakeSeen: true}, "complete: handshake seen, no bytes missing"},
		{"gaps", decode.Session{HandshakeSeen: true, Missing: 12}, "12 bytes never captured"},
		{"guessed", decode.Session{Confidence: 0.956}, "guessed (0.96): recognised without its whole handshake"},
		{"guessed with gaps", decode.Session{Confidence: 0.5, Missing: 1}, "guessed (0.50): recognised without its whole handshake; 1 byte never captured"},
	} {
		if got := certainty(&c.s); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDurationOfASession(t *testing.T) {
	t.Parallel()
	s := decode.Session{HasOpened: true, HasEnded: true, Opened: capture.Time(time.Hour), Ended: capture.Time(time.Hour + 90*time.Second)}
	if got := Duration(&s); got != "1m30s" {
		t.Errorf("%q", got)
	}
	if s.HasEnded = false; Duration(&s) != "" {
		t.Error("a session that has not ended has a duration")
	}
}

// The hex dump holds every byte of the payload, in order, at the offset that it says.
func TestHexHoldsEachByte(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "p")
		w := rapid.IntRange(20, 100).Draw(t, "w")
		h := newHex(p, w, draw.NewTheme(true), nil)
		var got []byte
		for i := range h.Len() {
			l := h.th.Line(w + 20)
			h.Draw(i, l)
			at, rest, _ := strings.Cut(l.Text(), "  ")
			if want := fmt.Sprintf("%04x", len(got)); at != want {
				t.Fatalf("row %d is at %q, want %q", i, at, want)
			}
			b, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(rest[:3*h.per]), " ", ""))
			if err != nil {
				t.Fatalf("%q: %v", l.Text(), err)
			}
			got = append(got, b...)
		}
		if !bytes.Equal(got, p) {
			t.Fatalf("got %x, want %x", got, p)
		}
	})
}

// The bytes that are lit are those of the matches, also of matches that cross rows.
func TestHexLightsTheMatches(t *testing.T) {
	t.Parallel()
	th := draw.NewTheme(true)
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.SampledFrom([]byte("ab")), 1, 60).Draw(t, "p")
		word := rapid.SliceOfN(rapid.SampledFrom([]byte("ab")), 1, 4).Draw(t, "word")
		h := newHex(p, 80, th, draw.Words([][]byte{word}))
		lit := 0
		for i := range h.Len() {
			from := i * h.per
			for _, hit := range h.hits(from, min(from+h.per, len(p))) {
				if hit {
					lit++
				}
			}
		}
		if n := bytes.Count(p, word); lit < n || n == 0 && lit > 0 || lit > bytesWithin(p, word) {
			t.Fatalf("%d bytes of %q are lit for %d of %q", lit, p, n, word)
		}
	})
}

// bytesWithin is how many bytes of p belong to any occurrence of word.
func bytesWithin(p, word []byte) (n int) {
	in := make([]bool, len(p))
	for i := range p {
		if bytes.HasPrefix(p[i:], word) {
			for k := range word {
				in[i+k] = true
			}
		}
	}
	for _, b := range in {
		if b {
			n++
		}
	}
	return n
}

// Seeking through a text visits the rows where a match starts, forth and back.
func TestTextSeeksForthAndBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := []byte(rapid.StringMatching(`[abx \n]{0,120}`).Draw(t, "p"))
		word := rapid.StringMatching(`[ab]{1,2}`).Draw(t, "word")
		x := newText(p, nil, rapid.IntRange(8, 30).Draw(t, "w"), draw.NewTheme(true), draw.Words([][]byte{[]byte(word)}), never)
		var want, forth, back []int
		for i, r := range x.rows {
			end := min(int(r.to)+len(word)-1, len(p))
			if bytes.Contains(p[r.from:end], []byte(word)) {
				want = append(want, i)
			}
		}
		for i := x.Seek(-1, 1); i >= 0; i = x.Seek(i, 1) {
			forth = append(forth, i)
		}
		for i := x.Seek(x.Len(), -1); i >= 0; i = x.Seek(i, -1) {
			back = append([]int{i}, back...)
		}
		if fmt.Sprint(forth) != fmt.Sprint(want) || fmt.Sprint(back) != fmt.Sprint(want) {
			t.Fatalf("%q in %q: forth %v, back %v, want %v", word, p, forth, back, want)
		}
	})
}

// The payload bytes of frames are shown as they were sent: unmasking them gives the payload.
func TestFramesShowBytesAsSent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		payload := rapid.SliceOfN(rapid.Byte(), 0, 80).Draw(t, "payload")
		cut := rapid.IntRange(0, len(payload)).Draw(t, "cut")
		key := [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "key"))
		frames := []ws.Frame{{N: 1, Len: int64(cut), Masked: true, MaskKey: key}, {N: 2, Len: int64(len(payload) - cut)}}
		got := wireBytes(&ws.Message{Frames: 2}, frames, payload)
		first := append([]byte(nil), got[0]...)
		for k := range first {
			first[k] ^= key[k%4]
		}
		if !bytes.Equal(first, payload[:min(cut, 16)]) || !bytes.Equal(got[1], payload[cut:min(len(payload), cut+16)]) {
			t.Fatalf("got %x and %x of %x", got[0], got[1], payload)
		}
		if none := wireBytes(&ws.Message{Frames: 2, Compressed: true}, frames, payload); none[0] != nil || none[1] != nil {
			t.Fatal("compressed bytes cannot be made from the payload")
		}
	})
}

func TestFramesFold(t *testing.T) {
	t.Parallel()
	m := ws.Message{Frames: 9}
	frames := []ws.Frame{{N: 1, Opcode: ws.OpText, HeaderLen: 2, Len: 1}, {N: 2, Fin: true, HeaderLen: 2, Len: 1}}
	d := newFramesDoc(draw.NewTheme(true), 100, nil, &m, frames, []byte("ab"), 0)
	open := d.Len()
	if !d.Toggle(0) || d.open != -1 || d.Len() != 3 {
		t.Errorf("folded: open %d, %d rows", d.open, d.Len())
	}
	if !d.Toggle(1) || d.open != 1 || d.Len() != open {
		t.Errorf("the other one: open %d, %d rows, want %d", d.open, d.Len(), open)
	}
	if d.Toggle(-1) || d.Toggle(1000) {
		t.Error("a row that is not there folds")
	}
	all := rowsOf(t, d, 100)
	if last := all[len(all)-1]; !strings.Contains(last, "7 more") {
		t.Errorf("the last row is %q", last)
	}
}
