package explain

import (
	"strings"

	"github.com/wspeek/wspeek/decode/ws"
)

// Rule explains a rule of ws.Rules: what it says, why it exists, and what to look for. Nil where there is none of that ID.
func Rule(id string) *Document {
	r := ws.RuleByID(id)
	if r == nil {
		return nil
	}
	d := &Document{Subject: "rule", Title: "Rule " + r.ID + " (" + r.Level.String() + ")"}
	where := "No RFC says it: it is a note on the capture."
	if r.RFC != "" {
		where = r.RFC + " section " + r.Section + ", level " + r.Level.String() + "."
	}
	w := whys[r]
	d.words("rule", "What it says", r.Text, where)
	d.words("why", "Why", w.why)
	d.words("look", "What to look for", w.look)
	if f := concerned[r]; len(f) > 0 {
		d.words("field", "Where it is seen", "In the frame's "+strings.Join(f, ", ")+".")
	}
	return d
}

// RuleIDs are the IDs of all rules, in the order of ws.Rules.
func RuleIDs() []string {
	var ids []string
	for _, r := range ws.Rules {
		ids = append(ids, r.ID)
	}
	return ids
}
