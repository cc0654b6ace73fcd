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
