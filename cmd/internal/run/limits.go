package run

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// Limits are the bounds of one shard of a run over files: together the shards keep four times as much.
func Limits() decode.Limits {
	return decode.Limits{
		TCP:       reassembly.Limits{WaitingAll: 16 << 20, UnackedAll: 2 << 20, Conns: 100_000, Closed: 16_384},
		WebSocket: ws.Limits{Windows: 16 << 20},
	}
}

// LiveLimits are the bounds of one shard in a run that may never end: an idle connection costs some hundred bytes.
func LiveLimits() decode.Limits {
	l := Limits()
	l.TCP.Conns, l.TCP.Closed = 50_000, 4096
	return l
}
