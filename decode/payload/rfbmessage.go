package payload

import (
	"encoding/binary"
	"fmt"
)

// rfbFormat is how pixels are written (RFC 6143 section 7.4).
type rfbFormat struct {
	bytes int  // of a pixel
	three bool // Tight writes three bytes a pixel
}

// set reads PIXEL_FORMAT.
func (f *rfbFormat) set(p []byte) {
	f.bytes = max(1, min(int(p[0])/8, 4))
	f.three = p[0] == 32 && p[1] == 24 && p[3] != 0 && string(p[4:10]) == "\x00\xff\x00\xff\x00\xff"
}

// Types of messages: RFC 6143 sections 7.5 and 7.6, and the extensions that noVNC uses (rfbproto).
const (
	rfbSetPixelFormat = 0
	rfbSetEncodings   = 2
	rfbUpdateRequest  = 3
	rfbKey            = 4
	rfbPointer        = 5
	rfbCut            = 6
	rfbContinuous     = 150
	rfbFence          = 248
	rfbDesktopSize    = 251
	rfbQEMU           = 255

	rfbUpdate  = 0
	rfbColours = 1
	rfbBell    = 2
	rfbCutS    = 3
)

var rfbClientNames = map[byte]string{
	rfbSetPixelFormat: "SetPixelFormat", rfbSetEncodings: "SetEncodings", rfbUpdateRequest: "FramebufferUpdateRequest", rfbKey: "KeyEvent",
	rfbPointer: "PointerEvent", rfbCut: "ClientCutText", rfbContinuous: "EnableContinuousUpdates", rfbFence: "ClientFence",
	rfbDesktopSize: "SetDesktopSize", rfbQEMU: "QEMUExtendedKeyEvent",
}

var rfbServerNames = map[byte]string{
	rfbUpdate: "FramebufferUpdate", rfbColours: "SetColourMapEntries", rfbBell: "Bell", rfbCutS: "ServerCutText",
	rfbContinuous: "EndOfContinuousUpdates", rfbFence: "ServerFence",
}

// cutLength is the length of the text of a cut: negative in the extended clipboard.
func cutLength(p []byte) int {
	n := int32(binary.BigEndian.Uint32(p[4:])) //nolint:gosec // it is signed
	if n < 0 {
		n = -n
	}
	if n < 0 || n > maxPacket {
		return -maxPacket * 2
	}
	return int(n)
}

// rfbClientLength is the length of a client's message, as far as p tells; -1 if it is none.
func rfbClientLength(p []byte) int {
	switch p[0] {
	case rfbSetPixelFormat:
		return 20
	case rfbSetEncodings:
		return need(p, 4, func(p []byte) int { return 4 * int(binary.BigEndian.Uint16(p[2:])) })
	case rfbUpdateRequest, rfbContinuous:
		return 10
	case rfbKey:
		return 8
	case rfbPointer:
		return 6
	case rfbCut:
		return need(p, 8, cutLength)
	case rfbFence:
		return need(p, 9, func(p []byte) int { return int(p[8]) })
	case rfbDesktopSize:
		return need(p, 8, func(p []byte) int { return 16 * int(p[6]) })
	case rfbQEMU:
		if len(p) > 1 && p[1] != 0 {
			return -1
		}
		return 12
	}
	return -1
}

// serverLength is the length of a server's message, as far as p tells; -1 if it is none, or its end cannot be known.
func (d *rfbDecoder) serverLength(p []byte) int {
	switch p[0] {
	case rfbUpdate:
		return d.updateLength(p)
	case rfbColours:
		return need(p, 6, func(p []byte) int { return 6 * int(binary.BigEndian.Uint16(p[4:])) })
	case rfbBell, rfbContinuous:
		return 1
	case rfbCutS:
		return need(p, 8, cutLength)
	case rfbFence:
		return need(p, 9, func(p []byte) int { return int(p[8]) })
	}
	return -1
}

func (d *rfbDecoder) tellClient(a *App, p []byte) {
	a.Event = rfbClientNames[p[0]]
	u16 := func(i int) uint16 { return binary.BigEndian.Uint16(p[i:]) }
	switch p[0] {
	case rfbSetPixelFormat:
		d.format.set(p[4:])
		a.Summary = fmt.Sprintf("%d bits a pixel", p[4])
	case rfbSetEncodings:
		list := []any{}
		for i := 4; i+4 <= len(p); i += 4 {
			list = append(list, int64(int32(binary.BigEndian.Uint32(p[i:])))) //nolint:gosec // encodings are signed
		}
		a.Args, a.Summary = list, inBrief(list)
	case rfbUpdateRequest:
		a.Also = map[string]any{"incremental": p[1] != 0}
		a.Summary = fmt.Sprintf("%dx%d at %d,%d", u16(6), u16(8), u16(2), u16(4))
	case rfbKey:
		key := binary.BigEndian.Uint32(p[4:])
		a.Also = map[string]any{"key": int64(key), "down": p[1] != 0}
		a.Summary = rfbKeyName(key, p[1] != 0)
	case rfbPointer:
		a.Also = map[string]any{"x": int64(u16(2)), "y": int64(u16(4)), "buttons": int64(p[1])}
		a.Summary = fmt.Sprintf("%d,%d buttons %08b", u16(2), u16(4), p[1])
	case rfbCut:
		a.Args = latin1(p[8:])
		a.Summary = body(a.Args)
	}
}

// rfbKeyName is a key symbol of the X Window System for people: those of Latin-1 are its characters.
func rfbKeyName(key uint32, down bool) string {
	way := "up"
	if down {
		way = "down"
	}
	if key > ' ' && key < 0x7f {
		return fmt.Sprintf("%q %s", rune(key), way)
	}
	return fmt.Sprintf("0x%x %s", key, way)
}

func (d *rfbDecoder) tellServer(a *App, p []byte) {
	a.Event, d.walked = rfbServerNames[p[0]], rfbWalk{}
	switch p[0] {
	case rfbUpdate:
		n := binary.BigEndian.Uint16(p[2:])
		a.Also = map[string]any{"rectangles": int64(n), "bytes": int64(len(p))}
		a.Summary = fmt.Sprintf("%d rectangles, %d bytes", n, len(p))
	case rfbCutS:
		a.Args = latin1(p[8:])
		a.Summary = body(a.Args)
	}
}
