package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// vt is a terminal, as far as the terminal UI uses one. It notes in bad whatever a program that shows hostile text
// must not write.
type vt struct {
	w, h, x, y int
	cells      [][]string
	rest       []byte // of a sequence that has not ended yet
	last       string
	top, end   int // of the scroll region
	bad        []string
	// copied are the texts of OSC 52 in base64, title the window title.
	copied []string
	titles []string
	alt    bool
	bytes  int // how many were written
	// colored says that a colour was set.
	colored bool
}

func newVT(w, h int) *vt {
	v := &vt{w: w, h: h, end: h}
	v.cells = make([][]string, h)
	for y := range v.cells {
		v.cells[y] = make([]string, w)
		v.erase(y, 0, w)
	}
	return v
}

func (v *vt) erase(y, from, to int) {
	for x := max(from, 0); x < min(to, v.w); x++ {
		v.cells[y][x] = " "
	}
}

// text is the screen.
func (v *vt) text() string {
	rows := make([]string, v.h)
	for y := range rows {
		rows[y] = strings.TrimRight(strings.Join(v.cells[y], ""), " ")
	}
	return strings.Join(rows, "\n")
}

func (v *vt) complain(format string, args ...any) {
	if len(v.bad) < 20 {
		v.bad = append(v.bad, fmt.Sprintf(format, args...))
	}
}

// Write takes what a program writes.
func (v *vt) Write(p []byte) {
	v.bytes += len(p)
	p = append(v.rest, p...)
	for len(p) > 0 {
		n := v.step(p)
		if n == 0 {
			break
		}
		p = p[n:]
	}
	v.rest = append([]byte(nil), p...)
}

// step takes one character or sequence; 0 if it has not ended yet.
func (v *vt) step(p []byte) int {
	switch c := p[0]; {
	case c == 0x1b:
		return v.escape(p)
	case c == '\r':
		v.x = 0
	case c == '\n':
		v.down()
	case c == '\b':
		v.x = max(min(v.x, v.w-1)-1, 0)
	case c == '\t':
		v.x = min((v.x/8+1)*8, v.w-1)
	case c < 0x20 || c == 0x7f:
		v.complain("control %#x", c)
	case c < utf8.RuneSelf:
		v.put(string(rune(c)), 1)
	default:
		return v.grapheme(p)
	}
	return 1
}

func (v *vt) grapheme(p []byte) int {
	if !utf8.FullRune(p) {
		return 0
	}
	r, n := utf8.DecodeRune(p)
	switch {
	case r == utf8.RuneError && n == 1:
		v.complain("byte %#x, which is not UTF-8", p[0])
		return n
	case r < 0xa0, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff, r >= 0xe0000:
		v.complain("character %U", r)
		return n
	}
	s := string(p[:n])
	if w := ansi.StringWidth(s); w > 0 {
		v.put(s, w)
	} else if v.x > 0 {
		v.cells[v.y][v.x-1] += s
	}
	return n
}

func (v *vt) put(s string, w int) {
	if v.x+w > v.w {
		v.complain("%q written beyond the last cell of row %d", s, v.y)
		return
	}
	v.cells[v.y][v.x] = s
	if w == 2 {
		v.cells[v.y][v.x+1] = ""
	}
	v.x += w
	v.last = s
}

func (v *vt) down() {
	if v.y == v.end-1 {
		v.scroll(1)
	} else {
		v.y = min(v.y+1, v.h-1)
	}
}

// scroll moves the scroll region up by n rows.
func (v *vt) scroll(n int) {
	for ; n > 0; n-- {
		first := v.cells[v.top]
		copy(v.cells[v.top:v.end], v.cells[v.top+1:v.end])
		v.cells[v.end-1] = first
		v.erase(v.end-1, 0, v.w)
	}
	for ; n < 0; n++ {
		last := v.cells[v.end-1]
		copy(v.cells[v.top+1:v.end], v.cells[v.top:v.end-1])
		v.cells[v.top] = last
		v.erase(v.top, 0, v.w)
	}
}

func (v *vt) escape(p []byte) int {
	if len(p) < 2 {
		return 0
	}
	switch p[1] {
	case '[':
		for i := 2; i < len(p); i++ {
			if p[i] >= 0x40 && p[i] <= 0x7e {
				v.csi(string(p[2:i]), p[i])
				return i + 1
			}
		}
		return 0
	case ']', 'P', '_':
		return v.text7(p)
	case 'M':
		if v.y == v.top {
			v.scroll(-1)
		} else {
			v.y--
		}
	case '=', '>', '7', '8':
	default:
		v.complain("ESC %q", p[1])
	}
	return 2
}

