package explain

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Document is an explanation: text, Markdown and JSON are made of it. All its strings are inert.
type Document struct {
	// Subject is what is explained: "frame", "message", "handshake", "close code", "rule".
	Subject string
	// Title is one line that says so with its values.
	Title string
	// Session, Message and Frame are the numbers of what is explained, 0 if there is none.
	Session, Message, Frame int
	Parts                   []Part
}

// Part is a section of a Document: any of heading, words and data may be missing.
type Part struct {
	// Name names the part for programs: "header", "masking".
	Name string
	// Title is the heading.
	Title string
	// Text are paragraphs, one above Data.
	Text []string
	// Data is what is drawn: a *Bits, *Table, *Strip, *Ladder or *Pointers; nil for none.
	Data any
	// After are paragraphs below Data.
	After []string
}

// Bits are the bits of a frame from its first on.
type Bits struct {
	// Bytes are those on the wire, as many as Fields are drawn of.
	Bytes []byte
	// Fields cover Bytes; the last may go on after them.
	Fields []Field
	// More is how many bytes of the frame follow Bytes, those that were not captured too.
	More int64
}

// Table has a name for each column and a cell (string, int64 or bool) for each. The last column may be long.
type Table struct {
	Columns []string
	Rows    [][]any
}

// Strip is a message as a row of frames.
type Strip struct{ Cells []Cell }

// Cell is a frame in a Strip.
type Cell struct {
	Frame int `json:"frame"`
	// Lines are short words.
	Lines []string `json:"lines"`
	// Other says that the frame belongs to another message, which is between.
	Other bool `json:"other,omitempty"`
}

// Ladder is an exchange between client and server, in the order of time.
type Ladder struct{ Steps []Step }

// Step is an arrow of a Ladder, or words across it where Dir is empty.
type Step struct {
	// Dir is "c2s" or "s2c".
	Dir string `json:"dir,omitempty"`
	// Time is when, in words; empty where not known.
	Time string `json:"time,omitempty"`
	Text string `json:"text"`
}

// Pointers are broken rules, each with the byte that it concerns.
type Pointers struct{ List []Pointer }

// Pointer is a broken rule.
type Pointer struct {
	Rule    string `json:"rule"`
	Level   string `json:"level"`
	RFC     string `json:"rfc,omitempty"`
	Section string `json:"section,omitempty"`
	// Text is the rule, Detail what was seen.
	Text   string `json:"text"`
	Detail string `json:"detail,omitempty"`
	// Frame is the number of the frame concerned, 0 where it is none in particular.
	Frame int `json:"frame,omitempty"`
	// Field is the field concerned; Byte is its first byte in the frame, -1 where it is none in particular.
	Field string `json:"field,omitempty"`
	Byte  int64  `json:"byte"`
	// Offset is the byte's in the stream of its direction; -1 where not known.
	Offset int64 `json:"offset"`
	// wire are the bytes of the frame, from its first.
	wire []byte
	// several says that other frames are explained beside this.
	several bool
}

func (d *Document) add(p Part) { d.Parts = append(d.Parts, p) }

// words adds a part of paragraphs.
func (d *Document) words(name, title string, text ...string) {
	d.add(Part{Name: name, Title: title, Text: text})
}

// JSON appends d as one line of JSON. It carries the schema of the other lines of the program.
func (d *Document) JSON(dst []byte) []byte {
	line := struct {
		Schema  int        `json:"schema"`
		Type    string     `json:"type"`
		Subject string     `json:"subject"`
		Title   string     `json:"title"`
		Session int        `json:"session,omitempty"`
		Message int        `json:"message,omitempty"`
		Frame   int        `json:"frame,omitempty"`
		Parts   []jsonPart `json:"parts"`
	}{1, "explain", d.Subject, d.Title, d.Session, d.Message, d.Frame, []jsonPart{}}
	for _, p := range d.Parts {
		line.Parts = append(line.Parts, p.json())
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(line); err != nil {
		panic(err) // the types above can always be written
	}
	return append(dst, b.Bytes()...)
}

type jsonPart struct {
	Name     string    `json:"name"`
	Title    string    `json:"title,omitempty"`
	Text     []string  `json:"text,omitempty"`
	Bytes    string    `json:"bytes,omitempty"`
	Fields   []Field   `json:"fields,omitempty"`
	Rows     []jsonRow `json:"rows,omitempty"`
	Frames   []Cell    `json:"frames,omitempty"`
	Steps    []Step    `json:"steps,omitempty"`
	Findings []Pointer `json:"findings,omitempty"`
	After    []string  `json:"after,omitempty"`
}

func (p *Part) json() jsonPart {
	j := jsonPart{Name: p.Name, Title: p.Title, Text: p.Text, After: p.After}
	switch v := p.Data.(type) {
	case *Bits:
		j.Bytes, j.Fields = spaced(v.Bytes), v.Fields
	case *Table:
		for _, r := range v.Rows {
			j.Rows = append(j.Rows, jsonRow{v.Columns, r})
		}
	case *Strip:
		j.Frames = v.Cells
	case *Ladder:
		j.Steps = v.Steps
	case *Pointers:
		j.Findings = v.List
	}
	return j
}

// jsonRow is a row of a Table as an object, in the order of the columns.
type jsonRow struct {
	columns []string
	cells   []any
}

// MarshalJSON is json.Marshaler.
func (r jsonRow) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, c := range r.columns {
		if i > 0 {
			out = append(out, ',')
		}
		key, _ := json.Marshal(strings.ReplaceAll(c, " ", "_"))
		value, err := json.Marshal(r.cells[i])
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, key...), ':'), value...)
	}
	return append(out, '}'), nil
}
