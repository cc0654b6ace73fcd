//go:build !linux || libpcap

package bpf

import "golang.org/x/net/bpf"

// Live compiles the filter for live capture as it is built in: here through libpcap, which
// takes programs for files.
func (f *Filter) Live(link uint16) ([]bpf.RawInstruction, error) { return f.File(link) }
