package diff

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/wspeek/wspeek/decode/show"
)

// change appends a change: in one line where it fits, else in two.
func (t *Text) change(dst []byte, x *Change) []byte {
	path := "      " + t.paint(bold, show.Inert(x.Path))
	if t.NoPayload {
		return t.line(dst, path)
	}
	a, b := elide(x.A, x.B, max(min(t.width(), 1<<16)-16, 24))
	va, vb := t.paint(red, value(a, x.InA)), t.paint(green, value(b, x.InB))
	one := path + ": " + va + " → " + vb
	if ansi.StringWidth(one) <= t.width() {
		return t.line(dst, one)
	}
	dst = t.line(dst, path)
	dst = t.line(dst, "        A "+va)
	return t.line(dst, "        B "+vb)
}

// value is inert; what is not there is said in words.
func value(s string, in bool) string {
	switch {
	case !in:
		return "(none)"
	case s == "":
		return "(empty)"
	}
	return show.Inert(s)
}

// elide cuts what two long values have in common at their begin, so that their difference is to be seen within width.
func elide(a, b string, width int) (string, string) {
	same := common([]byte(a), []byte(b))
	if max(len(a), len(b)) <= width || same <= width/2 {
		return a, b
	}
	same -= width / 4
	for same > 0 && (same < len(a) && a[same]&0xc0 == 0x80 || same < len(b) && b[same]&0xc0 == 0x80) {
		same--
	}
	return "…" + a[same:], "…" + b[same:]
}

// ignored appends what did not count.
func (t *Text) ignored(dst []byte, c *Comparison) []byte {
	var own, rules []string
	for _, u := range c.Ignored {
		s := fmt.Sprintf("%d %s", u.Count, show.Inert(u.Name))
		if u.Text != "" {
			own = append(own, s)
		} else {
			rules = append(rules, s)
		}
	}
	if len(own) > 0 {
		dst = t.wrap(dst, "  not counted: ", strings.Join(own, ", ")+" (built in; --strict counts them)")
	}
	if len(rules) > 0 {
		dst = t.wrap(dst, "  ignored: ", strings.Join(rules, ", "))
	}
	return dst
}

// wrap appends a sentence over as many lines as it takes.
func (t *Text) wrap(dst []byte, lead, s string) []byte {
	indent := strings.Repeat(" ", 4)
	for i, l := range strings.Split(ansi.Wordwrap(lead+s, min(t.width(), 1<<16)-len(indent), ""), "\n") {
		if i > 0 {
			l = indent + strings.TrimLeft(l, " ")
		}
		dst = t.line(dst, t.paint(dim, l))
	}
	return dst
}
