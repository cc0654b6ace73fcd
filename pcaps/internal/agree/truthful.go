package main

import (
	"fmt"
	"slices"
)

// truthful checks that the data messages reported as exact were sent on their connection, in that order.
func truthful(t truth, r *report) (out result) {
	for _, s := range r.sessions {
		for _, dir := range dirs {
			got := data(s.got[dir])
			best := 0
			for _, c := range t.connections {
				if c.isOf(s.client) {
					best = max(best, inOrder(data(c.sent[dir]), got))
				}
			}
			out.total, out.right = out.total+len(got), out.right+best
			if wrong := len(got) - best; wrong > 0 {
				out.differences = append(out.differences,
					fmt.Sprintf("%s %s: %d of %d exact messages are not true", s.client, dir, wrong, len(got)))
			}
		}
	}
	return out
}

// atLeast adds a difference to the result of truthful if less than percent of the data messages sent are right.
func (r result) atLeast(percent int, t truth) result {
	sent := 0
	for _, c := range t.connections {
		for _, dir := range dirs {
			sent += len(data(c.sent[dir]))
		}
	}
	if r.right*100 < sent*percent {
		r.differences = append(r.differences, fmt.Sprintf("%d of %d messages sent are reported as exact, want %d %%", r.right, sent, percent))
	}
	return r
}

// inOrder returns how many of got appear in sent, each after the one before it.
func inOrder(sent, got []message) (n int) {
	for _, m := range got {
		if i := slices.Index(sent, m); i >= 0 {
			sent, n = sent[i+1:], n+1
		}
	}
	return n
}
