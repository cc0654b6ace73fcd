package payload_test

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

// 32 bits a pixel, depth 24, little endian, true colour, shifts 16, 8, 0.
const rfbPixels = "\x20\x18\x00\x01\x00\xff\x00\xff\x00\xff\x10\x08\x00\x00\x00\x00"

const rfbServerInit = "\x00\x40\x00\x30" + rfbPixels + "\x00\x00\x00\x04desk"

func rfbEvents(t *testing.T, messages ...string) string {
	t.Helper()
	var out []string
	for _, a := range told(t, payload.Opening{}, messages...) {
		out = append(out, strings.TrimSuffix(a.Event+" "+map[bool]string{true: "!"}[a.Error], " "))
	}
	return strings.Join(out, " ")
}

func TestRFB_Handshakes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, want string
		messages   []string
	}{
		{"3.8 without password", "ProtocolVersion ProtocolVersion SecurityTypes SecurityType SecurityResult ClientInit ServerInit Bell", []string{
			"<b RFB 003.008\n", ">b RFB 003.008\n", "<b \x02\x01\x02", ">b \x01", "<b \x00\x00\x00\x00", ">b \x01", "<b " + rfbServerInit, "<b \x02",
		}},
		{"3.7 without password has no result", "ProtocolVersion ProtocolVersion SecurityTypes SecurityType ClientInit ServerInit", []string{
			"<b RFB 003.008\n", ">b RFB 003.007\n", "<b \x01\x01", ">b \x01", ">b \x01", "<b " + rfbServerInit,
		}},
		{"3.3: the server decides", "ProtocolVersion ProtocolVersion SecurityTypes VNCAuthChallenge VNCAuthResponse SecurityResult ClientInit ServerInit", []string{
			"<b RFB 003.003\n", ">b RFB 003.003\n", "<b \x00\x00\x00\x02", "<b 0123456789abcdef", ">b 0123456789abcdef", "<b \x00\x00\x00\x00", ">b \x00",
			"<b " + rfbServerInit,
		}},
		{"a wrong password", "ProtocolVersion ProtocolVersion SecurityTypes SecurityType VNCAuthChallenge VNCAuthResponse SecurityResult ! Reason !", []string{
			"<b RFB 003.008\n", ">b RFB 003.008\n", "<b \x01\x02", ">b \x02", "<b 0123456789abcdef", ">b 0123456789abcdef", "<b \x00\x00\x00\x01",
			"<b \x00\x00\x00\x05wrong",
		}},
		{"refused", "ProtocolVersion ProtocolVersion SecurityTypes ! Reason !", []string{
			"<b RFB 003.008\n", ">b RFB 003.008\n", "<b \x00", "<b \x00\x00\x00\x04busy",
		}},
		{"a security type of its own", "ProtocolVersion ProtocolVersion SecurityTypes SecurityType part part", []string{
			"<b RFB 003.008\n", ">b RFB 003.008\n", "<b \x01\x13", ">b \x13", "<b \x00\x02", ">b \x00\x02",
		}},
	} {
		if got := rfbEvents(t, row.messages...); got != row.want {
			t.Errorf("%s: got\n%s\nwant\n%s", row.name, got, row.want)
		}
	}
}

// open are the messages until pictures flow.
var rfbOpen = []string{"<b RFB 003.008\n", ">b RFB 003.008\n", "<b \x01\x01", ">b \x01", "<b \x00\x00\x00\x00", ">b \x01", "<b " + rfbServerInit}

func TestRFB_ClientMessages(t *testing.T) {
	t.Parallel()
	got := summaries(t, payload.Opening{}, append(rfbOpen[:len(rfbOpen):len(rfbOpen)],
		">b \x00\x00\x00\x00"+rfbPixels,
		">b \x02\x00\x00\x02\x00\x00\x00\x00\xff\xff\xff\x21",
		">b \x03\x01\x00\x00\x00\x00\x00\x40\x00\x30",
		">b \x04\x01\x00\x00\x00\x00\x00a\x04\x00\x00\x00\x00\x00\xff\x0d",
		">b \x05\x01\x00\x0a\x00\x14",
		">b \x06\x00\x00\x00\x00\x00\x00\x05gr\xfc\xdfe",
		">b \xff\x00\x00\x01\x00\x00\x00a\x00\x00\x00\x1e",
		">b \xfb\x00\x04\x00\x03\x00\x01\x00"+strings.Repeat("\x00", 16),
		">b \x96\x01\x00\x00\x00\x00\x04\x00\x03\x00",
		">b \xf8\x00\x00\x00\x00\x00\x00\x00\x02hi",
		"<b \x03\x00\x00\x00\x00\x00\x00\x02ok",
	)...)[7:]
	expect(t, got,
		"SetPixelFormat 32 bits a pixel", "SetEncodings [0,-223]", "FramebufferUpdateRequest 64x48 at 0,0", "KeyEvent 'a' down", "KeyEvent 0xff0d up",
		"PointerEvent 10,20 buttons 00000001", `ClientCutText "grüße"`, "QEMUExtendedKeyEvent", "SetDesktopSize", "EnableContinuousUpdates", "ClientFence",
		`ServerCutText "ok"`)
}

