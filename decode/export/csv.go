package export

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// CSV appends lines of comma-separated values (RFC 4180): a header, then a line a message.
//
// A spreadsheet takes a cell for a formula that starts with = + - @ or their wide forms, a tab, CR or LF. Such cells
// of text have a ' put before them, and so have cells that start with a '; so the first ' of a cell is never data.
type CSV struct {
	// Exact writes cells as they are, formulas too.
	Exact bool
	// NoPayload leaves data empty.
	NoPayload bool
	// Inert makes control characters visible, for a terminal.
	Inert bool
	// Redact replaces secrets; nil writes them as they are.
	Redact *Redactor
	// App are the AppCells of the message that Message is called with next.
	App  []string
	urls map[int]string
}

// Columns are the names in the header.
var Columns = []string{
	"session", "n", "time", "dir", "kind", "opcode", "len", "wire_len", "frames", "compressed", "state",
	"first_packet", "last_packet", "client", "server", "url", "subprotocol", "close_code", "encoding", "data", "redacted", "findings",
	"app_protocol", "app_event", "app_name", "app_topic", "app_namespace", "app_id", "app_reply_to", "app_error", "app_heartbeat", "app_summary",
}

// appColumns is how many of Columns, the last, are about what the message says.
const appColumns = 10

// AppCells are the cells of what a message says, nil if it says nothing. Where it holds several packets, their values stand in each cell
// with a line feed between them.
func AppCells(apps []payload.App) []string {
	if len(apps) == 0 {
		return nil
	}
	cells := make([]string, appColumns)
	for i := range apps {
		a := &apps[i]
		reply := ""
		if a.ReplyTo > 0 {
			reply = strconv.FormatInt(a.ReplyTo, 10)
		}
		for k, v := range [appColumns]string{a.Protocol, a.Event, a.Name, a.Topic, a.Namespace, a.ID, reply,
			strconv.FormatBool(a.Error), strconv.FormatBool(a.Heartbeat), a.Summary} {
			if i > 0 {
				cells[k] += "\n"
			}
			cells[k] += v
		}
	}
	for k, v := range cells {
		if strings.Trim(v, "\n") == "" {
			cells[k] = ""
		}
	}
	return cells
}

// Header appends the first line.
func (c *CSV) Header(dst []byte) []byte {
	return append(append(dst, strings.Join(Columns, ",")...), "\r\n"...)
}

// Message appends the line of a message. Encoding is "text", or "base64" where data is not a whole UTF-8 text; data of a close
// is its reason.
func (c *CSV) Message(dst []byte, s *decode.Session, m *ws.Message) []byte {
	redacted := 0
	if !c.NoPayload {
		m, redacted = c.Redact.Message(m)
	}
	dst = strconv.AppendInt(dst, int64(s.N), 10)
	dst = c.number(dst, int64(m.N), true)
	dst = m.Last.Time.AppendRFC3339(append(dst, ','))
	dst = c.plain(c.plain(dst, m.Dir.String()), m.Opcode.String())
	dst = c.number(dst, int64(m.Opcode), true)
	dst = c.number(dst, m.Len, m.Len >= 0)
	dst = c.number(dst, m.WireLen, true)
	dst = c.number(dst, int64(m.Frames), true)
	dst = c.plain(c.plain(dst, strconv.FormatBool(m.Compressed)), m.State.String())
	dst = c.number(c.number(dst, int64(m.Min), true), int64(m.Max), true)
	dst = c.session(dst, s)
	dst = c.number(dst, int64(m.CloseCode), m.CloseCode >= 0)
	dst = c.data(dst, m)
	dst = c.number(dst, int64(redacted), redacted > 0)
	ids := make([]string, len(m.Findings))
	for i, r := range m.Findings {
		ids[i] = r.ID
	}
	return append(c.apps(c.plain(dst, strings.Join(ids, " "))), "\r\n"...)
}

// apps appends the cells of what the message says, with its secrets replaced.
func (c *CSV) apps(dst []byte) []byte {
	if c.App == nil {
		return append(dst, strings.Repeat(",", appColumns)...)
	}
	for i, v := range c.App {
		if c.Redact != nil && v != "" {
			v = string(c.Redact.again([]byte(c.Redact.Text(v))))
		}
		if i == appColumns-1 && c.NoPayload {
			v = ""
		}
		if v == "" || v == "true" || v == "false" {
			dst = c.plain(dst, v)
			continue
		}
		dst = c.text(dst, strings.ToValidUTF8(v, "\uFFFD"))
	}
	return dst
}

func (c *CSV) session(dst []byte, s *decode.Session) []byte {
	dst = c.plain(c.plain(dst, s.Client.String()), s.Server.String())
	made, ok := c.urls[s.N]
	if !ok {
		clean := c.Redact.Session(s)
		made = string(c.text(c.text(nil, latin(Address(clean))), latin(clean.Subprotocol)))
		if c.urls == nil || len(c.urls) > 1<<14 {
			c.urls = map[int]string{}
		}
		c.urls[s.N] = made
	}
	return append(dst, made...)
}

func (c *CSV) data(dst []byte, m *ws.Message) []byte {
	p := m.Reason()
	switch {
	case c.NoPayload:
		return append(dst, ",,"...)
	case wholeText(m) && isText(m.Opcode):
		return c.text(append(dst, ",text"...), string(p))
	}
	return c.text(append(dst, ",base64"...), base64.StdEncoding.EncodeToString(p))
}

// number appends a number, or an empty cell.
func (c *CSV) number(dst []byte, n int64, known bool) []byte {
	dst = append(dst, ',')
	if !known {
		return dst
	}
	return strconv.AppendInt(dst, n, 10)
}

// plain appends a cell of our own words.
func (c *CSV) plain(dst []byte, word string) []byte { return append(append(dst, ','), word...) }

// text appends a cell of what was on the wire, in quotes.
func (c *CSV) text(dst []byte, s string) []byte {
	dst = append(dst, ',', '"')
	if !c.Exact && formula(s) {
		dst = append(dst, '\'')
	}
	if c.Inert {
		s = show.Inert(s)
	}
	for {
		before, after, found := strings.Cut(s, `"`)
		dst = append(dst, before...)
		if !found {
			return append(dst, '"')
		}
		dst = append(dst, '"', '"')
		s = after
	}
}

// formulas are what a cell starts with that is taken for a formula, and our own mark.
var formulas = []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'"}

func formula(s string) bool {
	for _, f := range formulas {
		if strings.HasPrefix(s, f) {
			return true
		}
	}
	return false
}
