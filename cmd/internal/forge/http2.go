package forge

import (
	"slices"

	"github.com/wspeek/wspeek/pcaps"
)

// http2Plan is a session over HTTP/2 in clear, with prior knowledge (RFC 8441, RFC 9113 section 3.3).
type http2Plan struct {
	stream uint32
	// settings is the payload of the server's SETTINGS frame, first a frame that it sends before that.
	settings, first   []byte
	request, response [][2]string
	// early goes between the prefaces and the request, answered between request and response, late after the first message.
	early, answered, late []http2Sent
	// aborted says that the session does not go on after late.
	aborted bool
}

// http2Sent is a frame and the side that sends it.
type http2Sent struct {
	dir   pcaps.Dir
	frame pcaps.HTTP2Frame
}

// enableConnect is SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441 section 3).
const enableConnect = 8

func newHTTP2Plan() *http2Plan {
	return &http2Plan{
		stream: 1, settings: pcaps.HTTP2Setting(enableConnect, 1),
		request: [][2]string{{":method", "CONNECT"}, {":protocol", "websocket"}, {":scheme", "http"}, {":path", "/"},
			{":authority", "example.test"}, {"sec-websocket-version", "13"}},
		response: [][2]string{{":status", "200"}},
	}
}

// set gives a field of the request another value; an empty one leaves it out.
func (h *http2Plan) set(name, value string) {
	h.request = slices.DeleteFunc(h.request, func(f [2]string) bool { return f[0] == name && value == "" })
	for i := range h.request {
		if h.request[i][0] == name {
			h.request[i][1] = value
		}
	}
}

// data is a DATA frame of the session.
func (h *http2Plan) data(d pcaps.Dir, f pcaps.Frame) http2Sent {
	return http2Sent{d, pcaps.HTTP2Frame{Type: pcaps.HTTP2Data, Stream: h.stream, Payload: f.Bytes()}}
}

// headers is a HEADERS frame of the session.
func (h *http2Plan) headers(d pcaps.Dir, fields ...[2]string) http2Sent {
	return http2Sent{d, pcaps.HTTP2Frame{Type: pcaps.HTTP2Headers, Flags: pcaps.HTTP2EndHeaders, Stream: h.stream, Payload: pcaps.HTTP2Fields(fields...)}}
}

// write writes the conversation.
func (h *http2Plan) write(c *pcaps.Conversation) {
	send := func(list ...http2Sent) {
		for _, x := range list {
			c.Send(x.dir, x.frame.Bytes())
		}
	}
	settings := pcaps.HTTP2Frame{Type: pcaps.HTTP2Settings}
	ack := pcaps.HTTP2Frame{Type: pcaps.HTTP2Settings, Flags: 1}
	c.Open()
	c.Send(pcaps.C2S, append([]byte(pcaps.HTTP2Preface), settings.Bytes()...))
	settings.Payload = h.settings
	c.Send(pcaps.S2C, append(h.first, settings.Bytes()...))
	send(http2Sent{pcaps.C2S, ack}, http2Sent{pcaps.S2C, ack})
	send(h.early...)
	send(h.headers(pcaps.C2S, h.request...))
	send(h.answered...)
	send(h.headers(pcaps.S2C, h.response...), h.data(pcaps.C2S, hello.Masked(clientKey)))
	send(h.late...)
	if !h.aborted {
		bye := pcaps.Close(1000, "")
		send(h.data(pcaps.C2S, bye.Masked(clientKey)), h.data(pcaps.S2C, bye))
	}
	c.Close()
}
