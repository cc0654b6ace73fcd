package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/wspeek/wspeek/pcaps"
)

// conn is one connection. Arrays of two are indexed by the direction that sends.
type conn struct {
	g     *generator
	id    int
	kind  kind
	addrs [2]netip.AddrPort
	seq   [2]uint32
	// deflate compresses each direction; nil if the kind is not compressed.
	deflate [2]*pcaps.Deflater
	tls     *tlsConn
	opened  bool
	// settled says that the handshakes are over, so that segments may be dropped.
	settled bool
	queue   []pcaps.Segment
}

// open writes the handshakes of TCP, TLS and WebSocket.
func (c *conn) open() {
	c.opened = true
	q, r := c.handshake()
	if c.g.opt.mid {
		c.seq[pcaps.C2S] += uint32(len(q)) + 1
		c.seq[pcaps.S2C] += uint32(len(r)) + 1
		c.settled = true
		return
	}
	syn := c.segment(pcaps.C2S, pcaps.SYN)
	syn.Ack = 0
	c.control(pcaps.C2S, syn)
	c.control(pcaps.S2C, c.segment(pcaps.S2C, pcaps.SYN|pcaps.ACK))
	if c.g.tls != nil {
		c.tls = c.g.tls.open(c)
	}
	c.send(pcaps.C2S, q)
	c.send(pcaps.S2C, r)
	c.flush()
	c.settled = true
}

// handshake returns the request and the response, and sets up compression.
func (c *conn) handshake() (request, response []byte) {
	nonce := make([]byte, 16)
	for i := range nonce {
		nonce[i] = byte(c.g.rng.Uint32())
	}
	key := base64.StdEncoding.EncodeToString(nonce)
	var extension [][2]string
	if c.kind == kindDeflate {
		extension = append(extension, pcaps.Extension("permessage-deflate"))
		c.deflate = [2]*pcaps.Deflater{{}, {}}
	}
	q := pcaps.Request{Target: fmt.Sprintf("/%s/%d", c.kind, c.id), Host: "server.example.com", Key: key,
		Headers: append([][2]string{{"Connection", "keep-alive, Upgrade"}}, extension...)}
	return q.Bytes(), pcaps.Response{Key: key, Headers: extension}.Bytes()
}

// message sends the next message of either direction, or a ping and its pong.
func (c *conn) message() {
	rng := c.g.rng
	dir := pcaps.S2C
	if rng.IntN(3) == 0 {
		dir = pcaps.C2S
	}
	if rng.IntN(200) == 0 {
		c.frame(dir, pcaps.Ping("hb"))
		c.frame(dir.Other(), pcaps.Pong("hb"))
		return
	}
	opcode, payload := c.kind.payload(rng)
	c.record(dir, opcode, payload)
	f := pcaps.Frame{Fin: true, Opcode: opcode, Payload: payload}
	if d := c.deflate[dir]; d != nil {
		f = pcaps.Compressed(opcode, d.Compress(payload))
	}
	if rng.IntN(20) != 0 || len(f.Payload) <= 10 {
		c.sendFrame(dir, f)
		return
	}
	c.fragments(dir, f)
}

// fragments sends a frame as two fragments, sometimes with a ping between them.
func (c *conn) fragments(dir pcaps.Dir, f pcaps.Frame) {
	cut := 1 + c.g.rng.IntN(len(f.Payload)-1)
	first := f
	first.Fin, first.Payload = false, f.Payload[:cut]
	c.sendFrame(dir, first)
	if c.g.rng.IntN(3) == 0 {
		c.frame(dir, pcaps.Ping("mid"))
	}
	c.sendFrame(dir, pcaps.Frame{Fin: true, Payload: f.Payload[cut:]})
}

// frame sends a whole message in one frame that is not compressed.
func (c *conn) frame(dir pcaps.Dir, f pcaps.Frame) {
	c.record(dir, f.Opcode, f.Payload)
	c.sendFrame(dir, f)
}

// sendFrame sends a frame, masked if the client sends it.
func (c *conn) sendFrame(dir pcaps.Dir, f pcaps.Frame) {
	if dir == pcaps.C2S {
		var key [4]byte
		binary.BigEndian.PutUint32(key[:], c.g.rng.Uint32())
		f = f.Masked(key)
	}
	c.send(dir, f.Bytes())
}

// send sends bytes of the stream, encrypted if the connection has TLS.
func (c *conn) send(dir pcaps.Dir, p []byte) {
	if c.tls == nil {
		c.push(dir, p)
	} else if _, err := c.tls.ends[dir].Write(p); err != nil && c.g.err == nil {
		c.g.err = err
	}
}

// close sends the closing handshake and closes TCP.
func (c *conn) close() {
	bye := pcaps.Close(1000, "bye")
	c.record(pcaps.C2S, bye.Opcode, bye.Payload)
	c.record(pcaps.S2C, bye.Opcode, bye.Payload)
	c.sendFrame(pcaps.C2S, bye)
	c.sendFrame(pcaps.S2C, bye)
	c.flush()
	for _, dir := range []pcaps.Dir{pcaps.S2C, pcaps.C2S} {
		c.control(dir, c.segment(dir, pcaps.FIN|pcaps.ACK))
	}
	c.g.emit(c.segment(pcaps.S2C, pcaps.ACK))
}

func (c *conn) record(dir pcaps.Dir, opcode byte, payload []byte) {
	if c.g.truth != nil {
		c.g.truth.record(c, dir, opcode, payload)
	}
}
