package export

import (
	"fmt"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/apps"
	"github.com/wspeek/wspeek/decode/show"
)

// Poll appends the line of a body of Engine.IO's polling transport.
func (j *JSON) Poll(dst []byte, e *decode.Event, p *decode.Poll, of apps.Polling) []byte {
	dst = j.open(dst, "poll")
	if of.SID != "" {
		dst = appendText(dst, "sid", of.SID)
	}
	if of.Session > 0 {
		dst = appendInt(dst, "session", int64(of.Session))
	}
	dst = j.file(appendInt(dst, "stream", int64(e.Stream.N)), p.Last.Packet)
	dst = appendEndpoints(dst, p.Client, p.Server)
	dst = appendWord(dst, "dir", p.Dir.String())
	dst = j.time(dst, "time", p.Last.Time)
	dst = appendPackets(dst, p.First.Packet, p.Last.Packet)
	dst = appendInt(dst, "len", int64(len(p.Body)))
	dst = appendBool(dst, "cut", p.Cut)
	if !j.NoPayload {
		dst = appendText(dst, "target", j.Redact.Text(p.Target))
	}
	return append(j.apps(dst), '}', '\n')
}

// Poll appends the line of a body of Engine.IO's polling transport.
func (t *Text) Poll(dst []byte, p *decode.Poll, of apps.Polling) []byte {
	dst = fmt.Appendf(dst, "%-7s ", "poll")
	dst = t.paint(dst, quietColor, string(t.clock(nil).Append(nil, p.Last.Time)))
	dst = append(t.arrow(append(dst, ' '), p.Dir), ' ')
	dst = t.paint(dst, strongColor, fmt.Sprintf("%-6s", "http"))
	dst = fmt.Appendf(dst, " %7d  ", len(p.Body))
	if !t.NoPayload && !t.summaries(&dst) {
		dst = show.AppendInert(dst, firstRunes(p.Body[:min(len(p.Body), maxPollShown)], maxPollShown))
	}
	if p.Cut {
		dst = append(dst, " [cut]"...)
	}
	if of.SID != "" {
		dst = t.paint(dst, quietColor, "  sid "+show.Inert(of.SID))
	}
	return append(trimRight(dst), '\n')
}

// maxPollShown is how much is shown of a body that says nothing.
const maxPollShown = 100
