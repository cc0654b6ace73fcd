package main

import (
	"fmt"
	"slices"
	"strings"
)

// compare matches each connection of the truth with a session of the report, and checks that nothing is left.
func compare(t truth, r *report) (out result) {
	m := matcher{scripted: t.scripted}
	for _, s := range r.sessions {
		if s.count() > 0 {
			m.free = append(m.free, s)
		} else {
			m.quiet = append(m.quiet, s)
		}
	}
	known := map[string]bool{}
	for _, c := range t.connections {
		known[c.client] = true
		out.total += c.count()
		if c.count() == 0 {
			out.differences = append(out.differences, m.compareQuiet(c)...)
			continue
		}
		right, differences := m.compareTalking(c)
		out.right += right
		out.differences = append(out.differences, differences...)
	}
	for _, s := range m.free {
		if !known[s.client] || len(data(s.got["c2s"]))+len(data(s.got["s2c"])) > 0 {
			out.differences = append(out.differences, s.client+": a session that nobody had")
		}
	}
	return out
}

// matcher has the sessions that are not matched yet: free ones have messages, quiet ones have none.
type matcher struct {
	free, quiet []*session
	scripted    bool
}

// compareQuiet compares a connection without messages: the log may describe it, or say how it was refused.
func (m *matcher) compareQuiet(c connection) []string {
	i := slices.IndexFunc(m.quiet, func(s *session) bool { return c.isOf(s.client) })
	switch {
	case i < 0 && c.status != 0:
		return []string{c.client + ": not reported"}
	case i < 0:
		return nil
	}
	if d := m.described(c, m.quiet[i]); d != "" {
		return []string{c.client + ": " + d}
	}
	return nil
}

// compareTalking compares a connection with the session that is most like it, and returns how many messages are right.
func (m *matcher) compareTalking(c connection) (right int, differences []string) {
	i := m.pick(c)
	if i < 0 {
		return 0, []string{c.client + ": not reported"}
	}
	s := m.free[i]
	m.free = slices.Delete(m.free, i, i+1)
	if d := m.described(c, s); d != "" {
		differences = append(differences, s.client+": "+d)
	}
	right = max(0, matched(c, s))
	for _, dir := range dirs {
		if n := side(c.sent[dir], s.got[dir], c.open[dir]); n != len(c.sent[dir]) {
			differences = append(differences,
				fmt.Sprintf("%s %s: %d/%d (reported %d)", s.client, dir, max(0, n), len(c.sent[dir]), len(s.got[dir])))
		}
	}
	return right, differences
}

// pick returns the index of the free session that is most like a connection, -1 if none can be it.
func (m *matcher) pick(c connection) int {
	best, score := -1, 0
	for i, s := range m.free {
		if !c.isOf(s.client) {
			continue
		}
		n := matched(c, s)
		if m.described(c, s) == "" {
			n += c.count() + s.count() + 1 // whatever the messages, the right description is worth more
		}
		if best < 0 || n > score {
			best, score = i, n
		}
	}
	return best
}

// described returns what a session says falsely about a connection, "" if nothing.
func (m *matcher) described(c connection, s *session) string {
	path, _, _ := strings.Cut(s.path, "?")
	switch {
	case !m.scripted && c.path != "" && c.path != s.path && c.path != path:
		return "path " + s.path
	case !m.scripted && c.subprotocol != "" && c.subprotocol != s.subprotocol:
		return "subprotocol " + s.subprotocol
	case strings.Contains(c.extensions, "permessage-deflate") && !strings.Contains(s.extensions, "permessage-deflate"):
		return "extensions " + s.extensions
	case c.status != 0 && (s.state != "refused" || s.status != c.status):
		return fmt.Sprintf("refused with %d, reported %s %d", c.status, s.state, s.status)
	}
	return ""
}

// matched returns how many messages of both directions are right.
func matched(c connection, s *session) int {
	return side(c.sent["c2s"], s.got["c2s"], c.open["c2s"]) + side(c.sent["s2c"], s.got["s2c"], c.open["s2c"])
}

// side returns how many messages of one direction are right: len(sent) only if all are. As many as open says may be
// missing or added at the end. What was reported though nothing was sent counts below zero.
func side(sent, got []message, open int) int {
	if len(sent) == 0 && open == 0 && len(data(got)) > 0 {
		return -len(got)
	}
	want, have := data(sent), data(got)
	n := min(len(want), len(have))
	surplus := max(len(want), len(have)) - n
	missing := missingControls(sent, got)
	if slices.Equal(want[:n], have[:n]) && (surplus == 0 && missing == 0 || open > 0 && surplus <= open) {
		return len(sent)
	}
	right := len(sent) - len(want) - missing
	for i := range n {
		if want[i] == have[i] {
			right++
		}
	}
	return min(right, len(sent)-1)
}

// missingControls returns how many control messages were sent and not reported. Their order does not count.
func missingControls(sent, got []message) (n int) {
	reported := map[message]int{}
	for _, m := range got {
		reported[m]++
	}
	for _, m := range sent {
		if m.isData() {
			continue
		}
		if reported[m]--; reported[m] < 0 {
			n++
		}
	}
	return n
}
