package har

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

// Session is one entry with _webSocketMessages, or one that was answered with 101.
type Session struct {
	// Info has what the entry says of the session; N is its number among the sessions of the file, from 1.
	Info *decode.Session
	// Messages are in the order of the file. Packets, frames and wire lengths are 0.
	Messages []ws.Message
	// Control says that control frames stand among the messages.
	Control bool
	// Redacted are the indices of messages in which wspeek replaced secrets.
	Redacted []int
	// Skipped counts elements of _webSocketMessages that are not messages (Chrome's "error").
	Skipped int
	// Unrecorded says that the entry has no _webSocketMessages: what the session carried is not known. Attached is the file that
	// the entry names instead; empty for none.
	Unrecorded bool
	Attached   string
}

// File is what Parse found.
type File struct {
	Sessions []Session
	// Entries counts all entries, also those that have nothing to do with WebSocket.
	Entries int
	// Damage is what ended the file early, nil where it was whole. The Sessions are those before.
	Damage error
}

// ErrNotHAR is Parse's error for what has no log.entries.
var ErrNotHAR = errors.New("not a HAR file: no log.entries")

// maxSessions bounds the sessions of one file.
const maxSessions = 1 << 20

// Sniff reports whether what starts with b may be a HAR: a JSON object, perhaps after a byte order mark.
func Sniff(b []byte) bool {
	b = bytes.TrimLeft(bytes.TrimPrefix(b, bom), " \t\r\n")
	return len(b) > 0 && b[0] == '{'
}

var bom = []byte("\xef\xbb\xbf")

// parser walks the file value by value, so that a cut loses nothing that comes before it.
type parser struct {
	*json.Decoder
	out     *File
	entries bool
}

// Parse reads a whole HAR file. The Sessions own their memory. The error is ErrNotHAR, or one that wraps it;
// damage after the start of log.entries is not an error but File.Damage.
func Parse(data []byte) (*File, error) {
	p := &parser{json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, bom))), &File{}, false}
	err := p.object(func(key string) error {
		if key != "log" {
			return p.skip()
		}
		return p.object(p.log)
	})
	if !p.entries {
		if err != nil {
			return nil, fmt.Errorf("%w (%w)", ErrNotHAR, cut(err))
		}
		return nil, ErrNotHAR
	}
	p.out.Damage = cut(err)
	return p.out, nil
}

// cut names the end of the file where it comes too early.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	return err
}

var (
	errCut      = errors.New("the file ends in the middle")
	errSessions = errors.New("more than 1048576 sessions")
)

func (p *parser) log(key string) error {
	if key != "entries" {
		return p.skip()
	}
	p.entries = true
	return p.array(p.entry)
}

// object calls each with every key of an object; it has to read the value. What is not an object is read over.
func (p *parser) object(each func(key string) error) error {
	return p.inside('{', func() error {
		key, err := p.Token()
		if err != nil {
			return err
		}
		return each(key.(string))
	})
}

// array calls each for every element of an array; it has to read it. What is not an array is read over.
func (p *parser) array(each func() error) error { return p.inside('[', each) }

func (p *parser) inside(open json.Delim, each func() error) error {
	t, err := p.Token()
	if err != nil {
		return err
	}
	if t != open {
		if d, ok := t.(json.Delim); ok {
			return p.rest(d)
		}
		return nil
	}
	for p.More() {
		if err := each(); err != nil {
			return err
		}
	}
	_, err = p.Token()
	return err
}

// rest reads to the end of a value that started with a bracket.
func (p *parser) rest(json.Delim) error {
	for depth := 1; depth > 0; {
		t, err := p.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}

func (p *parser) skip() error {
	var v json.RawMessage
	return p.Decode(&v)
}

// value reads a value into v. What is of another type stays zero, without an error.
func (p *parser) value(v any) error {
	err := p.Decode(v)
	var other *json.UnmarshalTypeError
	if errors.As(err, &other) {
		return nil
	}
	return err
}

// number is a number as written, also one in quotes.
type number string

// UnmarshalJSON takes any value; what is not a number is found out when it is used.
func (n *number) UnmarshalJSON(b []byte) error {
	*n = number(bytes.Trim(b, `"`))
	return nil
}

func (n number) integer() (int64, error) { return strconv.ParseInt(string(n), 10, 64) }
