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

// Packets are the packets that what is shown was read from.
type Packets interface {
	// Save writes packets to a file, and answers in half a line what it wrote and what of it is missing. It is called
	// beside the screen, one call at a time. When ctx is done it gives up; whenever it returns an error no file is left
	// behind.
	Save(ctx context.Context, what Saving) (string, error)
}

// Saving says which packets are saved, and where.
type Saving struct {
	// Name is the file; it is made by Save. Over says that one of that name is replaced.
	Name string
	Over bool
	// Sessions are the numbers of the sessions of whose TCP connections all packets are wanted, in rising order. None
	// stands for every packet.
	Sessions []int
}

var (
	errNoFile    = errors.New("want the name of a file")
	errNoPackets = errors.New("there are no packets here that could be saved")
	errWriting   = errors.New("a file is being written: Esc gives that up")
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
	m.say("writing " + name + " ... Esc gives up")
	packets, filtered := m.opt.Packets, m.spec.Query != nil && len(sessions) == 0
	return m.background(func() tea.Msg {
		defer stop()
		text, err := packets.Save(ctx, Saving{name, over, sessions})
		if filtered {
			text += "; the filter is for messages: packets of all sessions"
		}
		return wroteMsg{name, text, err}
	}), nil
}

// savingOf takes a name and the numbers behind it apart. A name may have blanks, where it is quoted or ends as captures do.
func (m *model) savingOf(arg string) (name string, sessions []int, err error) {
	name, rest := nameOf(strings.TrimSpace(arg))
	if err := saveable(name); err != nil {
		return "", nil, err
	}
	for _, s := range strings.FieldsFunc(rest, func(r rune) bool { return r == ' ' || r == ',' }) {
		from, to, ok := span(s)
		switch {
		case !ok:
			return "", nil, fmt.Errorf("%s is no session: FILE 3 5-7 wants those of sessions 3, 5, 6 and 7", s)
		case to < from:
			return "", nil, fmt.Errorf("%s: want the lower number first", s)
		case from < 1 || to > m.count.Sessions:
			return "", nil, fmt.Errorf("%s: there are sessions 1 to %d", s, m.count.Sessions)
		}
		for n := from; n <= to; n++ {
			sessions = append(sessions, n)
		}
	}
	return name, slices.Compact(sorted(sessions)), nil
}

// captureEndings are how names of captures end.
var captureEndings = []string{".pcapng", ".pcap", ".cap"}

// nameOf is the name at the begin of a line, and what is behind it. Where no word ends as captures do, the name goes on
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

// otherEndings are those of what is no pcapng.
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
func (m *model) askPackets() tea.Cmd {
	ns := m.sess.marked
	if n := m.sess.selected(m.store); len(ns) == 0 && n != 0 {
		ns = []int{n}
	}
	list := spans(ns)
	switch {
	case list == "":
		return m.open(promptCommand, "w "+m.free("wspeek.pcapng"))
	case len(list) > longestSpans:
		return m.open(promptCommand, "w "+m.free("wspeek-sessions.pcapng")+" "+list)
	}
	return m.open(promptCommand, "w "+m.free("wspeek-"+strings.ReplaceAll(list, " ", "_")+".pcapng")+" "+list)
}
