package decode

import (
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// Limits bounds everything that is kept. The zero value means the defaults of its parts.
type Limits struct {
	TCP       reassembly.Limits
	HTTP      http1.Limits
	WebSocket ws.Limits
	TLS       tls.Limits
	// Sniff is how many bytes of a direction are kept until it is known what a connection carries (default 64 KiB).
	Sniff int
	// Tunnels is how many tunnels may stand in each other (default 4).
	Tunnels int
}

// Options says what a Decoder tells. The zero value tells messages without their payloads.
type Options struct {
	Limits Limits
	// Keep keeps the payloads of messages.
	Keep bool
	// KeepMost, if it is not 0, is the longest payload of a data message that Keep keeps, in bytes.
	KeepMost int64
	// Wire keeps, with Keep, the compressed payloads of compressed messages too.
	Wire bool
	// Frames tells KindFrame events.
	Frames bool
	// Secrets tells KindKeys events.
	Secrets bool
	// Polls tells KindPoll events.
	Polls bool
	// TLSParts tells KindTLSPart events of records and handshake messages, TLSContent those of plaintext.
	TLSParts, TLSContent bool
	// Ports are TCP ports whose connections are taken for WebSocket where nothing else is recognised
	// (-d tcp.port==N,websocket).
	Ports []uint16
	// Windows keeps the compression windows that Limits.WebSocket.Windows has no room for. It belongs to one Decoder; nil drops them.
	Windows ws.WindowStore
	// Steps, if it is not nil, is called for everything that happens between the layers: for wspeek trace. Decoders that
	// work at the same time call it at the same time.
	Steps func(Step)
}
