package feedtest

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui/draw"
)

// CheckInert checks that a row holds no controls but SGR sequences, and no characters that are hidden.
func CheckInert(t testing.TB, row string) {
	t.Helper()
	for rest := row; rest != ""; {
		at := strings.IndexByte(rest, 0x1b)
		plain := rest
		if at >= 0 {
			plain = rest[:at]
		}
		for _, r := range plain {
			if show.Hidden(r) || r == 0xfffd {
				t.Fatalf("%U on the screen: %q", r, row)
			}
		}
		if at < 0 {
			return
		}
		end := strings.IndexByte(rest[at:], 'm')
		if end < 0 || strings.Trim(rest[at:at+end], "\x1b[0123456789;:") != "" {
			t.Fatalf("a sequence that is not SGR: %q", row)
		}
		rest = rest[at+end+1:]
	}
}

// Lit are the runs of a row that are drawn in st.
func Lit(row string, st draw.Style) (out string) {
	open, reset := Brackets(st)
	for _, part := range strings.Split(row, open)[1:] {
		text, _, _ := strings.Cut(part, reset)
		out += text
	}
	return out + " "
}

// Brackets is what is written before and after text in st.
func Brackets(st draw.Style) (before, after string) {
	row, _ := draw.NewTheme(true).Line(1).Put(st, "x").DrawnSoFar()
	before, after, _ = strings.Cut(row, "x")
	return before, after
}
