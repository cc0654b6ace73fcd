package tui

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui/rows"
)

var errThere = errors.New("already exists; choose another name")

// create makes a new file that only its owner can read; with over an existing one is replaced.
func create(name string, over bool) (*os.File, error) {
	if name == "" || name == "-" {
		return nil, errNoFile
	}
	if over {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s %w", name, errThere)
	}
	return f, err
}

// free is a name that none of this run has written to: name, or one with a number before its ending.
func (m *model) free(name string) string {
	ext := filepath.Ext(name)
	for k := 2; m.written[name]; k++ {
		name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(strings.TrimSuffix(name, ext), fmt.Sprintf("-%d", k-1)), k, ext)
	}
	return name
}

// savePayload writes the payload of message i, and says what it did.
func savePayload(s *rows.Store, i int, name string, over bool) (string, error) {
	p, err := s.Payload(i)
	if err != nil {
		return "", err
	}
	_, m := s.Message(i)
	if m == nil {
		return "", rows.ErrDropped
	}
	f, err := create(name, over)
	if errors.Is(err, errThere) {
		return "", fmt.Errorf("%w, or :payload! %s", err, name)
	}
	if err != nil {
		return "", err
	}
	m.Payload = p
	n, err := f.Write(m.Reason())
	if err = errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	return fmt.Sprintf("wrote %s to %s", show.CountGrouped(int64(n), "byte"), name), nil
}

// exporter writes rows as JSON lines. gone counts those that were dropped meanwhile.
type exporter struct {
	gone   int
	store  *rows.Store
	filter *rows.Filter
	json   export.JSON
	refs   map[int]*decode.SessionRef
	stop   *atomic.Bool
}

// ref is what JSON wants to know of a session.
func (x *exporter) ref(s *decode.Session) *decode.SessionRef {
	r := x.refs[s.N]
	if r == nil {
		r = &decode.SessionRef{N: s.N, Stream: &decode.Stream{N: s.Stream}, Client: s.Client, Server: s.Server}
		x.refs[s.N] = r
	}
	return r
}

// line appends the line of a row; marks have none.
func (x *exporter) line(dst []byte, e rows.Entry) ([]byte, error) {
	c := x.store.Cell(e)
	var err error
	if c.Kind == rows.OfMessage {
		c.Message.Payload, err = x.store.Payload(e.Index)
	}
	switch c.Kind {
	case rows.OfFrame:
		return x.json.Frame(dst, x.ref(c.Session), &c.Frame), nil
	case rows.OfMessage:
		return x.json.Message(dst, x.ref(c.Session), &c.Message), err
	case rows.Dropped:
		x.gone++
	}
	return dst, nil
}

// write writes the first n rows to a new file, and says what it did.
func (x *exporter) write(name string, n int, over bool) (string, error) {
	f, err := create(name, over)
	if errors.Is(err, errThere) {
		return "", fmt.Errorf("%w, or :export! %s", err, name)
	}
	if err != nil {
		return "", err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	lines, err := x.rows(w, n)
	if err = errors.Join(err, w.Flush(), f.Close()); err != nil {
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	said := fmt.Sprintf("wrote %s to %s", show.CountGrouped(int64(lines), "line"), name)
	if x.gone > 0 {
		said += fmt.Sprintf("; %s no longer kept", show.CountGrouped(int64(x.gone), "row"))
	}
	return said, nil
}

func (x *exporter) rows(w *bufio.Writer, n int) (lines int, err error) {
	var buf []byte
	for k := range n {
		if x.stop.Load() {
			return lines, errors.New("cancelled")
		}
		e, _ := x.filter.At(x.store, k)
		if buf, err = x.line(buf[:0], e.Entry); err != nil {
			return lines, err
		}
		if len(buf) > 0 {
			lines++
		}
		if _, err := w.Write(buf); err != nil {
			return lines, err
		}
	}
	return lines, nil
}