// rect is a rectangle of 4 by 2.
func rect(encoding, data string) string { return "\x00\x00\x00\x00\x00\x04\x00\x02" + encoding + data }

// Updates are followed by a bell: it is found only where the length was right.
func TestRFB_Updates(t *testing.T) {
	t.Parallel()
	px := "\x01\x02\x03\x00"
	for _, row := range []struct{ name, rects string }{
		{"raw", rect("\x00\x00\x00\x00", strings.Repeat(px, 8))},
		{"copy", rect("\x00\x00\x00\x01", "\x00\x00\x00\x01")},
		{"RRE", rect("\x00\x00\x00\x02", "\x00\x00\x00\x01"+px+px+"\x00\x00\x00\x00\x00\x01\x00\x01")},
		{"CoRRE", rect("\x00\x00\x00\x04", "\x00\x00\x00\x01"+px+px+"\x00\x00\x01\x01")},
		{"hextile raw", rect("\x00\x00\x00\x05", "\x01"+strings.Repeat(px, 8))},
		{"hextile with coloured subrectangles", rect("\x00\x00\x00\x05", "\x1a"+px+"\x02"+px+"\x00\x00"+px+"\x11\x00")},
		{"ZRLE", rect("\x00\x00\x00\x10", "\x00\x00\x00\x03abc")},
		{"tight, fill", rect("\x00\x00\x00\x07", "\x80\x01\x02\x03")},
		{"tight, JPEG", rect("\x00\x00\x00\x07", "\x90\x03abc")},
		{"tight, JPEG of 200 bytes", rect("\x00\x00\x00\x07", "\x90\xc8\x01"+strings.Repeat("j", 200))},
		{"tight, JPEG of 20000 bytes", rect("\x00\x00\x00\x07", "\x90\xa0\x9c\x01"+strings.Repeat("j", 20000))},
		{"tight, two colours", rect("\x00\x00\x00\x07", "\x40\x01\x01\x01\x02\x03\x04\x05\x06\xf0\x0f")},
		{"tight, compressed", rect("\x00\x00\x00\x07", "\x00\x04abcd")},
		{"cursor", rect("\xff\xff\xff\x11", strings.Repeat(px, 8)+"\xf0\xf0")},
		{"new size, with screens", rect("\xff\xff\xfe\xcc", "\x01\x00\x00\x00"+strings.Repeat("\x00", 16))},
	} {
		update := "\x00\x00\x00\x01" + row.rects
		want := "FramebufferUpdate Bell"
		if got := rfbEvents(t, append(rfbOpen[:7:7], "<b "+update+"\x02")...); !strings.HasSuffix(got, "ServerInit "+want) {
			t.Errorf("%s: got %s", row.name, got)
		}
		if len(update) > 1000 {
			continue
		}
		for i := 1; i < len(update); i++ { // cut in two
			if got := rfbEvents(t, append(rfbOpen[:7:7], "<b "+update[:i], "<b "+update[i:]+"\x02")...); !strings.HasSuffix(got, "ServerInit part "+want) {
				t.Errorf("%s, cut at %d: got %s", row.name, i, got)
			}
		}
	}
	// The end of an encoding that is not known cannot be told.
	if got := rfbEvents(t, append(rfbOpen[:7:7], "<b \x00\x00\x00\x01"+rect("\x00\x00\x00\x63", "?"), "<b \x02")...); !strings.HasSuffix(got, "ServerInit Bell") {
		t.Errorf("an unknown encoding: got %s", got)
	}
	// Without a number of rectangles LastRect ends them.
	update := "\x00\x00\xff\xff" + rect("\x00\x00\x00\x01", "\x00\x00\x00\x01") + rect("\xff\xff\xff\x20", "")
	if got := rfbEvents(t, append(rfbOpen[:7:7], "<b "+update+"\x02")...); !strings.HasSuffix(got, "ServerInit FramebufferUpdate Bell") {
		t.Errorf("LastRect: got %s", got)
	}
}

func TestRFB_IsNotClaimed(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"RFB 003.008 ", "RFB is a protocol\n", "RFB 003.00x\n"} {
		if got := told(t, payload.Opening{}, "<b "+p, ">b "+p); len(got) > 0 {
			t.Errorf("%q was claimed: %v", p, got)
		}
	}
}
