package filter_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

const epoch = 1_800_000_000

// four is a session over IPv4, six one over IPv6.
var (
	four = &decode.Session{
		N: 1, Stream: 3, Client: netip.MustParseAddrPort("192.0.2.1:50000"), Server: netip.MustParseAddrPort("198.51.100.7:8080"),
		Scheme: "ws", Method: "GET", Host: "chat.example", Path: "/chat?room=7", Status: 101, Subprotocol: "graphql-ws",
		Extensions: "permessage-deflate", State: decode.Closed, End: decode.EndClose, HasOpened: true, HasEnded: true,
		Zero: epoch*1e9 - 5e8, Opened: epoch * 1e9, Ended: (epoch + 90) * 1e9, Close: &decode.Close{By: ws.S2C, HasBy: true, Code: 1011, Reason: []byte("out of order")},
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
			m.Findings = []*rule.Rule{rule.MaskForbidden}
		}), Frames: frames(one(false, 0, false, 12), one(true, 0, false, 20))},
		"c": {Session: four, Gap: 2e9, HasGap: true, Message: with(text(3, ws.S2C, "\x00\x01\xfe\xff"), func(m *ws.Message) {
			m.Opcode, m.ValidUTF8, m.Compressed, m.WireLen, m.Len = ws.OpBinary, false, true, 2, 4
		}), Frames: frames(one(true, 4, false, 2))},
		"p": {Session: four, HasGap: true, Message: with(text(4, ws.C2S, "beat"), func(m *ws.Message) { m.Opcode = ws.OpPing }),
			Frames: frames(one(true, 0, true, 4))},
		"x": {Session: four, Gap: 60e9, HasGap: true, Message: with(text(5, ws.S2C, "\x03\xf3out of order"), func(m *ws.Message) {
			m.Opcode, m.CloseCode, m.Len = ws.OpClose, 1011, 12
		}), Frames: frames(one(true, 0, false, 14))},
		// 100 bytes were sent; 10 of them, after the first 5, are missing.
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
		{`websocket.opcode in {2, 8 .. 10}`, "cpx"},
		{`ip.src in {192.0.2.0 .. 192.0.2.9}`, "ap"},
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
		{`frame.time_relative == 3.5`, "c"},
		{`frame.time_relative in {0 .. 2.5}`, "ab"},
		{`websocket.payload.close.status_code == 1011`, "x"},
		{`websocket.payload.close.status_code`, "x"},
		{`ws.missing > 0`, "h"},
	})
}

func TestMatchFrames(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`websocket.fin == 0`, "b"},
		{`websocket.fin == 1`, "abcpxhu"},
		{`websocket.fin != 1`, ""},
		{`websocket.fin !== 1`, "b"},
		{`websocket.fin != 0`, "acpxhu"},
		{`websocket.fin === 1`, "acpxhu"},
		{`!(websocket.fin == 0)`, "acpxhu"},
		{`websocket.fin`, "abcpxhu"},
		{`websocket.rsv == 4`, "cu"},
		{`websocket.rsv & 4`, "cu"},
		{`websocket.pmc == true`, "cu"},
		{`websocket.mask == 1`, "aph"},
		{`websocket.mask == yes && websocket.opcode == 1`, "ah"},
		{`websocket.masking_key`, "aph"},
		{`websocket.masking_key == 37:fa:21:3d`, "aph"},
		{`websocket.masking_key == 0x37fa213d`, "aph"},
		{`websocket.masking_key != 37:fa:21:3d`, ""},
		{`websocket.masking_key contains fa:21`, "aph"},
		{`websocket.payload_length_ext_16`, ""},
	})
}

