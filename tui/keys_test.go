package tui

import (
	"strings"
	"testing"
)

func TestNoKeyIsDoubled(t *testing.T) {
	t.Parallel()
	for bit := inSessions; bit <= inHelp; bit <<= 1 {
		seen := map[string]action{}
		for i := range bindings {
			b := &bindings[i]
			if b.in&bit == 0 {
				continue
			}
			for _, k := range b.keys {
				if other, ok := seen[k]; ok {
					t.Errorf("key %q does %d and %d in place %05b", k, other, b.act, bit)
				}
				seen[k] = b.act
			}
		}
		for k := range seen { // a pair must not begin with a key that does something alone
			if first, _, ok := strings.Cut(k, " "); ok && first != "" {
				if a, ok := seen[first]; ok {
					t.Errorf("%q begins with %q, which does %d", k, first, a)
				}
			}
		}
	}
}

func TestEveryActionHasAKeyAndHelp(t *testing.T) {
	t.Parallel()
	bound, helped := map[action]bool{}, map[string]bool{}
	for i := range bindings {
		b := &bindings[i]
		bound[b.act] = true
		if b.help != "" {
			helped[b.group] = true
		} else if i == 0 || bindings[i-1].help == "" && bindings[i-1].group != b.group {
			t.Errorf("%q is not in the help", b.keys[0])
		}
	}
	for a := actNone + 1; a <= actQuit; a++ {
		if !bound[a] {
			t.Errorf("action %d has no key", a)
		}
	}
	for _, g := range groups {
		if !helped[g.name] {
			t.Errorf("group %s is empty", g.name)
		}
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first, key string
		in         place
		want       action
		pending    bool
	}{
		{"", "g", inMessages, actNone, true},
		{"g", "g", inMessages, actFirst, false},
		{"", "j", inHelp, actDown, false},
		{"", "y", inHelp, actNone, false},
		{"", "space", inMessages, actSelect, false},
		{"", "space", inDetail, actNone, false},
		{"g", "j", inMessages, actNone, false},
	} {
		a, pending := lookup(c.first, c.key, c.in)
		if a != c.want || pending != c.pending {
			t.Errorf("lookup(%q, %q, %b) = %d, %v; want %d, %v", c.first, c.key, c.in, a, pending, c.want, c.pending)
		}
	}
}
