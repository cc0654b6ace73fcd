package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"

	"github.com/wspeek/wspeek/pcaps"
)

// truth writes what was sent, in order of each connection and direction.
type truth struct {
	out     *json.Encoder
	payload bool
	err     error
}

// line is one message. Len and SHA256 are of the application data; those of a Close include its code.
type line struct {
	Client  string `json:"client"`
	Conn    int    `json:"conn"`
	Dir     string `json:"dir"`
	Len     int    `json:"len"`
	Opcode  byte   `json:"opcode"`
	Payload []byte `json:"payload,omitempty"`
	SHA256  string `json:"sha256"`
}

func newTruth(w io.Writer, payload bool) *truth {
	return &truth{out: json.NewEncoder(w), payload: payload}
}

func (t *truth) record(c *conn, dir pcaps.Dir, opcode byte, payload []byte) {
	sum := sha256.Sum256(payload)
	l := line{Client: c.addrs[pcaps.C2S].String(), Conn: c.id, Dir: [2]string{"c2s", "s2c"}[dir], Len: len(payload),
		Opcode: opcode, SHA256: hex.EncodeToString(sum[:])}
	if t.payload {
		l.Payload = payload
	}
	if err := t.out.Encode(l); t.err == nil {
		t.err = err
	}
}
