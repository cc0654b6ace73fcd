package forge

import (
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/pcaps"
)

// overHTTP2 is a break of a session over HTTP/2.
func overHTTP2(r *rule.Rule, change func(*http2Plan)) Breaker {
	return Breaker{r, false, true, func(p *Plan) {
		p.http2 = newHTTP2Plan()
		change(p.http2)
	}}
}

// asks adds fields to the request.
func asks(r *rule.Rule, fields ...[2]string) Breaker {
	return overHTTP2(r, func(h *http2Plan) { h.request = append(h.request, fields...) })
}

// sends adds a frame after the first message.
func sends(r *rule.Rule, d pcaps.Dir, f pcaps.HTTP2Frame) Breaker {
	return overHTTP2(r, func(h *http2Plan) { h.late = append(h.late, http2Sent{d, f}) })
}

var http2Breaks = []Breaker{
	overHTTP2(rule.H2ConnectSetting, func(h *http2Plan) { h.settings = nil }),
	overHTTP2(rule.H2ConnectSettingValue, func(h *http2Plan) {
		h.settings = append(pcaps.HTTP2Setting(enableConnect, 2), pcaps.HTTP2Setting(enableConnect, 1)...)
	}),
	sends(rule.H2ConnectSettingWithdrawn, pcaps.S2C, pcaps.HTTP2Frame{Type: pcaps.HTTP2Settings, Payload: pcaps.HTTP2Setting(enableConnect, 0)}),
	overHTTP2(rule.H2ProtocolMethod, func(h *http2Plan) { h.set(":method", "GET") }),
	overHTTP2(rule.H2ProtocolTarget, func(h *http2Plan) { h.set(":path", "") }),
	overHTTP2(rule.H2Scheme, func(h *http2Plan) { h.set(":scheme", "ws") }),
	asks(rule.H2UpgradeFields, [2]string{"connection", "Upgrade"}, [2]string{"upgrade", "websocket"}),
	asks(rule.H2KeyFields, [2]string{"sec-websocket-key", pcaps.RFCNonce}),
	overHTTP2(rule.H2ResetCode, func(h *http2Plan) {
		h.late, h.aborted = []http2Sent{{pcaps.S2C, pcaps.HTTP2Frame{Type: pcaps.HTTP2Reset, Stream: h.stream, Payload: []byte{0, 0, 0, 2}}}}, true
	}),
	overHTTP2(rule.H2Preface, func(h *http2Plan) {
		h.first = pcaps.HTTP2Frame{Type: pcaps.HTTP2Ping, Payload: make([]byte, 8)}.Bytes()
	}),
	sends(rule.H2FrameSize, pcaps.S2C, pcaps.HTTP2Frame{Type: 0x8, Stream: 1, Payload: []byte{0, 0, 1}}),
	overHTTP2(rule.H2HeaderBlock, func(h *http2Plan) {
		h.answered = []http2Sent{{pcaps.S2C, pcaps.HTTP2Frame{Type: pcaps.HTTP2Headers, Flags: pcaps.HTTP2EndHeaders, Stream: h.stream, Payload: []byte{0xff}}}}
	}),
	overHTTP2(rule.H2StreamClosed, func(h *http2Plan) {
		end := h.data(pcaps.C2S, pcaps.Close(1000, "").Masked(clientKey))
		end.frame.Flags = pcaps.HTTP2EndStream
		h.late, h.aborted = []http2Sent{h.data(pcaps.S2C, pcaps.Close(1000, "")), end, h.data(pcaps.C2S, hello.Masked(clientKey))}, true
	}),
	overHTTP2(rule.H2StreamID, func(h *http2Plan) {
		lower := h.headers(pcaps.C2S, [2]string{":method", "GET"}, [2]string{":scheme", "http"}, [2]string{":path", "/"})
		h.stream, h.late = 5, []http2Sent{lower}
	}),
	sends(rule.H2StreamZero, pcaps.S2C, pcaps.HTTP2Frame{Type: pcaps.HTTP2Data, Payload: []byte("Hello")}),
	sends(rule.H2Padding, pcaps.S2C, pcaps.HTTP2Frame{Type: pcaps.HTTP2Data, Flags: pcaps.HTTP2Padded, Stream: 1, Payload: []byte("\x09Hello")}),
	sends(rule.H2Continuation, pcaps.S2C, pcaps.HTTP2Frame{Type: pcaps.HTTP2Continuation, Flags: pcaps.HTTP2EndHeaders, Stream: 1}),
	asks(rule.H2FieldName, [2]string{"Origin", "http://example.test"}),
	asks(rule.H2ConnectionField, [2]string{"transfer-encoding", "chunked"}),
	asks(rule.H2PseudoField, [2]string{":x", "y"}),
	overHTTP2(rule.H2ConnectedFrames, func(h *http2Plan) { h.late = []http2Sent{h.headers(pcaps.S2C, [2]string{"x-trailer", "1"})} }),
	overHTTP2(rule.H2Status101, func(h *http2Plan) { h.answered = []http2Sent{h.headers(pcaps.S2C, [2]string{":status", "101"})} }),
}
