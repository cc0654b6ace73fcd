package tui

import "github.com/wspeek/wspeek/tui/draw"

// action is something a key does.
type action uint8

const (
	actNone action = iota
	actDown
	actUp
	actRight
	actLeft
	actFirst
	actLast
	actHalfDown
	actHalfUp
	actPageDown
	actPageUp
	actOpen
	actBack
	actNextPane
	actPrevPane
	actMaximise
	actTurn
	actNextMessage
	actPrevMessage
	actView
	actFilter
	actSearch
	actNext
	actPrev
	actChip
	actBeats
	actControls
	actFrames
	actLadder
	actSessions
	actTime
	actSelect
	actCompare
	actNextDiff
	actPrevDiff
	actFoldAll
	actCopy
	actCopyRow
	actCopyExplain
	actSave
	actExport
	actPause
	actCommand
	actHelp
	actSuspend
	actQuit
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

	inLists = inSessions | inMessages
	inPanes = inLists | inDetail
	inAll   = inPanes | inCompare | inDiff | inHelp
)

// binding is a row of the table of keys.
type binding struct {
	// keys are as tea.KeyPressMsg's String has them; the first is the one shown.
	keys []string
	act  action
	in   place
	// short is for the footer; empty where it does not stand there. show is how the keys are written in the help, where not as keys.
	short, show string
	help        string
	group       string
}

// bindings are all keys. The help and the footer are made from them, in this order.
var bindings = []binding{
	{[]string{"j", "down"}, actDown, inAll, "", "j k ↓ ↑", "down, up", "move"},
	{[]string{"k", "up"}, actUp, inAll, "", "", "", "move"},
	{[]string{"g g", "home"}, actFirst, inAll, "", "gg G", "first; last, and follow what comes", "move"},
	{[]string{"G", "end", "shift+g"}, actLast, inAll, "", "", "", "move"},
	{[]string{"ctrl+d"}, actHalfDown, inAll, "", "^d ^u", "half a page down, up", "move"},
	{[]string{"ctrl+u"}, actHalfUp, inAll, "", "", "", "move"},
	{[]string{"ctrl+f", "pgdown"}, actPageDown, inAll, "", "^f ^b", "a page down, up (PgDn, PgUp)", "move"},
	{[]string{"ctrl+b", "pgup"}, actPageUp, inAll, "", "", "", "move"},
	{[]string{"enter"}, actOpen, inPanes | inDiff, "open", "Enter", "open: session, message; fold a line or frame", "move"},
	{[]string{"esc", "q"}, actBack, inAll, "back", "Esc q", "back; give up a search; at the sessions: quit (a capture: q twice)", "move"},
	{[]string{"l", "right"}, actRight, inPanes | inCompare | inDiff, "", "l h → ←", "open and back; in the detail: next and previous view", "move"},
	{[]string{"h", "left"}, actLeft, inPanes | inCompare | inDiff, "", "", "", "move"},
	{[]string{"tab", "ctrl+w"}, actNextPane, inPanes, "pane", "Tab", "next pane (Shift-Tab: previous)", "look"},
	{[]string{"shift+tab"}, actPrevPane, inPanes, "", "", "", "look"},
	{[]string{"v"}, actView, inPanes, "view", "", "payload, hex, frames (header bits), handshake", "look"},
	{[]string{"]", "J"}, actNextMessage, inPanes, "", "] [", "next, previous message from any pane", "look"},
	{[]string{"[", "K"}, actPrevMessage, inPanes, "", "", "", "look"},
	{[]string{"\\"}, actMaximise, inPanes, "", "", "this pane alone, and back", "look"},
	{[]string{"|"}, actTurn, inPanes, "", "", "panes side by side or stacked", "look"},
	{[]string{"-"}, actFoldAll, inDetail, "", "", "fold or unfold all JSON", "look"},
	{[]string{"f"}, actFrames, inPanes, "frames", "", "list single frames, or messages", "look"},
	{[]string{"L"}, actLadder, inPanes, "ladder", "", "ladder: the session as arrows; again: with TCP; again: the list", "look"},
	{[]string{"s"}, actSessions, inMessages | inDetail, "", "", "the sessions", "look"},
	{[]string{"t"}, actTime, inPanes, "", "", "time: since the first, since the line above, of day", "look"},
	{[]string{"/"}, actFilter, inPanes, "filter", "", "filter: words, or websocket.opcode == 1 && ...", "find"},
	{[]string{"&"}, actSearch, inPanes, "", "", "search: like the filter, but hides nothing", "find"},
	{[]string{"n"}, actNext, inPanes, "", "n N", "next, previous match", "find"},
	{[]string{"N"}, actPrev, inPanes, "", "", "", "find"},
	{[]string{"n"}, actNextDiff, inCompare | inDiff, "next difference", "n N", "in a comparison: next, previous difference (→ ←)", "find"},
	{[]string{"N"}, actPrevDiff, inCompare | inDiff, "", "", "", "find"},
	{[]string{"1", "2", "3", "4", "5", "6", "7"}, actChip, inPanes, "", "1 to 7", "all, sent, received, text, binary, control, findings", "find"},
	{[]string{"b"}, actBeats, inPanes, "beats", "", "hide heartbeats: ping, pong and those of applications", "find"},
	{[]string{"c"}, actControls, inPanes, "", "", "control frames: shown, dimmed, hidden", "find"},
	{[]string{"space", " "}, actSelect, inLists, "", "Space", "select a message or session, to compare two; sessions also to write their packets", "take"},
	{[]string{"="}, actCompare, inPanes | inCompare | inDiff, "", "", "compare the two selected messages, or this with the one before of its side; at the sessions: two sessions", "take"},
	{[]string{"y"}, actCopy, inPanes, "", "", "copy the payload to the clipboard (OSC 52, so over SSH too)", "take"},
	{[]string{"Y"}, actCopyRow, inPanes, "", "", "copy the row as JSON", "take"},
	{[]string{"e"}, actCopyExplain, inPanes, "", "", "copy a wspeek explain command", "take"},
	{[]string{"w"}, actSave, inPanes, "save", "", "write the payload to a new file; at the sessions: packets, as pcapng", "take"},
	{[]string{"x"}, actExport, inPanes, "", "", "write what is listed to a new file, as JSON lines", "take"},
	{[]string{"p"}, actPause, inPanes, "", "", "pause and resume: the list stands still, reading goes on", "run"},
	{[]string{":"}, actCommand, inPanes, "", "", "command line: :goto :session :filter :w :payload :export :q", "run"},
	{[]string{"?", "f1"}, actHelp, inAll, "help", "?", "this help, and back", "run"},
	{[]string{"ctrl+z"}, actSuspend, inAll, "", "^z", "to the shell; reading stops until fg", "run"},
	{[]string{"Q", "ctrl+c"}, actQuit, inAll, "", "Q ^c", "quit at once", "run"},
}

