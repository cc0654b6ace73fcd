package explain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/wspeek/wspeek/pcaps"
)

// example is an example of an RFC, with its bytes and what the RFC says that it contains.
type example struct {
	name string
	wire []byte
	want []string
}

func count256() []byte {
	p := make([]byte, 256)
	for i := range p {
		p[i] = byte(i)
	}
	return p
}

// examples are those of RFC 6455 section 5.7 and RFC 7692 section 7.2.3. The RFCs give the 256 bytes and the 64 KiB no values.
func examples() []example {
	k64 := bytes.Repeat(count256(), 256)
	return []example{
		{"rfc6455-5.7/1-unmasked-text", pcaps.Hex("81 05 48 65 6c 6c 6f"), []string{"Hello"}},
		{"rfc6455-5.7/2-masked-text", pcaps.Hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"), []string{"Hello"}},
		{"rfc6455-5.7/3-fragmented", pcaps.Hex("01 03 48 65 6c 80 02 6c 6f"), []string{"Hello"}},
		{"rfc6455-5.7/4-ping-pong", pcaps.Hex("89 05 48 65 6c 6c 6f 8a 85 37 fa 21 3d 7f 9f 4d 51 58"), []string{"Hello", "Hello"}},
		{"rfc6455-5.7/5-binary-256", append(pcaps.Hex("82 7e 01 00"), count256()...), []string{string(count256())}},
		{"rfc6455-5.7/6-binary-64k", append(pcaps.Hex("82 7f 00 00 00 00 00 01 00 00"), k64...), []string{string(k64)}},
		{"rfc7692-7.2.3/1-one-block", pcaps.Hex("c1 07 f2 48 cd c9 c9 07 00"), []string{"Hello"}},
		{"rfc7692-7.2.3/1-fragmented", pcaps.Hex("41 03 f2 48 cd 80 04 c9 c9 07 00"), []string{"Hello"}},
		{"rfc7692-7.2.3/2-sharing-the-window", pcaps.Hex("c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00"), []string{"Hello", "Hello"}},
		{"rfc7692-7.2.3/3-no-compression", pcaps.Hex("c1 0b 00 05 00 fa ff 48 65 6c 6c 6f 00"), []string{"Hello"}},
		{"rfc7692-7.2.3/4-bfinal", pcaps.Hex("c1 08 f3 48 cd c9 c9 07 00 00"), []string{"Hello"}},
		{"rfc7692-7.2.3/5-two-blocks", pcaps.Hex("c1 0d f2 48 05 00 00 00 ff ff ca c9 c9 07 00"), []string{"Hello"}},
		{"rfc7692-7.2.3/6-empty-fragment", pcaps.Hex("c1 01 00"), []string{""}},
	}
}

func documents(t testing.TB, wire []byte, h Hand) (docs []*Document) {
	t.Helper()
	exchanges, err := Bytes(wire, h)
	if err != nil {
		t.Fatal(err)
	}
	for i := range exchanges {
		docs = append(docs, exchanges[i].Explain())
	}
	return docs
}

// TestExamplesOfTheRFCs explains all examples, as text, Markdown and JSON.
func TestExamplesOfTheRFCs(t *testing.T) {
	t.Parallel()
	for _, x := range examples() {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			exchanges, err := Bytes(x.wire, Hand{})
			if err != nil || len(exchanges) != len(x.want) {
				t.Fatalf("%d messages %v, want %d", len(exchanges), err, len(x.want))
			}
			for i, want := range x.want {
				if got := string(exchanges[i].Message.Payload); got != want || len(exchanges[i].Findings) > 0 {
					t.Errorf("message %d is %q with %v, want %q and no finding", i+1, got, exchanges[i].Findings, want)
				}
			}
			var text, markdown, lines []byte
			for _, d := range documents(t, x.wire, Hand{}) {
				text = Text{}.Append(text, d)
				markdown = d.Markdown(markdown, false)
				lines = d.JSON(lines)
			}
			pcaps.Golden(t, x.name+"-text", text)
			pcaps.Golden(t, x.name+"-markdown", markdown)
			pcaps.Golden(t, x.name+"-json", indented(t, lines))
		})
	}
}

// indented is JSON lines for people to read.
func indented(t *testing.T, lines []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(lines) {
		if err := json.Indent(&out, line, "", " "); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// TestWidths draws one example narrow, wide, in ASCII and in colour.
func TestWidths(t *testing.T) {
	t.Parallel()
	wire := examples()[1].wire
	for _, row := range []struct {
		name string
		text Text
	}{
		{"60", Text{Width: 60}}, {"120", Text{Width: 120}}, {"80-ascii", Text{ASCII: true}}, {"60-color", Text{Width: 60, Color: true}},
	} {
		var out []byte
		for _, d := range documents(t, wire, Hand{}) {
			out = row.text.Append(out, d)
		}
		pcaps.Golden(t, "widths/masked-text-"+row.name, out)
	}
}

// TestNothingIsWiderThanAsked draws all examples, codes and rules in many widths.
func TestNothingIsWiderThanAsked(t *testing.T) {
	t.Parallel()
	var docs []*Document
	for _, x := range examples() {
		docs = append(docs, documents(t, x.wire, Hand{})...)
	}
	for code := 999; code < 5001; code += 7 {
		docs = append(docs, CloseCode(code))
	}
	for _, id := range RuleIDs() {
		docs = append(docs, Rule(id))
	}
	for _, w := range []int{60, 61, 69, 70, 80, 100, 120, 200} {
		for _, d := range docs {
			tooWide(t, d, w)
		}
	}
}

func tooWide(t testing.TB, d *Document, w int) {
	t.Helper()
	for line := range bytes.Lines(Text{Width: w}.Append(nil, d)) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if n := width(string(line)); n > w {
			t.Errorf("%s: %d columns, want %d: %q", d.Title, n, w, line)
		}
		if bytes.HasSuffix(line, []byte(" ")) {
			t.Errorf("%s: blanks at the end of %q", d.Title, line)
		}
	}
}

// TestFieldsAreTheSameEverywhere holds JSON and Markdown against the fields.
func TestFieldsAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	d := documents(t, examples()[1].wire, Hand{})[0]
	i := slices.IndexFunc(d.Parts, func(p Part) bool { return p.Name == "header" })
	fields := d.Parts[i].Data.(*Bits).Fields
	text, markdown, line := Text{Width: 200}.Append(nil, d), d.Markdown(nil, false), d.JSON(nil)
	for _, f := range fields {
		cells := fmt.Sprintf("| %s | %s | %s | %s | %s |", f.bitRange(), f.Name, f.Value, f.source(), markdownText(f.Meaning))
		value, _ := json.Marshal(f)
		if !bytes.Contains(markdown, []byte(cells)) || !bytes.Contains(line, value) || !bytes.Contains(text, []byte(f.Meaning)) {
			t.Errorf("field %+v is not the same in all formats", f)
		}
	}
}

func BenchmarkExplain(b *testing.B) {
	wire := examples()[1].wire
	for b.Loop() {
		exchanges, _ := Bytes(wire, Hand{})
		Text{}.Append(nil, exchanges[0].Explain())
	}
}

func BenchmarkHeader(b *testing.B) {
	f := parseFrame(pcaps.Hex("81 85 37 fa 21 3d"))
	for b.Loop() {
		Header(f)
	}
}
