package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/ladder"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/secured"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/trace"
)

const ladderLong = `ladder draws one session as two lines, the client's on the left and the
server's on the right, with its messages as arrows between them: the time since
the first line, the time since the previous line, the number, kind and length of
the message, and its start. A silence of a second or more is marked. With
--frames each frame has an arrow: 3.5 is frame 5 of the session, in message 3.

  wspeek ladder chat.pcapng --session 2
  wspeek ladder chat.pcapng --session 2 --frames --tcp
  wspeek ladder chat.pcapng --session 2 --keylog keys.log --tls
  wspeek ladder chat.pcapng --ascii --width 72 -c 20
  wspeek ladder chat.pcapng --session 2 --format mermaid

--session is not needed if the capture has only one session. -Y shows the
messages that pass, -c N the first N.`

// ladderFlags are those of ladder only.
type ladderFlags struct{ frames, tcp bool }

func ladderCommand(std run.Streams, f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "ladder FILE... --session N", Short: "one session as a ladder of arrows", Long: ladderLong,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.ladder.run(cmd.Context(), std, f, args)
		},
	}
}

// ladderRun keeps the one session of a ladder.
type ladderRun struct {
	*listing
	trace *trace.Trace
	// want is the session, the first until it is known that there are more.
	want int
	tls  secured.Log
}

func (o *ladderFlags) run(ctx context.Context, std run.Streams, f *flags, args []string) error {
	l, err := newListing(std, f, messagesView)
	if err != nil {
		return err
	}
	in, err := run.OpenFiles(slices.Concat(f.read, args))
	if err != nil {
		return err
	}
	opt := decode.Options{Keep: true, Frames: o.frames, Ports: f.ports, TLSParts: f.tls}
	if l.filter != nil {
		l.filter.Options(&opt)
	}
	l.run = run.Over(in, run.Options{Keys: f.secrets(), Decode: opt})
	defer l.run.Close()
	c := &ladderRun{listing: l, trace: trace.New(&trace.Memory{}), want: max(f.session, 1)}
	visit, settle := c.visit, func() error { return nil }
	if l.filter != nil {
		visit, settle = l.filter.Reading(payload.ReaderOptions{}, c.visit)
	}
	if c.run.Each(ctx, visit) == nil && settle() == nil {
		if err := c.draw(std, o); err != nil {
			return err
		}
	}
	return c.finish(ctx)
}

// visit keeps what belongs to the session that is wanted.
func (c *ladderRun) visit(b *decode.Batch, e *decode.Event) error {
	c.tls.Note(b, e)
	if e.Session == nil {
		return nil
	}
	if e.Kind == decode.KindSession {
		if c.remember(b.Session(e)); e.Session.N == c.want {
			c.tls.Want(e.Stream)
		}
	}
	passes := c.filter == nil || c.filter.Match(b, e)
	if e.Session.N != c.want || e.Kind == decode.KindMessage && !passes {
		return nil
	}
	return c.trace.Apply(b, e)
}

// draw writes the ladder.
func (c *ladderRun) draw(std run.Streams, o *ladderFlags) error {
	if err := c.choose(); err != nil || c.trace.Sessions() == 0 {
		return err
	}
	s := c.trace.Session(c.want)
	opt := ladder.Options{Frames: o.frames, TCP: o.tcp, NoPayload: c.f.noPayload, Messages: int(c.f.count)}
	if s.TLS != nil {
		opt.TLS = c.tls.Handshake(s.TLS.Layer)
	} else if c.f.tls {
		run.Say(c.words, "--tls: the session is in clear")
	}
	rows, err := ladder.Rows(c.trace, c.want, opt)
	if err != nil {
		return run.AsTrouble(err)
	}
	c.f.count = 0
	d := &ladder.Draw{Width: c.f.draw.width, ASCII: c.f.draw.ascii, Color: c.f.colored(std.Out)}
	if d.Width == 0 {
		d.Width = run.Columns(std.Out)
	}
	d.First = s.Zero
	return c.write(d, s, rows)
}

func (c *ladderRun) write(d *ladder.Draw, s *decode.Session, rows []ladder.Row) error {
	if c.f.form == "mermaid" {
		m := &ladder.Mermaid{First: d.First}
		line := m.Head(nil, s)
		for i := range rows {
			line = m.Row(line, &rows[i])
			c.lines++
		}
		_, err := c.out.Write(line)
		return err
	}
	line := d.Append(nil, d.Title(s))
	for _, l := range d.Head(s) {
		line = d.Append(line, l)
	}
	for i := range rows {
		if _, err := c.out.Write(line); err != nil {
			return err
		}
		line = d.Append(line[:0], d.Row(&rows[i]))
		c.lines++
	}
	_, err := c.out.Write(line)
	return err
}

// choose refuses to draw one of several sessions that was not named. The sessions are listed on standard error.
func (c *ladderRun) choose() error {
	n := int(c.run.Account().Sessions)
	switch {
	case c.f.session > 0 && c.sessions[c.f.session] == nil:
		fmt.Fprintf(c.words, "wspeek: there is no session %d: %d were found\n", c.f.session, n)
	case c.f.session == 0 && n > 1:
		fmt.Fprintf(c.words, "wspeek: there are %d sessions: choose one with --session N\n", n)
	default:
		return nil
	}
	c.names(n)
	return run.Exit(run.Trouble)
}

// namesShown is how many sessions an error lists.
const namesShown = 20

func (c *ladderRun) names(all int) {
	for n := 1; n <= min(all, namesShown); n++ {
		if s := c.sessions[n]; s != nil {
			fmt.Fprintf(c.words, "  --session %-3d %s, %s, %d messages\n", n, show.Inert(export.Address(s)), s.State, s.Messages[0]+s.Messages[1])
		}
	}
	if all > namesShown {
		fmt.Fprintf(c.words, "  ... and %d more: wspeek sessions lists them all\n", all-namesShown)
	}
}
