package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wspeek/wspeek/tui/rows"

	tea "charm.land/bubbletea/v2"
)

// lineCommand is a row of the table of the command line's commands.
type lineCommand struct {
	name, args, help string
	do               func(m *model, arg string) (tea.Cmd, error)
}

// lineCommands are the commands; a name may be shortened as long as the first that fits is meant.
func lineCommands() []lineCommand {
	return []lineCommand{
		{"goto", "N | 12:30:01 | +1.5", "go to message N (of all sessions: row N), to a time of day, to seconds since the first", (*model).gotoPlace},
		{"session", "N", "show the messages of session N; 0 is all", (*model).gotoSession},
		{"filter", "EXPR", "filter, as / does", (*model).setFilter},
		{"search", "EXPR", "search, as & does", (*model).setSearch},
		{"sort", "COLUMN", "sort the sessions by a column, shown or not; again: the other way round", (*model).sortCommand},
		{"group", "WHAT", "group the sessions by server, client, path or verdict; none: not", (*model).groupCommand},
		{"w", "FILE [3 5-7]", "save packets as pcapng: of these sessions, of those selected, or all", func(m *model, arg string) (tea.Cmd, error) { return m.savePackets(arg, false) }},
		{"w!", "FILE [3 5-7]", "the same, over an existing file", func(m *model, arg string) (tea.Cmd, error) { return m.savePackets(arg, true) }},
		{"payload", "FILE", "write the payload to a new file", func(m *model, arg string) (tea.Cmd, error) { return m.save(arg, false), nil }},
		{"payload!", "FILE", "the same, over an existing file", func(m *model, arg string) (tea.Cmd, error) { return m.save(arg, true), nil }},
		{"export", "FILE", "write the listed rows as JSON lines", func(m *model, arg string) (tea.Cmd, error) { return m.export(arg, false), nil }},
		{"export!", "FILE", "the same, over an existing file", func(m *model, arg string) (tea.Cmd, error) { return m.export(arg, true), nil }},
		{"help", "", "the keys", func(m *model, _ string) (tea.Cmd, error) { return m.toggleHelp(""), nil }},
		{"q", "", "quit", quitCommand},
		{"q!", "", "quit", quitCommand},
		{"quit", "", "quit", quitCommand},
	}
}

func quitCommand(m *model, _ string) (tea.Cmd, error) {
	m.quitting = true
	return tea.Quit, nil
}

// commandCandidates are the words that may stand at the end of a line, and the byte from which they replace what is there.
func commandCandidates(text string) (from int, out []string) {
	words := commandNames()
	if name, _, ok := strings.Cut(text, " "); ok {
		from = strings.LastIndexByte(text, ' ') + 1
		switch name {
		case "sort":
			words = sortNames()
		case "group":
			words = groupNames()
		default:
			return len(text), nil
		}
	}
	for _, w := range words {
		if strings.HasPrefix(w, text[from:]) && w != text[from:] {
			out = append(out, w)
		}
	}
	return from, out
}

func commandNames() []string {
	var out []string
	for _, c := range lineCommands() {
		out = append(out, c.name)
	}
	return out
}

// findCommand is the command that a line starts with.
func findCommand(line string) (c lineCommand, arg string, ok bool) {
	name, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
	for _, c := range lineCommands() {
		if c.name == name {
			return c, strings.TrimSpace(arg), true
		}
	}
	for _, c := range lineCommands() {
		if name != "" && strings.HasPrefix(c.name, name) {
			return c, strings.TrimSpace(arg), true
		}
	}
	return lineCommand{}, "", false
}

// commandHint says what the line would do.
func commandHint(line string) string {
	if c, _, ok := findCommand(line); ok {
		return ":" + c.name + " " + c.args + "  " + c.help
	}
	return "no such command; Tab completes"
}

// command carries out a line of the command line.
func (m *model) command(line string) tea.Cmd {
	if n, err := strconv.Atoi(strings.TrimSpace(line)); err == nil {
		line = "goto " + strconv.Itoa(n)
	}
	c, arg, ok := findCommand(line)
	if !ok {
		m.warn("no such command: " + line)
		return nil
	}
	cmd, err := c.do(m, arg)
	if err != nil {
		m.warn(":" + c.name + ": " + err.Error())
	}
	return cmd
}

func (m *model) gotoSession(arg string) (tea.Cmd, error) {
	n, err := strconv.Atoi(arg)
	switch {
	case err != nil || n < 0 || n > m.count.Sessions:
		return nil, fmt.Errorf("there is no session %q: %s", arg, m.sessionsWords())
	case n > 0 && m.store.Session(n) == nil:
		return nil, fmt.Errorf("session %d is no longer kept", n)
	}
	m.sess.choose(m.store, n)
	m.spec.Session = n
	m.focus = paneMessages
	return m.refilter(), nil
}

func (m *model) setFilter(arg string) (tea.Cmd, error) {
	q, err := rows.Compile(arg)
	if err != nil {
		return nil, err
	}
	m.spec.Query = q
	m.focus = max(m.focus, paneMessages)
	return m.refilter(), nil
}

func (m *model) setSearch(arg string) (tea.Cmd, error) {
	q, err := rows.Compile(arg)
	if err != nil {
		return nil, err
	}
	return m.startSearch(q), nil
}

// gotoPlace goes to a message by its number, or to the first row at or after a time.
func (m *model) gotoPlace(arg string) (tea.Cmd, error) {
	m.focus = max(m.focus, paneMessages)
	m.anchor = -1
	var at int
	if n, err := strconv.Atoi(arg); err == nil && !strings.HasPrefix(arg, "+") {
		at = m.rowOf(n)
	} else {
		after, err := m.timeOf(arg)
		if err != nil {
			return nil, err
		}
		at = m.rowAfter(after)
	}
	if at < 0 {
		return nil, fmt.Errorf("%s is not in the list", arg)
	}
	m.msgs.list.Set(at)
	return nil, nil
}

// rowOf is the row of message (frame) n of the session shown; where all are shown, row n.
func (m *model) rowOf(n int) int {
	at := n - 1
	if m.filter.Session != 0 {
		at = m.filter.Numbered(m.store, m.filter.Session, n)
	}
	if at < 0 || at >= m.msgs.list.N {
		return -1
	}
	return at
}

// timeOf reads a time of day, or +seconds since the first message; it is in nanoseconds since 1970.
func (m *model) timeOf(arg string) (int64, error) {
	zero := m.zero()
	if s, err := strconv.ParseFloat(strings.TrimPrefix(arg, "+"), 64); err == nil && strings.HasPrefix(arg, "+") {
		return zero + int64(s*1e9), nil
	}
	for _, form := range []string{"15:04:05", "15:04", "15:04:05.999999999"} {
		t, err := time.Parse(form, arg)
		if err != nil {
			continue
		}
		d := time.Unix(0, zero)
		at := time.Date(d.Year(), d.Month(), d.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), d.Location())
		if at.Before(d.Add(-time.Second)) {
			at = at.AddDate(0, 0, 1)
		}
		return at.UnixNano(), nil
	}
	return 0, fmt.Errorf("%q: want a number, a time of day (12:30:01) or +SECONDS", arg)
}

// rowAfter is the first row at or after a time, -1 for none.
func (m *model) rowAfter(at int64) int {
	if k := m.filter.After(m.store, at); k < m.msgs.list.N {
		return k
	}
	return -1
}

// zero is the time that others are shown relative to.
func (m *model) zero() int64 { return int64(m.store.Zero(m.spec.Session)) }
