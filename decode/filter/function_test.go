package filter_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/ws"
)

// What Wireshark accepts with a clear meaning is accepted, and what wspeek prints itself.
func TestWiresharkHabits(t *testing.T) {
	t.Parallel()
	m := text(1, ws.C2S, `{"Id":"Ärger","n":1}`)
	binary := with(text(2, ws.S2C, "\x00\x01plain"), func(m *ws.Message) { m.Opcode, m.ValidUTF8 = ws.OpBinary, false })
	masked := func() []ws.Frame {
		return []ws.Frame{{Fin: true, Masked: true, MaskKey: [4]byte{0x19, 0x91, 0x08, 0xab}, Len: 3, HeaderLen: 6}}
	}
	hole := with(text(3, ws.C2S, `{"Id":"x`), func(m *ws.Message) { m.State, m.Missing, m.Holes = ws.Partial, 4, []ws.Hole{{At: 8, N: 4}} })
	for _, row := range []struct {
		name, src       string
		m, binary, hole bool
	}{
		{"frame by itself", "frame", true, true, true},
		{"frame contains", `frame contains "Id"`, true, false, true},
		{"frame matches", `frame matches "PLAIN$"`, false, true, false},
		{"json by itself", "json", true, false, false},
		{"tls by itself", "tls", false, false, false},
		{"text by Wireshark's other name", `data-text-lines contains "Id"`, true, false, true},
		{"the request", "http.request && http.response", true, true, true},
		{"a header", `http.server == nginx`, true, true, true},
		{"a masking key as printed", "websocket.masking_key == 199108ab", true, false, false},
		{"a masking key as Wireshark prints it", "websocket.masking_key == 19:91:08:ab", true, false, false},
		{"another masking key", "websocket.masking_key == 199108ac", false, false, false},
		{"a duration as printed", `ws.duration == "1 min 30 s"`, true, true, true},
		{"a duration without its unit apart", `ws.duration < 90s`, false, false, false},
		{"length of a payload", "len(websocket.payload) == 7", false, true, false},
		{"length of text in bytes", "len(websocket.payload.text) == 21", true, false, false},
		{"length of a text", "len(ws.host) == 12", true, true, true},
		{"length of a header", "len(http.server) == 5", true, true, true},
		{"length in a set", "len(websocket.payload) in {1..7}", false, true, false},
		{"upper case", `upper(websocket.payload.text) contains "\"ID\""`, true, false, true},
		{"lower case leaves other letters", `lower(websocket.payload.text) contains "Ärger"`, true, false, false},
		{"lower case", `lower(websocket.payload) contains "rger"`, true, false, false},
		{"upper case of a text", "upper(ws.host) == CHAT.EXAMPLE", true, true, true},
		{"upper case of a header", "upper(http.server) == NGINX", true, true, true},
		{"functions of functions", "len(upper(lower(ws.host))) == 12", true, true, true},
		{"case does not count in names", "LEN(ws.host) == 12", true, true, true},
		{"a word named as a function", "len", false, false, false},
		{"a call after a word", `"Id" && len(ws.host) == 12`, true, false, true},
		{"first bytes", "websocket.payload[0:2] == 00:01", false, true, false},
		{"first bytes without colons", "websocket.payload[0:2] == 0001", false, true, false},
		{"one byte", "websocket.payload[0] == 7b", true, false, false},
		{"up to a place", "websocket.payload[:2] == 00:01", false, true, false},
		{"from a place", `websocket.payload[2:] == "plain"`, false, true, false},
		{"from a place to another", "websocket.payload[0-1] == 00:01", false, true, false},
		{"from the end", "websocket.payload.text[-1:] == }", false, false, false},
		{"from the end, quoted", `websocket.payload.text[-1:] == "}"`, true, false, false},
		{"beyond the end", "websocket.payload[0:8]", true, false, false},
		{"of a text", `ws.path[0:5] == "/chat"`, true, true, true},
		{"of a text, from the end", `ws.path[-6:] == "room=7"`, true, true, true},
		{"contains in a part", `websocket.payload[2:3] contains "la"`, false, true, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			f, err := filter.Compile(row.src)
			if row.name == "from the end" {
				if err == nil {
					t.Fatal("a bracket without quotes is accepted")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range []bool{row.m, row.binary, row.hole} {
				r := filter.Row{Session: four, Message: []*ws.Message{m, binary, hole}[i]}
				if i == 0 {
					r.Frames = masked
				}
				if got := f.Match(&r); got != want {
					t.Errorf("%s: message %d: got %v, want %v", row.src, i, got, want)
				}
			}
		})
	}
}

// In Wireshark websocket.pmc is a field of each frame of a session with permessage-deflate.
func TestPMCIsPresentWherePermessageDeflateWasNegotiated(t *testing.T) {
	t.Parallel()
	plain := *four
	plain.Extensions = ""
	compressed := with(text(1, ws.C2S, "x"), func(m *ws.Message) { m.Compressed = true })
	for _, row := range []struct {
		name                 string
		r                    filter.Row
		bare, equal0, equal1 bool
	}{
		{"negotiated, not compressed", filter.Row{Session: four, Message: text(1, ws.C2S, "x")}, true, true, false},
		{"negotiated, compressed", filter.Row{Session: four, Message: compressed}, true, false, true},
		{"not negotiated", filter.Row{Session: &plain, Message: text(1, ws.C2S, "x")}, false, false, false},
		{"handshake not captured, compressed", filter.Row{Session: six, Message: compressed}, true, false, true},
		{"handshake not captured, not compressed", filter.Row{Session: six, Message: text(1, ws.C2S, "x")}, false, false, false},
		{"a frame, negotiated", filter.Row{Session: four, Frame: &ws.Frame{RSV: 4}}, true, false, true},
	} {
		for src, want := range map[string]bool{"websocket.pmc": row.bare, "websocket.pmc == 0": row.equal0, "websocket.pmc == 1": row.equal1} {
			f, err := filter.Compile(src)
			if err != nil {
				t.Fatal(err)
			}
			if got := f.Match(&row.r); got != want {
				t.Errorf("%s: %s: got %v, want %v", row.name, src, got, want)
			}
		}
	}
}