// groups are the parts of the help, in order.
var groups = []struct{ name, title string }{
	{"move", "Move"}, {"look", "Look"}, {"find", "Find"}, {"take", "Take along"}, {"run", "Run"},
}

// lookup is the action of a key in a place. first is the key pressed before, where that began a pair (g g).
func lookup(first, key string, in place) (a action, pending bool) {
	for i := range bindings {
		b := &bindings[i]
		if b.in&in == 0 {
			continue
		}
		for _, k := range b.keys {
			switch {
			case k == key && first == "", first != "" && k == first+" "+key:
				return b.act, false
			case first == "" && len(k) == 3 && k[1] == ' ' && k[:1] == key:
				pending = true
			}
		}
	}
	return actNone, pending
}

// written is how the keys of a binding are shown.
func (b *binding) written() string {
	if b.show != "" {
		return b.show
	}
	return b.keys[0]
}

// moveList moves in a list, and says whether the action is one of moving.
func moveList(l *draw.List, a action) bool {
	switch a {
	case actDown:
		l.Move(1)
	case actUp:
		l.Move(-1)
	case actFirst:
		l.First()
	case actLast:
		l.Last()
	case actHalfDown:
		l.Page(1)
	case actHalfUp:
		l.Page(-1)
	case actPageDown:
		l.Page(2)
	case actPageUp:
		l.Page(-2)
	default:
		return false
	}
	return true
}
