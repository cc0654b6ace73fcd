package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"sync"
	"time"

	"github.com/wspeek/wspeek/pcaps"
)

// tlsConfig has the configurations of the two ends, which all connections share.
type tlsConfig struct{ client, server *tls.Config }

// newTLS makes a certificate and the configurations for a version; the secrets are written to keys.
func newTLS(version string, keys io.Writer) (*tlsConfig, error) {
	number, ok := map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}[version]
	if !ok {
		return nil, fmt.Errorf("unknown TLS version %q", version)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "server.example.com"},
		NotBefore: time.Unix(1_600_000_000, 0), NotAfter: time.Unix(2_600_000_000, 0)}
	der, err := x509.CreateCertificate(crand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	both := tls.Config{MinVersion: number, MaxVersion: number, DynamicRecordSizingDisabled: true}
	client, server := both.Clone(), both.Clone()
	client.InsecureSkipVerify, client.KeyLogWriter, client.ServerName = true, keys, "server.example.com"
	server.Certificates = []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
	return &tlsConfig{client, server}, nil
}

// tlsConn is the TLS of one connection. After the handshake its ends only write: nobody reads the records,
// which go to the queue of segments.
type tlsConn struct{ ends [2]*tls.Conn }

// open makes the TLS handshake of a connection.
func (t *tlsConfig) open(c *conn) *tlsConn {
	var mu sync.Mutex
	client := newEnd(c, pcaps.C2S, &mu)
	server := newEnd(c, pcaps.S2C, &mu)
	client.peer, server.peer = server, client
	s := &tlsConn{[2]*tls.Conn{tls.Client(client, t.client), tls.Server(server, t.server)}}
	done := make(chan error, 1)
	go func() {
		err := s.ends[pcaps.S2C].Handshake()
		close(client.in)
		done <- err
	}()
	err := s.ends[pcaps.C2S].Handshake()
	close(server.in)
	err = errors.Join(err, <-done)
	if c.g.err == nil {
		c.g.err = err
	}
	client.peer, server.peer = nil, nil
	return s
}

// end is the net.Conn below one end of TLS.
type end struct {
	net.Conn // a pipe that carries nothing: for the addresses and deadlines
	c        *conn
	dir      pcaps.Dir
	// peer reads what this end writes; nil after the handshake.
	peer *end
	// queue guards the connection's queue, since both ends write to it during the handshake.
	queue *sync.Mutex
	in    chan []byte
	rest  []byte
}

// maxFlight is how many writes of one end may wait for the other; a handshake has fewer.
const maxFlight = 64

func newEnd(c *conn, dir pcaps.Dir, queue *sync.Mutex) *end {
	unused, _ := net.Pipe()
	return &end{Conn: unused, c: c, dir: dir, queue: queue, in: make(chan []byte, maxFlight)}
}

func (e *end) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		var ok bool
		if e.rest, ok = <-e.in; !ok {
			return 0, io.EOF
		}
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func (e *end) Write(p []byte) (int, error) {
	e.queue.Lock()
	e.c.push(e.dir, p)
	e.queue.Unlock()
	if e.peer != nil {
		e.peer.in <- bytes.Clone(p)
	}
	return len(p), nil
}
