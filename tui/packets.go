package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
)

var (
	errNoFile    = errors.New("want the name of a file")
	errNoPackets = errors.New("there are no packets here to save")
	errWriting   = errors.New("a file is being written; Esc cancels it")
)

// savePackets is the command of ":w FILE [SESSIONS]".
func (m *model) savePackets(arg string, over bool) (tea.Cmd, error) {
	name, sessions, err := m.savingOf(arg)
	switch {
	case err != nil:
		return nil, err
	case m.opt.Packets == nil:
		return nil, errNoPackets
	case m.writing != nil:
		return nil, errWriting
	}
	if len(sessions) == 0 {
		sessions = sorted(m.sess.marked)
	}
	ctx, stop := context.WithCancel(context.Background())
	m.writing = stop
	m.note("writing " + name + " ... Esc cancels")
	packets, filtered := m.opt.Packets, m.spec.Query != nil && len(sessions) == 0
	return m.background(func() tea.Msg {
		defer stop()
		text, err := packets.Save(ctx, Saving{name, over, sessions})
		if filtered {
			text += "; the filter applies to messages only: packets of all sessions"
		}
		return wroteMsg{name, text, err}
	}), nil
}

// savingOf takes a name and the numbers after it apart. A name may have blanks, where it is quoted or ends as captures do.
func (m *model) savingOf(arg string) (name string, sessions []int, err error) {
	name, rest := nameOf(strings.TrimSpace(arg))
	if err := saveable(name); err != nil {
		return "", nil, err
	}
	for _, s := range strings.FieldsFunc(rest, func(r rune) bool { return r == ' ' || r == ',' }) {
		from, to, ok := span(s)
		switch {
		case !ok:
			return "", nil, fmt.Errorf("%s is not a session number: FILE 3 5-7 saves sessions 3, 5, 6 and 7", s)
		case to < from:
			return "", nil, fmt.Errorf("%s: want the lower number first", s)
		case from < 1 || to > m.count.Sessions:
			return "", nil, fmt.Errorf("%s: %s", s, m.sessionsWords())
		}
		for n := from; n <= to; n++ {
			sessions = append(sessions, n)
		}
	}
	return name, slices.Compact(sorted(sessions)), nil
}

// sessionsWords says which sessions there are.
func (m *model) sessionsWords() string {
	switch n := m.count.Sessions; n {
	case 0:
		return "no session has been found yet"
	case 1:
		return "there is only session 1"
	default:
		return fmt.Sprintf("there are sessions 1 to %d", n)
	}
}

// captureEndings are how names of captures end.
var captureEndings = []string{".pcapng", ".pcap", ".cap"}

// nameOf is the name at the start of a line, and what is after it. Where no word ends as captures do, the name goes on
// until a word that begins as a list of sessions does.
func nameOf(line string) (name, rest string) {
	if line != "" && strings.ContainsRune(`'"`, rune(line[0])) {
		if end := strings.IndexByte(line[1:], line[0]); end >= 0 {
			return line[1 : 1+end], line[2+end:]
		}
	}
	for _, ending := range captureEndings {
		if at := strings.Index(line+" ", ending+" "); at >= 0 {
			at += len(ending)
			return line[:at], line[at:]
		}
	}
	for at := range line {
		if at > 0 && line[at-1] == ' ' && line[at] >= '0' && line[at] <= '9' {
			return strings.TrimSpace(line[:at]), line[at:]
		}
	}
	return line, ""
}

// otherEndings are those of what is not pcapng.
var otherEndings = []string{".har", ".json", ".ndjson", ".csv", ".md", ".txt", ".gz", ".zst"}

// saveable refuses names under which nobody would look for pcapng.
func saveable(name string) error {
	if name == "" || name == "-" {
		return errNoFile
	}
	for _, e := range otherEndings {
		if strings.HasSuffix(strings.ToLower(name), e) {
			return fmt.Errorf("%s: packets are written as pcapng; want another ending than %s", name, e)
		}
	}
	return nil
}

// span reads "3" or "5-7".
func span(s string) (from, to int, ok bool) {
	a, b, two := strings.Cut(s, "-")
	from, err := strconv.Atoi(a)
	if !two {
		b = a
	}
	to, err2 := strconv.Atoi(b)
	return from, to, err == nil && err2 == nil
}

func sorted(ns []int) []int { return slices.Sorted(slices.Values(ns)) }

// spans writes sessions as span reads them: "1 3 5-7".
func spans(ns []int) string {
	ns = sorted(ns)
	var out []string
	for i := 0; i < len(ns); {
		k := i
		for k+1 < len(ns) && ns[k+1] == ns[k]+1 {
			k++
		}
		switch k - i {
		case 0:
			out = append(out, strconv.Itoa(ns[i]))
		case 1:
			out = append(out, strconv.Itoa(ns[i]), strconv.Itoa(ns[k]))
		default:
			out = append(out, fmt.Sprintf("%d-%d", ns[i], ns[k]))
		}
		i = k + 1
	}
	return strings.Join(out, " ")
}

// longestSpans is how long a list of sessions may be to stand in a file's name.
const longestSpans = 20

// askPackets opens the command line to write the packets of the selected sessions, else of the one that the cursor
// stands on, or of all.
func (m *model) askPackets(string) tea.Cmd {
	ns := m.sess.marked
	if n := m.sess.selected(m.store); len(ns) == 0 && n != 0 {
		ns = []int{n}
	}
	list := spans(ns)
	switch {
	case list == "":
		return m.openProposal(promptCommand, "w ", "wspeek.pcapng", "")
	case len(list) > longestSpans:
		return m.openProposal(promptCommand, "w ", "wspeek-sessions.pcapng", " "+list)
	}
	return m.openProposal(promptCommand, "w ", "wspeek-"+strings.ReplaceAll(list, " ", "_")+".pcapng", " "+list)
}
