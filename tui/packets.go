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
	packets := m.opt.Packets
	return func() tea.Msg {
		defer stop()
		text, err := packets.Save(ctx, Saving{name, over, sessions})
		return wroteMsg{text, err}
	}, nil
}

// savingOf takes a name and the numbers behind it apart. What looks like numbers at the end of the line is a list of
// sessions; a name may have blanks.
func (m *model) savingOf(arg string) (name string, sessions []int, err error) {
	name = strings.TrimSpace(arg)
	if name == "" {
		return "", nil, errNoFile
	}
	for {
		at := strings.LastIndexByte(name, ' ')
		from, to, ok := span(name[at+1:])
		if at < 0 || !ok {
			break
		}
		if from < 1 || to < from || to > m.count.sessions {
			return "", nil, fmt.Errorf("%s: there are sessions 1 to %d", name[at+1:], m.count.sessions)
		}
		for n := from; n <= to; n++ {
			sessions = append(sessions, n)
		}
		name = strings.TrimSpace(name[:at])
	}
	return name, slices.Compact(sorted(sessions)), nil
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
		return m.open(promptCommand, "w wspeek.pcapng")
	case len(list) > longestSpans:
		return m.open(promptCommand, "w wspeek-sessions.pcapng "+list)
	}
	return m.open(promptCommand, "w wspeek-"+strings.ReplaceAll(list, " ", "_")+".pcapng "+list)
}
