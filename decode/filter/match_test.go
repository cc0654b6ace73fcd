package filter_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/ws"
)

const epoch = 1_800_000_000

// four is a session over IPv4, six one over IPv6.
var (
	four = &decode.Session{
		N: 1, Stream: 3, Client: netip.MustParseAddrPort("192.0.2.1:50000"), Server: netip.MustParseAddrPort("198.51.100.7:8080"),
		Scheme: "ws", Method: "GET", Host: "chat.example", Path: "/chat?room=7", Status: 101, Subprotocol: "graphql-ws",
		Extensions: "permessage-deflate", State: decode.Closed, End: decode.EndClose, HasOpened: true, HasEnded: true,
		Opened: epoch * 1e9, Ended: (epoch + 90) * 1e9, Close: &decode.Close{By: ws.S2C, Code: 1011, Reason: []byte("out of order")},
		Messages: [2]int64{3, 4}, Bytes: [2]int64{30, 40}, First: 1,
		RequestHeaders:  []http1.Header{{Name: "Host", Value: "chat.example"}, {Name: "Origin", Value: "https://app.example"}},
		ResponseHeaders: []http1.Header{{Name: "Server", Value: "nginx"}, {Name: "server", Value: "second"}},
	}
	six = &decode.Session{
		N: 2, Stream: 4, Client: netip.MustParseAddrPort("[2001:db8::1]:40000"), Server: netip.MustParseAddrPort("[2001:db8::2]:80"),
		Scheme: "ws", State: decode.Unknown, Confidence: 0.9,
	}
)

func stamp(packet int, ns int64) ws.Stamp {
	return ws.Stamp{Packet: packet, Time: capture.Time(epoch*1e9 + ns)}
}

// text is a whole text message.
func text(n int, dir ws.Dir, payload string) *ws.Message {
	return &ws.Message{N: n, Dir: dir, Opcode: ws.OpText, Last: stamp(10*n, int64(n)*1e9), Max: 10 * n, Min: 10 * n,
		Len: int64(len(payload)), WireLen: int64(len(payload)), Frames: 1, Payload: []byte(payload), ValidUTF8: true, CloseCode: -1}
}

func with(m *ws.Message, change func(*ws.Message)) *ws.Message {
	change(m)
	return m
}

// rows is the set that the tables ask about; names are single letters.
func rows() map[string]*filter.Row {
	one := func(fin bool, rsv uint8, masked bool, n int64) ws.Frame {
		f := ws.Frame{Fin: fin, RSV: rsv, Masked: masked, Len: n, Seen: n, HeaderLen: 2, Opcode: ws.OpText}
		if masked {
			f.MaskKey, f.HeaderLen = [4]byte{0x37, 0xfa, 0x21, 0x3d}, 6
		}
		return f
	}
	frames := func(fs ...ws.Frame) func() []ws.Frame { return func() []ws.Frame { return fs } }
	return map[string]*filter.Row{
		"a": {Session: four, Message: text(1, ws.C2S, `{"type":"order","id":12,"price":12.5,"items":[{"id":1},{"id":30,"sku":"Ünï"}],"ok":true,"none":null}`),
			Frames: frames(one(true, 0, true, 98))},
		"b": {Session: four, Gap: 250e6, HasGap: true, Message: with(text(2, ws.S2C, "An Error occurred: no such order"), func(m *ws.Message) {
			m.Frames = 2
			m.Findings = []*ws.Rule{ws.RuleMaskForbidden}
		}), Frames: frames(one(false, 0, false, 12), one(true, 0, false, 20))},
		"c": {Session: four, Gap: 2e9, HasGap: true, Message: with(text(3, ws.S2C, "\x00\x01\xfe\xff"), func(m *ws.Message) {
			m.Opcode, m.ValidUTF8, m.Compressed, m.WireLen, m.Len = ws.OpBinary, false, true, 2, 4
		}), Frames: frames(one(true, 4, false, 2))},
		"p": {Session: four, HasGap: true, Message: with(text(4, ws.C2S, "beat"), func(m *ws.Message) { m.Opcode = ws.OpPing }),
			Frames: frames(one(true, 0, true, 4))},
		"x": {Session: four, Gap: 60e9, HasGap: true, Message: with(text(5, ws.S2C, "\x03\xf3out of order"), func(m *ws.Message) {
			m.Opcode, m.CloseCode, m.Len = ws.OpClose, 1011, 12
		}), Frames: frames(one(true, 0, false, 14))},
		// 100 bytes were sent; 10 of them, behind the first 5, are missing.
		"h": {Session: six, Message: with(text(1, ws.C2S, "startmiddle and end"), func(m *ws.Message) {
			m.State, m.Missing, m.Holes, m.Len, m.ValidUTF8 = ws.Partial, 10, []ws.Hole{{At: 5, N: 10}}, 29, false
		}), Frames: frames(one(true, 0, true, 29))},
		"u": {Session: six, Gap: 1, HasGap: true, Message: with(text(2, ws.S2C, "\xaa\x56error"), func(m *ws.Message) {
			m.State, m.Why, m.Len, m.Compressed, m.ValidUTF8 = ws.Undecodable, ws.WindowLost, -1, true, false
		}), Frames: frames(one(true, 4, false, 7))},
	}
}

func matching(t *testing.T, src string) string {
	t.Helper()
	f, err := filter.Compile(src)
	if err != nil {
		t.Fatalf("Compile(%q): %v", src, err)
	}
	set := rows()
	var out strings.Builder
	for _, name := range []string{"a", "b", "c", "p", "x", "h", "u"} {
		if f.Match(set[name]) {
			out.WriteString(name)
		}
	}
	return out.String()
}

func check(t *testing.T, table [][2]string) {
	t.Helper()
	for _, row := range table {
		t.Run(row[0], func(t *testing.T) {
			t.Parallel()
			if got := matching(t, row[0]); got != row[1] {
				t.Errorf("rows %q, want %q", got, row[1])
			}
		})
	}
}

func TestMatchNumbers(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`websocket`, "abcpxhu"},
		{`websocket.opcode == 1`, "abhu"},
		{`websocket.opcode == 0x1`, "abhu"},
		{`websocket.opcode == text`, "abhu"},
		{`websocket.opcode eq Text`, "abhu"},
		{`websocket.opcode != text`, "cpx"},
		{`websocket.opcode in {ping, pong, close}`, "px"},
		{`websocket.opcode in {2 8..10}`, "cpx"},
		{`websocket.opcode & 8`, "px"},
		{`websocket.payload_length >= 29 and websocket.payload_length < 33`, "b"},
		{`ws.len > 30`, "ab"},
		{`ws.len <= 4`, "cp"},
		{`ws.wire_len == 2`, "c"},
		{`ws.ratio >= 2`, "c"},
		{`ws.ratio == 1`, "abp"},
		{`ws.n in {2..4}`, "bcpu"},
		{`ws.frames > 1`, "b"},
		{`websocket.fragment.count`, "b"},
		{`websocket.fragment.count == 2`, "b"},
		{`websocket.reassembled.length == 32`, "b"},
		{`frame.number == 20`, "bu"},
		{`frame.time_epoch > 1800000003.5`, "px"},
		{`frame.time_epoch == 1800000003`, "c"},
		{`frame.time >= "2027-01-15 08:00:04"`, "px"},
		{`websocket.payload.close.status_code == 1011`, "x"},
		{`websocket.payload.close.status_code`, "x"},
		{`ws.missing > 0`, "h"},
	})
}
