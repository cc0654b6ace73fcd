package calls

import "slices"

// maxNotable is how many calls of each kind are kept.
const maxNotable = 3

// Notable keeps the calls that a person looks for first: the slowest, and the first that failed or had no reply.
type Notable struct {
	Slowest, Failed, Unanswered []Call
}

// Add takes in a call.
func (n *Notable) Add(c *Call) {
	switch {
	case c.State == Failed && len(n.Failed) < maxNotable:
		n.Failed = append(n.Failed, c.kept())
	case c.State == Unanswered && len(n.Unanswered) < maxNotable:
		n.Unanswered = append(n.Unanswered, c.kept())
	}
	if !c.HasTook || len(n.Slowest) == maxNotable && c.Took <= n.Slowest[maxNotable-1].Took {
		return
	}
	at := len(n.Slowest)
	for at > 0 && n.Slowest[at-1].Took < c.Took {
		at--
	}
	n.Slowest = slices.Insert(n.Slowest, at, c.kept())
	n.Slowest = n.Slowest[:min(len(n.Slowest), maxNotable)]
}

// kept is a copy that may be kept: without the text of a turn.
func (c *Call) kept() Call {
	k := *c
	if k.Turn != nil {
		turn := *k.Turn
		turn.Text = nil
		k.Turn = &turn
	}
	return k
}