func TestMatchPayloads(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`order`, "abx"},
		{`ORDER`, "abx"},
		{`error`, "bu"},
		{`error such`, "b"},
		{`error && order`, "b"},
		{`"no such"`, "b"},
		{`'NO SUCH order'`, "b"},
		{`r"no such"`, "b"},
		{`!order`, "cphu"},
		{`error or beat`, "bpu"},
		{`error or beat and order`, "bu"},
		{`(error or beat) and order`, "b"},
		{`ünï`, "a"},
		{`"\xfe\xff"`, "c"},
		{`"30,\"SKU\":\"Ü"`, "a"},
		{`nothing-like-it`, ""},
		{`websocket.payload`, "abcpxhu"},
		{`websocket.payload contains Error`, "b"},
		{`websocket.payload contains "error"`, "u"},
		{`websocket.payload contains 00:01`, "c"},
		{`websocket.payload contains fe:ff`, "c"},
		{`websocket.payload == 00:01:fe:ff`, "c"},
		{`websocket.payload matches "ERR.R"`, "bu"},
		{`websocket.payload ~ "(?-i)ERR.R"`, ""},
		{`websocket.payload matches "\\d+\.\d"`, "a"},
		{`websocket.payload matches "^an "`, "b"},
		{`websocket.payload.text`, "abh"},
		{`websocket.payload.text contains "no such"`, "b"},
		{`websocket.payload.text matches "such order$"`, "b"},
		{`websocket.payload.ping == "beat"`, "p"},
		{`websocket.payload.ping != "beat"`, ""},
		{`websocket.payload.ping == 62:65:61:74`, "p"},
		{`websocket.payload.ping in {"rest", "beat"}`, "p"},
		{`websocket.payload.pong`, ""},
		{`websocket.payload.close`, "x"},
		{`websocket.payload.close.reason == "out of order"`, "x"},
		{`websocket.payload.close.reason contains order`, "x"},
		{`websocket.payload.close.reason matches "^out"`, "x"},
		{`websocket.payload.close.reason == "out"`, ""},
		{`ws.heartbeat`, "p"},
		{`!ws.heartbeat`, "abcxhu"},
		{`ws.heartbeat == no && ws.dir == c2s`, "ah"},
	})
}

// What is on both sides of a hole is searched, what would lie across it is not there; what is not whole is equal to nothing.
func TestMatchHoles(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`start`, "h"},
		{`middle`, "h"},
		{`startmiddle`, ""},
		{`tm`, ""},
		{`websocket.payload contains "startm"`, ""},
		{`websocket.payload contains "and end"`, "h"},
		{`websocket.payload matches "art.?mid"`, ""},
		{`websocket.payload matches "^middle"`, ""},
		{`websocket.payload matches "^start"`, "h"},
		{`websocket.payload matches "start$"`, ""},
		{`websocket.payload matches "end$"`, "h"},
		{`websocket.payload == "startmiddle and end"`, ""},
		{`websocket.payload.text != "x"`, "ab"},
		{`ws.state == partial`, "h"},
		{`ws.state >= partial`, "hu"},
		{`ws.state != exact`, "hu"},
		{`ws.why == "window lost"`, "u"},
	})
}

