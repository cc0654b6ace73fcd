package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/show"
)

// filterViews are the rows that each listing asks the display filter about.
var filterViews = [...]filter.View{
	messagesView: filter.Messages, framesView: filter.Frames, sessionsView: filter.Sessions, checkView: filter.Findings,
}

// compile compiles the display filter.
func (f *flags) compile() (err error) {
	if f.filter, err = filter.Compile(f.display); err != nil {
		return filterTrouble(err)
	}
	return nil
}

// filterCompletions are what a shell may complete a display filter to.
func filterCompletions(typed string) (whole []string) {
	from, candidates := filter.Complete(typed, len(typed))
	for _, c := range candidates {
		whole = append(whole, cobra.CompletionWithDesc(typed[:from]+c.Text, c.Help))
	}
	return whole
}

// stream is the display filter for the rows of a view; nil if none was given.
func (f *flags) stream(v filter.View) (*filter.Stream, error) {
	if f.filter == nil {
		return nil, nil
	}
	s, err := filter.NewStream(f.filter, v)
	if err != nil {
		return nil, filterTrouble(err)
	}
	return s, nil
}

func filterTrouble(err error) error { return run.Troublef("-Y: %w", err) }

// pointAt shows the place of what is wrong with a filter.
func pointAt(words io.Writer, err error) {
	var bad *filter.Error
	if !errors.As(err, &bad) || bad.Src == "" {
		return
	}
	width := func(s string) int { return ansi.StringWidth(show.Inert(s)) }
	fmt.Fprintf(words, "  %s\n  %s%s\n", show.Inert(bad.Src), strings.Repeat(" ", width(bad.Src[:bad.Pos])),
		strings.Repeat("^", max(1, width(bad.Src[bad.Pos:bad.End]))))
}

// nothingPassed reports that nothing passed a filter, and what the filter may have been meant to be.
func (l *listing) nothingPassed() {
	if l.filter == nil || l.lines > 0 {
		return
	}
	fmt.Fprintln(l.words, "nothing passes the display filter")
	if hint := l.f.filter.Hint(); hint != "" {
		fmt.Fprintln(l.words, show.Inert(hint))
	}
}

const filterIntro = `A display filter selects the messages, frames, sessions or findings to show:

  wspeek messages chat.pcap -Y 'websocket.opcode == text && ws.len > 1000'
  wspeek messages chat.pcap -Y 'error'
  wspeek messages chat.pcap -Y 'ws.json.items[*].price > 9.5 and ws.dir == s2c'
  wspeek messages chat.pcap -Y '!ws.heartbeat && ws.gap > 5'
  wspeek frames   chat.pcap -Y 'websocket.fin == 0'
  wspeek sessions chat.pcap -Y 'ws.closed_by == s2c and "out of memory"'
  wspeek check    chat.pcap -Y 'ws.finding.level == must'

The names and operators are Wireshark's; names that start with ws. are ours.

A word or a quoted text without a field is searched for in the whole payload,
ignoring case; if there are several, all must be found. Text with spaces or
special characters goes in quotes: "a b", 'a b', or r"a\b", in which a backslash
is a backslash.

A field by itself tests for presence: websocket.fin is true of every frame, as
in Wireshark; write websocket.fin == 1. Our own yes-or-no fields by themselves
test for yes.

If a field has several values (tcp.port, ws.json.items[*]), == < > contains and
matches are true if they are true of one of them, and != if none is equal. A
comparison with an absent field is false, with != too: !(ws.json.id == 3) also
passes messages without ws.json.id.

websocket.fin, .rsv, .mask and .masking_key pass a message if one of its frames
passes. Fields of the handshake and of addresses hold for every row of their
session. The command sessions lists sessions with a message that passes; only it
takes fields about the end of a session (ws.closed_by, ws.duration).

If bytes of a payload are missing, the known parts are searched one by one, and
== is false. Only the raw bytes of an undecodable message are searched. JSON is
read leniently, up to the first missing byte. Without quotes 3 is a number, "3"
is a text: ws.json.id == 3, ws.json.id == "3". If a later packet changes the
state of a message that was shown, an update is shown without filtering.
`

// filterHelp is the text about display filters; its tables are those that the compiler of filters uses.
func filterHelp() string {
	var b strings.Builder
	b.WriteString(filterIntro)
	b.WriteString("\nOperators:\n")
	for _, o := range filter.Operators() {
		row(&b, 26, strings.Join(o.Names, "  "), o.Text)
	}
	b.WriteString("\nFunctions:\n")
	for _, fn := range filter.Functions() {
		row(&b, 26, fn.Name, fn.Text)
	}
	b.WriteString("\nFields:\n")
	for _, f := range filter.Fields() {
		row(&b, 30, f.Name, "("+f.Type+") "+f.Text)
	}
	return b.String()
}

// row appends a name and its description, in lines of 80 characters.
func row(b *strings.Builder, indent int, name, text string) {
	const width = 80
	line := fmt.Sprintf("  %-*s", indent-2, name)
	if len(line) > indent {
		b.WriteString(line + "\n")
		line = strings.Repeat(" ", indent)
	}
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > width && strings.TrimSpace(line) != "" {
			b.WriteString(line + "\n")
			line = strings.Repeat(" ", indent)
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}