// text7 takes OSC, DCS and APC up to BEL or ST.
func (v *vt) text7(p []byte) int {
	for i := 2; i < len(p); i++ {
		if p[i] == 0x07 {
			v.osc(p[1], string(p[2:i]))
			return i + 1
		}
		if p[i] == 0x1b && i+1 < len(p) {
			v.osc(p[1], string(p[2:i]))
			return i + 2
		}
	}
	return 0
}

func (v *vt) osc(kind byte, s string) {
	switch {
	case kind == ']' && strings.HasPrefix(s, "52;c;"):
		v.copied = append(v.copied, s[5:])
	case kind == ']' && (strings.HasPrefix(s, "2;") || strings.HasPrefix(s, "0;")):
		v.titles = append(v.titles, s[2:])
	case kind == ']' && s == "11;?":
	case kind == 'P' && strings.HasPrefix(s, "+q"):
	default:
		v.complain("%c%q", kind, s)
	}
}

func (v *vt) csi(args string, final byte) {
	n := func(i, def int) int {
		parts := strings.Split(args, ";")
		if i < len(parts) {
			if k, err := strconv.Atoi(parts[i]); err == nil && k > 0 {
				return k
			}
		}
		return def
	}
	if strings.ContainsAny(args, "?<>=$") {
		if args == "?1049" {
			v.alt = final == 'h'
		}
		if !strings.ContainsRune("hlupcmqW", rune(final)) {
			v.complain("CSI %s%c", args, final)
		}
		return
	}
	v.plain(n, args, final)
}

func (v *vt) plain(n func(i, def int) int, args string, final byte) {
	if final != 'm' { // a character in the last cell leaves the cursor there
		v.x = min(v.x, v.w-1)
	}
	switch final {
	case 'm':
		for _, a := range strings.Split(args, ";") {
			k, _ := strconv.Atoi(a)
			v.colored = v.colored || k >= 30 && k <= 48 && k != 39 || k >= 90 && k <= 107
		}
	case 'n', 'q', 't', 'c', 'h', 'l':
	case 'A':
		v.y = max(v.y-n(0, 1), 0)
	case 'B', 'e':
		v.y = min(v.y+n(0, 1), v.h-1)
	case 'C', 'a':
		v.x = min(v.x+n(0, 1), v.w-1)
	case 'D':
		v.x = max(v.x-n(0, 1), 0)
	case 'I':
		v.x = min((v.x/8+n(0, 1))*8, v.w-1)
	case 'Z':
		v.x = max(((v.x+7)/8-n(0, 1))*8, 0)
	case 'G', '`':
		v.x = min(n(0, 1), v.w) - 1
	case 'd':
		v.y = min(n(0, 1), v.h) - 1
	case 'H', 'f':
		v.y, v.x = min(n(0, 1), v.h)-1, min(n(1, 1), v.w)-1
	case 'J':
		v.clear(n(0, 0))
	case 'K':
		from, to := [][2]int{{v.x, v.w}, {0, v.x + 1}, {0, v.w}}[n(0, 0)][0], [][2]int{{v.x, v.w}, {0, v.x + 1}, {0, v.w}}[n(0, 0)][1]
		v.erase(v.y, from, to)
	case 'X':
		v.erase(v.y, v.x, v.x+n(0, 1))
	case 'b':
		for range n(0, 1) {
			v.put(v.last, ansi.StringWidth(v.last))
		}
	case 'r':
		v.top, v.end = n(0, 1)-1, n(1, v.h)
		v.x, v.y = 0, 0
	default:
		v.shift(n, args, final)
	}
}

func (v *vt) clear(how int) {
	for y := range v.cells {
		switch {
		case how >= 2 || how == 0 && y > v.y || how == 1 && y < v.y:
			v.erase(y, 0, v.w)
		case how == 0 && y == v.y:
			v.erase(y, v.x, v.w)
		}
	}
}

// shift moves rows and cells.
func (v *vt) shift(n func(i, def int) int, args string, final byte) {
	row := v.cells[v.y]
	k := min(n(0, 1), v.w-v.x)
	switch final {
	case 'S':
		v.scroll(n(0, 1))
	case 'T':
		v.scroll(-n(0, 1))
	case 'L', 'M':
		top := v.top
		v.top = v.y
		v.scroll(map[byte]int{'L': -1, 'M': 1}[final] * n(0, 1))
		v.top = top
	case 'P':
		copy(row[v.x:], row[v.x+k:])
		v.erase(v.y, v.w-k, v.w)
	case '@':
		copy(row[v.x+k:], row[v.x:])
		v.erase(v.y, v.x, v.x+k)
	default:
		v.complain("CSI %s%c", args, final)
	}
}
