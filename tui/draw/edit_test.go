package draw

import (
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"
)

// press is the message of a key by its name, or of a typed character.
func press(name string) tea.KeyPressMsg {
	if k, ok := editKeys[name]; ok {
		return tea.KeyPressMsg(k)
	}
	r, _ := utf8.DecodeRuneInString(name)
	return tea.KeyPressMsg{Code: r, Text: name}
}

var editKeys = map[string]tea.Key{
	"left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight}, "home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd},
	"backspace": {Code: tea.KeyBackspace}, "delete": {Code: tea.KeyDelete},
	"ctrl+a": {Code: 'a', Mod: tea.ModCtrl}, "ctrl+b": {Code: 'b', Mod: tea.ModCtrl}, "ctrl+d": {Code: 'd', Mod: tea.ModCtrl},
	"ctrl+e": {Code: 'e', Mod: tea.ModCtrl}, "ctrl+f": {Code: 'f', Mod: tea.ModCtrl}, "ctrl+h": {Code: 'h', Mod: tea.ModCtrl},
	"ctrl+k": {Code: 'k', Mod: tea.ModCtrl}, "ctrl+u": {Code: 'u', Mod: tea.ModCtrl}, "ctrl+w": {Code: 'w', Mod: tea.ModCtrl},
	"alt+backspace": {Code: tea.KeyBackspace, Mod: tea.ModAlt},
}

func TestEditKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, before, keys, want string // the cursor is written as |
	}{
		{"typing", "", "a b c", "abc|"},
		{"typing in the middle", "a|c", "b", "ab|c"},
		{"typing a character of several bytes", "a|c", "日", "a日|c"},
		{"left and right", "abc|", "left left right", "ab|c"},
		{"left stops at the start", "|abc", "left ctrl+b", "|abc"},
		{"right stops at the end", "abc|", "right ctrl+f", "abc|"},
		{"to the ends", "ab|c", "home", "|abc"},
		{"to the ends as in a shell", "ab|c", "ctrl+a ctrl+e", "abc|"},
		{"backspace", "ab|c", "backspace", "a|c"},
		{"backspace at the start", "|abc", "backspace ctrl+h", "|abc"},
		{"delete", "a|bc", "delete", "a|c"},
		{"delete at the end", "abc|", "ctrl+d", "abc|"},
		{"a word", "one two| three", "ctrl+w", "one | three"},
		{"a word and the blanks after it", "one   |", "alt+backspace", "|"},
		{"to the start", "one| two", "ctrl+u", "| two"},
		{"to the end", "one| two", "ctrl+k", "one|"},
		{"a key without text", "a|", "ctrl+f", "a|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var e Edit
			before, after, _ := strings.Cut(c.before, "|")
			e.SetHalves(before, after)
			for _, k := range strings.Fields(c.keys) {
				e.Key(press(k))
			}
			before, after = e.Halves()
			if got := before + "|" + after; got != c.want || e.String() != before+after {
				t.Errorf("%q and %s: %q, want %q", c.before, c.keys, got, c.want)
			}
		})
	}
}

func TestEditInsertsOneLineWithinItsBound(t *testing.T) {
	t.Parallel()
	var e Edit
	e.Insert("a\r\nb\nc\rd\te")
	if e.String() != "a b c d e" {
		t.Errorf("%q", e.String())
	}
	e.Set("")
	e.Insert(strings.Repeat("é", maxTyped+50))
	if n := utf8.RuneCountInString(e.String()); n != maxTyped {
		t.Errorf("%d characters, want %d", n, maxTyped)
	}
	if e.Key(press("x")); utf8.RuneCountInString(e.String()) != maxTyped {
		t.Error("more is typed than fits")
	}
}

// Whatever is pressed, the halves are the line, and only what the key says is changed.
func TestEditKeepsItsCursorInTheLine(t *testing.T) {
	t.Parallel()
	var names []string
	for k := range editKeys {
		names = append(names, k)
	}
	names = append(names, "x", "é", " ", "日")
	rapid.Check(t, func(t *rapid.T) {
		var e Edit
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(names), 0, 40).Draw(t, "keys") {
			before, after := e.Halves()
			e.Key(press(k))
			b, a := e.Halves()
			if b+a != e.String() || !utf8.ValidString(e.String()) {
				t.Fatalf("halves %q and %q of %q", b, a, e.String())
			}
			if !strings.HasSuffix(before+after, a) && !strings.HasPrefix(before+after, b) {
				t.Fatalf("%s made %q|%q of %q|%q", k, b, a, before, after)
			}
		}
	})
}
