package tui

import (
	"strings"
	"testing"
)

func TestNoKeyIsBoundTwice(t *testing.T) {
	t.Parallel()
	for bit := inSessions; bit <= inHelp; bit <<= 1 {
		seen := map[string]bool{}
		for _, b := range bindings() {
			if b.in&bit == 0 {
				continue
			}
			for _, k := range b.keys {
				if seen[k] {
					t.Errorf("key %q is bound twice in place %06b", k, bit)
				}
				seen[k] = true
			}
		}
		for k := range seen { // a pair must not start with a key that does something alone
			if first, _, ok := strings.Cut(k, " "); ok && first != "" && seen[first] {
				t.Errorf("%q starts with %q, which does something alone", k, first)
			}
		}
	}
}

func TestEveryBindingDoesSomethingAndIsInTheHelp(t *testing.T) {
	t.Parallel()
	helped := map[string]bool{}
	table := bindings()
	for i := range table {
		b := &table[i]
		if b.do == nil || len(b.keys) == 0 || b.in == 0 {
			t.Errorf("row %d (%q) does nothing", i, b.keys)
		}
		if b.help != "" {
			helped[b.group] = true
		} else if i == 0 || table[i-1].group != b.group {
			t.Errorf("%q is not in the help", b.keys[0])
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
		name, first, key string
		in               place
		want             string // the first key of the row found, and the places of that row
		pending          bool
	}{
		{"the first of a pair", "", "g", inMessages, "", true},
		{"a pair", "g", "g", inMessages, "g g", false},
		{"in the help", "", "j", inHelp, "j", false},
		{"not in the help", "", "y", inHelp, "", false},
		{"in a list", "", "space", inMessages, "space", false},
		{"not in the detail", "", "space", inDetail, "", false},
		{"not a pair", "g", "j", inMessages, "", false},
		{"a second name", "", "shift+g", inSessions, "G", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, pending := lookup(bindings(), c.first, c.key, c.in)
			got := ""
			if b != nil {
				got = b.keys[0]
			}
			if got != c.want || pending != c.pending || b != nil && b.in&c.in == 0 {
				t.Errorf("lookup(%q, %q, %b) = %q, %v; want %q, %v", c.first, c.key, c.in, got, pending, c.want, c.pending)
			}
		})
	}
}
