package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/tui/draw"
)

// place is where a key works: a set of bits.
type place uint8

const (
	inSessions place = 1 << iota
	inMessages
	inDetail
	inCompare
	inDiff
	inHelp
	inCalls

	inLists       = inSessions | inMessages
	inPanes       = inLists | inDetail
	inComparisons = inCompare | inDiff
	inAll         = inPanes | inComparisons | inHelp | inCalls
)

// binding is a row of the table of keys.
type binding struct {
	// keys are as tea.KeyPressMsg's String has them; the first is the one shown.
	keys []string
	in   place
	// short is for the footer, empty if it is not there. show is how the help writes the keys, if not as keys. help is
	// empty in rows whose keys are in the help of the row before.
	short, show, help string
	group             string
	// do is what the key does; it is given the key.
	do func(*model, string) tea.Cmd
}

// bindings are all keys. The help and the footer are made from them, in this order.
func bindings() []binding { //nolint:funlen // a table
	return []binding{
		{[]string{"j", "down"}, inAll, "", "j k ↓ ↑", "down, up", "move", moves(func(l *draw.List) { l.Move(1) })},
		{[]string{"k", "up"}, inAll, "", "", "", "move", moves(func(l *draw.List) { l.Move(-1) })},
		{[]string{"g g", "home"}, inAll, "", "gg G", "first row; last row, and follow what is captured", "move", moves((*draw.List).First)},
		{[]string{"G", "end", "shift+g"}, inAll, "", "", "", "move", moves((*draw.List).Last)},
		{[]string{"ctrl+d"}, inAll, "", "^d ^u", "half a page down, up", "move", moves(func(l *draw.List) { l.Page(1) })},
		{[]string{"ctrl+u"}, inAll, "", "", "", "move", moves(func(l *draw.List) { l.Page(-1) })},
		{[]string{"ctrl+f", "pgdown"}, inAll, "", "^f ^b", "a page down, up (PgDn, PgUp)", "move", moves(func(l *draw.List) { l.Page(2) })},
		{[]string{"ctrl+b", "pgup"}, inAll, "", "", "", "move", moves(func(l *draw.List) { l.Page(-2) })},
		{[]string{"enter"}, inPanes, "open", "Enter", "open a session or message; fold a line or frame", "move", (*model).openRow},
		{[]string{"enter"}, inDiff, "open", "", "", "move", (*model).openPair},
		{[]string{"esc", "q"}, inAll, "back", "Esc q", "back; cancel a search; at the sessions: quit (while capturing: q twice)", "move", (*model).back},
		{[]string{"l", "right"}, inLists, "", "l h → ←", "open and back; in the detail: next and previous view", "move", (*model).openRow},
		{[]string{"l", "right"}, inDetail, "", "", "", "move", (*model).nextView},
		{[]string{"l", "right"}, inComparisons, "", "", "", "move", nextDifference(1)},
		{[]string{"h", "left"}, inSessions, "", "", "", "move", nothing},
		{[]string{"h", "left"}, inMessages, "", "", "", "move", (*model).back},
		{[]string{"h", "left"}, inDetail, "", "", "", "move", (*model).previousView},
		{[]string{"h", "left"}, inComparisons, "", "", "", "move", nextDifference(-1)},
		{[]string{"tab", "ctrl+w"}, inPanes, "pane", "Tab", "next pane (Shift-Tab: previous)", "look", nextPane(1)},
		{[]string{"shift+tab"}, inPanes, "", "", "", "look", nextPane(2)},
		{[]string{"v"}, inPanes, "view", "", "payload, hex, frames (header bits), handshake", "look", (*model).nextView},
		{[]string{"]", "J"}, inPanes, "", "] [", "next, previous message from any pane", "look", nextMessage(1)},
		{[]string{"[", "K"}, inPanes, "", "", "", "look", nextMessage(-1)},
		{[]string{"\\"}, inPanes, "", "", "show this pane alone, and back", "look", (*model).maximise},
		{[]string{"|"}, inPanes, "", "", "panes side by side or stacked", "look", (*model).stack},
		{[]string{"-"}, inDetail, "", "", "fold or unfold all JSON", "look", (*model).foldAll},
		{[]string{"a"}, inPanes, "", "", "what messages say in a few words, or their payloads", "look", (*model).turnSaid},
		{[]string{"f"}, inMessages | inDetail, "frames", "", "list single frames, or messages", "look", (*model).toggleFrames},
		{[]string{"L"}, inPanes, "ladder", "", "ladder: the session as arrows; again: with TCP; again: the list", "look", (*model).turnLadder},
		{[]string{"C"}, inPanes, "", "", "calls: requests with their replies, of this session or of all", "look", (*model).openCalls},
		{[]string{"r"}, inPanes, "", "", "from a request to its reply, and back", "look", (*model).jump},
		{[]string{"enter"}, inCalls, "both messages", "", "", "look", (*model).openCall},
		{[]string{"tab"}, inCalls, "names, calls", "Tab", "in the calls: to the names, whose row chooses what is listed, and back", "look", (*model).turnCalls},
		{[]string{"l", "right"}, inCalls, "time", "→ ←", "in the calls: only those of one column of the histogram", "look", nextBucket(1)},
		{[]string{"h", "left"}, inCalls, "", "", "", "look", nextBucket(-1)},
		{[]string{"o"}, inCalls, "order", "o", "in the calls: slowest first, errors and unanswered first, as they came", "look", (*model).orderCalls},
		{[]string{"r"}, inCalls, "in the list", "r", "in the calls: show the request in the list of messages", "look", (*model).showCall},
		{[]string{"C"}, inCalls, "", "", "", "look", (*model).uncover},
		{[]string{"s"}, inMessages | inDetail, "", "", "go to the sessions", "look", (*model).toSessions},
		{[]string{"t"}, inPanes, "", "", "time: since the first, since the line above, time of day", "look", (*model).turnClock},
		{[]string{"z"}, inSessions, "hurt", "", "at the sessions: only those that were cut off, refused, broke a rule or have gaps", "find", (*model).toggleHurt},
		{[]string{"o"}, inSessions, "sort", "o O", "at the sessions: sort by the next column; the other way round", "find", (*model).nextSort},
		{[]string{"O"}, inSessions, "", "", "", "find", (*model).reverseSort},
		{[]string{"B"}, inSessions, "group", "", "at the sessions: group by server, client, path or verdict; Enter opens a group", "find", (*model).nextGroup},
		{[]string{"T"}, inSessions, "", "", "at the sessions: show or hide the lanes: the life of each on one axis of time", "look", (*model).toggleLanes},
		{[]string{">"}, inSessions, "", "< >", "at the sessions: move along the axis; Enter opens the messages there", "look", moveAxis(1)},
		{[]string{"<"}, inSessions, "", "", "", "look", moveAxis(-1)},
		{[]string{"/", "f"}, inSessions, "filter", "/", "filter: words, or websocket.opcode == 1 && ...; at the sessions: words of the list, or ws.path contains ...", "find", (*model).askSessionFilter},
		{[]string{"/"}, inMessages | inDetail, "filter", "", "", "find", (*model).askFilter},
		{[]string{"&"}, inPanes, "", "", "search: like the filter, but hides nothing", "find", (*model).askSearch},
		{[]string{"n"}, inPanes, "", "n N", "next, previous match", "find", nextMatch(1)},
		{[]string{"N"}, inPanes, "", "", "", "find", nextMatch(-1)},
		{[]string{"n"}, inComparisons, "next difference", "n N", "in a comparison: next, previous difference (→ ←)", "find", nextDifference(1)},
		{[]string{"N"}, inComparisons, "", "", "", "find", nextDifference(-1)},
		{[]string{"1", "2", "3", "4", "5", "6", "7"}, inPanes, "", "1 to 7", "all, sent, received, text, binary, control, findings", "find", (*model).takeChip},
		{[]string{"u"}, inPanes, "", "", "undo the last change of a filter", "find", (*model).undoFilter},
		{[]string{"b"}, inPanes, "beats", "", "hide heartbeats: ping, pong and those of applications", "find", (*model).toggleBeats},
		{[]string{"c"}, inPanes, "", "", "control frames: shown, dimmed, hidden", "find", (*model).turnControls},
		{[]string{"space", " "}, inSessions, "", "Space", "select a message or session, to compare two; sessions also to save their packets", "take", (*model).selectSession},
		{[]string{"space", " "}, inMessages, "", "", "", "take", (*model).selectMessage},
		{[]string{"="}, inSessions, "", "", "compare the two selected messages, or this one with the one before from its side; at the sessions: two sessions", "take", (*model).compareSessions},
		{[]string{"="}, inMessages | inDetail, "", "", "", "take", (*model).compareMessages},
		{[]string{"="}, inComparisons, "", "", "", "take", (*model).uncover},
		{[]string{"y"}, inSessions, "", "", "copy the payload to the clipboard (OSC 52, so over SSH too); at the sessions: the verdict", "take", (*model).copyVerdict},
		{[]string{"y"}, inMessages | inDetail, "", "", "", "take", (*model).copyPayload},
		{[]string{"Y"}, inSessions, "", "", "copy the row as JSON", "take", (*model).copySession},
		{[]string{"Y"}, inMessages | inDetail, "", "", "", "take", (*model).copyRow},
		{[]string{"e"}, inSessions, "", "", "copy a wspeek explain command; at the sessions: a wspeek messages command", "take", (*model).copyListing},
		{[]string{"e"}, inMessages | inDetail, "", "", "", "take", (*model).copyExplain},
		{[]string{"w"}, inSessions, "save", "", "save the payload to a new file; at the sessions: packets, as pcapng", "take", (*model).askPackets},
		{[]string{"w"}, inMessages | inDetail, "save", "", "", "take", (*model).askSave},
		{[]string{"x"}, inPanes, "", "", "write the listed rows to a new file, as JSON lines", "take", (*model).askExport},
		{[]string{"p"}, inPanes, "", "", "pause and resume the list", "run", (*model).pause},
		{[]string{":"}, inPanes, "", "", "command line: :goto :session :filter :w :payload :export :q", "run", (*model).askCommand},
		{[]string{"!"}, inPanes, "", "", "the whole account: what was read, what is missing and why", "run", (*model).showAccount},
		{[]string{"?", "f1"}, inAll, "", "?", "this help, and back", "run", (*model).toggleHelp},
		{[]string{"ctrl+z"}, inAll, "", "^z", "to the shell; reading stops until fg", "run", (*model).suspend},
		{[]string{"Q", "ctrl+c"}, inAll, "", "Q ^c", "quit at once", "run", (*model).quit},
	}
}

// groups are the parts of the help, in order.
var groups = []struct{ name, title string }{
	{"move", "Move"}, {"look", "Look"}, {"find", "Find"}, {"take", "Copy, save, compare"}, {"run", "Run"},
}

// lookup is the binding of a key in a place, nil if it has none there. first is the key pressed before, where that is
// the first of a pair (g g); pending says that this key may be one.
func lookup(table []binding, first, key string, in place) (found *binding, pending bool) {
	for i := range table {
		b := &table[i]
		if b.in&in == 0 {
			continue
		}
		for _, k := range b.keys {
			switch {
			case k == key && first == "", first != "" && k == first+" "+key:
				return b, false
			case first == "" && len(k) == 3 && k[1] == ' ' && k[:1] == key:
				pending = true
			}
		}
	}
	return nil, pending
}

// written is how the keys of a binding are shown.
func (b *binding) written() string {
	switch {
	case b.show != "":
		return b.show
	case b.keys[0] == "enter":
		return "Enter"
	}
	return b.keys[0]
}
