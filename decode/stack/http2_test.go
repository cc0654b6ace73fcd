package stack_test

import (
	"encoding/binary"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// goAway is a GOAWAY frame (RFC 9113 section 6.8).
func goAway(last, code uint32) []byte {
	b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, last), code)
	return pcaps.HTTP2Frame{Type: 0x7, Payload: append(b, "see you"...)}.Bytes()
}

// TestHTTP2_GoAwayInTheMiddle: after GOAWAY no request is begun, but the streams that its sender has taken go on to their own end
// (RFC 9113 section 6.8). A request beyond the last of these gets no answer, and that is no fault of the other sessions.
func TestHTTP2_GoAwayInTheMiddle(t *testing.T) {
	t.Parallel()
	const noError, calm = 0x0, 0xb // NO_ERROR, ENHANCE_YOUR_CALM
	for name, code := range map[string]uint32{"graceful": noError, "with an error": calm} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &pcaps.Conversation{}
			c.Open()
			frame := func(d pcaps.Dir, kind, flags byte, stream uint32, p []byte) {
				c.Send(d, pcaps.HTTP2Frame{Type: kind, Flags: flags, Stream: stream, Payload: p}.Bytes())
			}
			connect := pcaps.HTTP2Fields([2]string{":method", "CONNECT"}, [2]string{":protocol", "websocket"}, [2]string{":scheme", "http"},
				[2]string{":path", "/chat"}, [2]string{":authority", "a.example"}, [2]string{"sec-websocket-version", "13"})
			c.Send(pcaps.C2S, []byte(pcaps.HTTP2Preface))
			frame(pcaps.C2S, pcaps.HTTP2Settings, 0, 0, nil)
			frame(pcaps.S2C, pcaps.HTTP2Settings, 0, 0, pcaps.HTTP2Setting(8, 1)) // SETTINGS_ENABLE_CONNECT_PROTOCOL, RFC 8441
			for _, stream := range []uint32{1, 3} {
				frame(pcaps.C2S, pcaps.HTTP2Headers, pcaps.HTTP2EndHeaders, stream, connect)
			}
			frame(pcaps.S2C, pcaps.HTTP2Headers, pcaps.HTTP2EndHeaders, 1, pcaps.HTTP2Fields([2]string{":status", "200"}))
			before, after := clientText("before").Bytes(), clientText("after").Bytes()
			frame(pcaps.C2S, pcaps.HTTP2Data, 0, 1, before)
			half := pcaps.Text("in two halves").Bytes()
			frame(pcaps.S2C, pcaps.HTTP2Data, 0, 1, half[:5])
			c.Send(pcaps.S2C, goAway(1, code))
			frame(pcaps.S2C, pcaps.HTTP2Data, 0, 1, half[5:])
			frame(pcaps.C2S, pcaps.HTTP2Data, 0, 1, after)
			bye := pcaps.Close(1001, "")
			frame(pcaps.S2C, pcaps.HTTP2Data, 0, 1, bye.Bytes())
			frame(pcaps.C2S, pcaps.HTTP2Data, 0, 1, bye.Masked([4]byte{1, 2, 3, 4}).Bytes())
			c.Close()

			r := tell(t, c)
			if len(r.sessions) != 2 {
				t.Fatalf("%d sessions, want that of each stream", len(r.sessions))
			}
			r.want(t, 1, ws.C2S, "exact before, exact after, exact close")
			r.want(t, 1, ws.S2C, "exact in two halves, exact close")
			if s := r.sessions[0]; s.State != decode.Closed || s.Close == nil || s.Close.Code != 1001 {
				t.Errorf("stream 1: %v, close %+v", s.State, s.Close)
			}
			if s := r.sessions[1]; s.HasOpened || s.Status != 0 || s.Messages != [2]int64{} {
				t.Errorf("stream 3 was never answered: %+v", s)
			}
			if len(r.account.Why) > 0 {
				t.Errorf("incomplete: %q", r.account.Why)
			}
		})
	}
}
