package ws

// Opcode is the opcode of a frame (RFC 6455 section 5.2).
type Opcode uint8

// The opcodes of RFC 6455 section 11.8; all others are reserved.
const (
	OpContinuation Opcode = 0x0
	OpText         Opcode = 0x1
	OpBinary       Opcode = 0x2
	OpClose        Opcode = 0x8
	OpPing         Opcode = 0x9
	OpPong         Opcode = 0xA
)

// opcodeNames are the names of the opcodes as in the JSON's kind; empty if reserved.
var opcodeNames = [16]string{
	OpContinuation: "continuation", OpText: "text", OpBinary: "binary",
	OpClose: "close", OpPing: "ping", OpPong: "pong",
}

// String is the opcode's name as in the JSON's kind; "reserved" where the RFC defines none.
func (o Opcode) String() string {
	if n := opcodeNames[o&0xF]; n != "" && o <= 0xF {
		return n
	}
	return "reserved"
}

// Control reports whether o is a control frame's, reserved ones included (section 5.5).
func (o Opcode) Control() bool { return o&0x8 != 0 }

// Reserved reports whether o is none of those that the RFC defines.
func (o Opcode) Reserved() bool { return o > 0xF || opcodeNames[o] == "" }
