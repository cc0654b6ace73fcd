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

// nothingPassed says so, where a filter let nothing through, and what it may have been meant to be.
func (l *listing) nothingPassed() {
	if l.filter == nil || l.lines > 0 {
		return
	}
	fmt.Fprintln(l.words, "nothing passes the display filter")
	if hint := l.f.filter.Hint(); hint != "" {
		fmt.Fprintln(l.words, show.Inert(hint))
	}
}

const filterIntro = `A display filter says which messages, frames, sessions or findings are shown:

  wspeek messages chat.pcap -Y 'websocket.opcode == text && ws.len > 1000'
  wspeek messages chat.pcap -Y 'error'
  wspeek messages chat.pcap -Y 'ws.json.items[*].price > 9.5 and ws.dir == s2c'
  wspeek messages chat.pcap -Y '!ws.heartbeat && ws.gap > 5'
  wspeek frames   chat.pcap -Y 'websocket.fin == 0'
  wspeek sessions chat.pcap -Y 'ws.closed_by == s2c and "out of memory"'
  wspeek check    chat.pcap -Y 'ws.finding.level == must'

The names and operators are Wireshark's, and there are some of our own (ws.).

A word or a text in quotes without a field is searched for in the whole
payload, in any case; several side by side must all be there. Text with signs
or spaces in it goes in quotes: "a b", 'a b', or r"a\b" where a backslash is a
backslash.

A field alone asks whether it is there: websocket.fin alone is true of every
frame, as in Wireshark; write websocket.fin == 1. Our own yes-or-no fields
alone ask for yes.

Where a field has several values (tcp.port, ws.json.items[*]), == < > contains
and matches ask for any of them, != for none that is equal. A field that is not
there answers no, to != too: !(ws.json.id == 3) also passes what has no
ws.json.id.

websocket.fin, .rsv, .mask and .masking_key pass a message if one of its frames
passes. Fields of the handshake and of addresses hold for every row of their
session. sessions lists those with a message that passes; fields of its end
(ws.closed_by, ws.duration) go with it alone.

Where bytes of a payload are missing, what is known on each side is searched,
and nothing across the hole; it is equal to nothing. Of an undecodable message
only the raw bytes are searched. JSON is read leniently, up to the first hole.
Numbers without quotes are numbers, in quotes texts: ws.json.id == 3,
ws.json.id == "3". A state that a later packet amends is shown as an update,
and not asked about again.
`

// filterTopic is the help topic about display filters; its tables are those that filters are compiled by.
func filterTopic() *cobra.Command {
	var b strings.Builder
	b.WriteString(filterIntro)
	b.WriteString("\nOperators:\n")
	for _, o := range filter.Operators() {
		row(&b, 26, strings.Join(o.Names, "  "), o.Text)
	}
	b.WriteString("\nFields:\n")
	for _, f := range filter.Fields() {
		row(&b, 30, f.Name, "("+f.Type+") "+f.Text)
	}
	return &cobra.Command{Use: "filter", Short: "the language of -Y: fields and operators", Long: b.String()}
}

// row appends a name and what is said about it, in lines of 80 characters.
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
