package explain

import (
	"strings"

	"github.com/wspeek/wspeek/decode/rule"
)

// Rule explains a row of rule.All: what it says, why it exists, and what to look for. Nil if there is none with that ID.
func Rule(id string) *Document {
	r := rule.ByID(id)
	if r == nil {
		return nil
	}
	d := &Document{Subject: "rule", Title: "Rule " + r.ID + " (" + r.Level.String() + ")"}
	where := "No RFC says it: it is a note on the capture."
	if strings.HasPrefix(r.ID, "app.") {
		where = "It holds for several application protocols: a finding names the specification of the one that was seen."
	}
	if r.RFC != "" {
		where = r.RFC + " section " + r.Section + ", level " + r.Level.String() + "."
	}
	d.words("rule", "What it says", r.Text, where)
	d.words("why", "Why", r.Why)
	d.words("look", "What to look for", r.Look)
	if f := r.Fields; len(f) > 0 {
		d.words("field", "Where it is seen", "In the frame's "+strings.Join(f, ", ")+".")
	}
	return d
}

// RuleIDs are the IDs of all rules, in the order of rule.All.
func RuleIDs() []string {
	var ids []string
	for _, r := range rule.All {
		ids = append(ids, r.ID)
	}
	return ids
}
