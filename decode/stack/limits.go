package stack

import "github.com/wspeek/wspeek/decode"

// sniffLimit is how many bytes of a direction are kept until it is known what a connection carries.
func sniffLimit(l decode.Limits) int {
	if l.Sniff > 0 {
		return l.Sniff
	}
	return 64 << 10
}

// tunnelLimit is how many tunnels may be nested.
func tunnelLimit(l decode.Limits) int {
	if l.Tunnels > 0 {
		return l.Tunnels
	}
	return 4
}
