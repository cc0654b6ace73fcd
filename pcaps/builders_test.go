package pcaps_test

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"testing"

	"github.com/wspeek/wspeek/pcaps"
)

// The examples of RFC 6455 section 5.7, as the RFC writes them.
func TestFramesOfTheRFC(t *testing.T) {
	t.Parallel()
	big := bytes.Repeat([]byte{7}, 256)
	rows := []struct {
		name string
		got  []byte
		want []byte
	}{
		{"unmasked text", pcaps.Text("Hello").Bytes(), pcaps.Hex("81 05 48 65 6c 6c 6f")},
		{"masked text", pcaps.Text("Hello").Masked(pcaps.RFCKey).Bytes(), pcaps.Hex("81 85 37 fa 21 3d 7f 9f 4d 51 58")},
		{"fragments", pcaps.Stream(pcaps.Fragments(pcaps.OpText, "Hel", "lo")...), pcaps.Hex("01 03 48 65 6c 80 02 6c 6f")},
		{"ping", pcaps.Ping("Hello").Bytes(), pcaps.Hex("89 05 48 65 6c 6c 6f")},
		{"masked pong", pcaps.Pong("Hello").Masked(pcaps.RFCKey).Bytes(), pcaps.Hex("8a 85 37 fa 21 3d 7f 9f 4d 51 58")},
		{"256 bytes", pcaps.Binary(big).Bytes(), pcaps.Join(pcaps.Hex("82 7e 01 00"), big)},
		{"64 KiB", pcaps.Binary(make([]byte, 65536)).Bytes()[:10], pcaps.Hex("82 7f 00 00 00 00 00 01 00 00")},
		{"close with a reason", pcaps.Close(1000, "bye").Bytes(), pcaps.Hex("88 05 03 e8 62 79 65")},
		{"empty close", pcaps.Close(0, "").Bytes(), pcaps.Hex("88 00")},
		{"length in 16 bits", pcaps.Frame{Fin: true, Opcode: 1, Form: pcaps.Length16}.Bytes(), pcaps.Hex("81 7e 00 00")},
		{"length in 64 bits", pcaps.Frame{Fin: true, Opcode: 1, Form: pcaps.Length64}.Bytes(), pcaps.Hex("81 7f 00 00 00 00 00 00 00 00")},
		{"top bit of the length", pcaps.Text("a").Declaring(1<<63 | 5).Bytes(), pcaps.Hex("81 7f 80 00 00 00 00 00 00 05 61")},
		{"all reserved bits", pcaps.Frame{RSV: 7, Opcode: 15}.Bytes(), pcaps.Bits("0 111 1111 0 0000000")},
		{"bits and bytes mixed", pcaps.Bits("1 000 0001 1 0000101 0x37fa213d"), pcaps.Hex("81 85 37 fa 21 3d")},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			if !bytes.Equal(r.got, r.want) {
				t.Errorf("got % x, want % x", r.got, r.want)
			}
		})
	}
}

func TestBitsPanics(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"1", "1 000 0001 1", "2", "1 000 000 0x12", "0x1"} {
		t.Run(s, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Errorf("Bits(%q) did not panic", s)
				}
			}()
			pcaps.Bits(s)
		})
	}
}

// The examples of RFC 7692 section 7.2.3.
func TestDeflatedOfTheRFC(t *testing.T) {
	t.Parallel()
	hello := []pcaps.Token{{Literal: []byte("Hello")}}
	rows := []struct {
		name string
		got  []byte
		want string
	}{
		{"one block", pcaps.Deflated(pcaps.Block{Tokens: hello}), "f2 48 cd c9 c9 07 00"},
		{"context takeover", pcaps.Deflated(pcaps.Block{Tokens: []pcaps.Token{{Literal: []byte("H")}, {Length: 4, Distance: 5}}}), "f2 00 11 00 00"},
		{"stored", pcaps.Deflated(pcaps.Block{Stored: []byte("Hello")}), "00 05 00 fa ff 48 65 6c 6c 6f 00"},
		{"final block", pcaps.Deflated(pcaps.Block{Final: true, Tokens: hello}), "f3 48 cd c9 c9 07 00 00"},
		{"two blocks", pcaps.Deflated(pcaps.Block{Tokens: hello[:0:0]}, pcaps.Block{Stored: []byte{}}), "02 00 00 00 ff ff 00"},
		{"empty", new(pcaps.Deflater).Compress(nil), "00"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			if want := pcaps.Hex(r.want); !bytes.Equal(r.got, want) {
				t.Errorf("got % x, want % x", r.got, want)
			}
		})
	}
}

// Every length and a spread of distances come out of compress/flate as they were meant.
func TestDeflatedMatches(t *testing.T) {
	t.Parallel()
	window := make([]byte, 32768)
	for i := range window {
		window[i] = byte(i * i >> 7)
	}
	for distance := 1; distance <= 32768; distance = distance*3/2 + 1 {
		for length := 3; length <= 258; length++ {
			want := copied(window, length, distance)
			got, err := inflate(pcaps.Deflated(pcaps.Block{Tokens: []pcaps.Token{{Length: length, Distance: distance}}}), window)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("length %d, distance %d: got % x, %v, want % x", length, distance, got, err, want)
			}
		}
	}
}

func TestDeflaterTakeover(t *testing.T) {
	t.Parallel()
	for _, none := range []bool{false, true} {
		t.Run(fmt.Sprintf("no takeover %v", none), func(t *testing.T) {
			t.Parallel()
			d := pcaps.Deflater{NoTakeover: none}
			text := []byte("the same sentence, said twice over: the same sentence")
			first, second := d.Compress(text), d.Compress(text)
			if none != bytes.Equal(first, second) {
				t.Errorf("first % x, second % x", first, second)
			}
			var window []byte
			if !none {
				window = text
			}
			if got, err := inflate(second, window); err != nil || !bytes.Equal(got, text) {
				t.Errorf("got %q, %v, want %q", got, err, text)
			}
		})
	}
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name string
		got  []byte
		want string
	}{
		{"request", pcaps.Request{Target: "/chat", Headers: [][2]string{pcaps.Subprotocol("chat")}}.Bytes(),
			"GET /chat HTTP/1.1\r\nHost: example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
				"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat\r\n\r\n"},
		// The accept is that of RFC 6455 section 1.3.
		{"response", pcaps.Response{}.Bytes(),
			"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
				"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"},
		{"replaced and left out", pcaps.Response{Headers: [][2]string{{"upgrade", "h2c"}}, Omit: []string{"connection", "sec-websocket-accept"}}.Bytes(),
			"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n"},
		{"refused", pcaps.Response{Status: 403, Headers: [][2]string{{"Content-Length", "2"}}, Body: []byte("no")}.Bytes(),
			"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			if string(r.got) != r.want {
				t.Errorf("got %q, want %q", r.got, r.want)
			}
		})
	}
}

// copied is what a match of length bytes from distance back yields behind a window.
func copied(window []byte, length, distance int) []byte {
	b := bytes.Clone(window)
	for range length {
		b = append(b, b[len(b)-distance])
	}
	return b[len(window):]
}

// inflate undoes RFC 7692 section 7.2.1 with the standard library.
func inflate(message, window []byte) ([]byte, error) {
	tail := []byte{0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff}
	return io.ReadAll(flate.NewReaderDict(bytes.NewReader(append(bytes.Clone(message), tail...)), window))
}