func TestMatchSessions(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`tcp.stream == 3`, "abcpx"},
		{`tcp.port == 8080`, "abcpx"},
		{`tcp.port != 8080`, "hu"},
		{`tcp.port !== 8080`, "abcpxhu"},
		{`tcp.port === 8080`, ""},
		{`tcp.srcport == 8080`, "bcx"},
		{`tcp.dstport == 80`, "h"},
		{`tcp.port in {80, 8000..9000}`, "abcpxhu"},
		{`ip.addr == 192.0.2.1`, "abcpx"},
		{`ip.addr == 192.0.2.0/24`, "abcpx"},
		{`ip.src == 198.51.0.0/16`, "bcx"},
		{`ip.addr != 192.0.2.1`, ""},
		{`ip.src != 192.0.2.1`, "bcx"},
		{`ip.addr in {10.0.0.1, 198.51.100.1..198.51.100.9}`, "abcpx"},
		{`ip`, "abcpx"},
		{`ipv6`, "hu"},
		{`ipv6.addr == 2001:db8::/32`, "hu"},
		{`ipv6.src == 2001:db8::1`, "h"},
		{`ws.client == 192.0.2.1 or ws.client == 2001:db8::1`, "abcpxhu"},
		{`http`, "abcpx"},
		{`http.host == chat.example`, "abcpx"},
		{`http.host contains CHAT`, ""},
		{`http.host matches CHAT`, "abcpx"},
		{`http.request.uri contains "room=7"`, "abcpx"},
		{`ws.path == "/chat?room=7"`, "abcpx"},
		{`ws.header.origin == "https://app.example"`, "abcpx"},
		{`ws.header.Server == second`, "abcpx"},
		{`ws.header.Server != second`, ""},
		{`ws.header.Server !== second`, "abcpx"},
		{`ws.header.cookie`, ""},
		{`ws.subprotocol in {graphql-ws, soap}`, "abcpx"},
		{`ws.guessed`, "hu"},
		{`ws.session == 2`, "hu"},
		{`ws.dir == c2s`, "aph"},
		{`ws.dir == server`, "bcxu"},
		{`ws.kind == binary`, "c"},
		{`ws.finding`, "b"},
		{`ws.finding == ws.mask-forbidden`, "b"},
		{`ws.finding != ws.mask-forbidden`, ""},
		{`ws.finding != ws.utf8`, "b"},
		{`ws.finding in {ws.utf8, ws.mask-forbidden}`, "b"},
		{`ws.finding matches "^ws\.mask"`, "b"},
		{`ws.finding.level == must`, "b"},
		{`ws.compressed`, "cu"},
		{`ws.compressed == false`, "abpxh"},
		{`ws.valid_utf8 && ws.dir == s2c`, "bx"},
		{`ws.gap > 1.5`, "cx"},
		{`ws.gap >= 250ms && ws.gap < 1m`, "bc"},
		{`ws.gap == 0.000000001`, "u"},
		{`ws.gap`, "bcpxu"},
		{`ws.closed_by == s2c`, "abcpx"},
		{`ws.close_code == 1011`, "abcpx"},
		{`ws.end == close`, "abcpx"},
		{`ws.session.state == unknown`, "hu"},
		{`ws.duration == 90`, "abcpx"},
		{`ws.messages == 7 and ws.bytes == 70`, "abcpx"},
	})
}

func TestMatchJSON(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`ws.json`, "a"},
		{`ws.json.type`, "a"},
		{`ws.json.type == order`, "a"},
		{`ws.json.type == "order"`, "a"},
		{`WS.JSON.type == order`, "a"},
		{`ws.json.Type`, ""},
		{`ws.json.type != order`, ""},
		{`ws.json.type contains rde`, "a"},
		{`ws.json.type matches ^ORD`, "a"},
		{`ws.json.type in {a, order}`, "a"},
		{`ws.json.id == 12`, "a"},
		{`ws.json.id == 12.0`, "a"},
		{`ws.json.id == "12"`, ""},
		{`ws.json.id != "12"`, "a"},
		{`ws.json.id in {5..12}`, "a"},
		{`ws.json.id > 11 && ws.json.id < 12.5`, "a"},
		{`ws.json.price >= 12.5`, "a"},
		{`ws.json.ok == true`, "a"},
		{`ws.json.ok == "true"`, ""},
		{`ws.json.none == null`, "a"},
		{`ws.json.none`, "a"},
		{`ws.json.items[1].id == 30`, "a"},
		{`ws.json.items[0].id == 30`, ""},
		{`ws.json.items[7]`, ""},
		{`ws.json.items[*].id == 30`, "a"},
		{`ws.json.items[*].id != 30`, ""},
		{`ws.json.items[*].id !== 30`, "a"},
		{`ws.json.items[*].id != 31`, "a"},
		{`ws.json.items.id`, ""},
		{`ws.json.items[1].sku == "Ünï"`, "a"},
		{`ws.json."type" == order`, "a"},
		{`ws.json.items[*]."sku"`, "a"},
		{`ws.json.items contains "30"`, "a"},
		{`!ws.json.type`, "bcpxhu"},
	})
}
