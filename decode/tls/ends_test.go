package tls_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	gotls "crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/wspeek/wspeek/reassembly"
)

// flight is what one end wrote at once.
type flight struct {
	dir  reassembly.Dir
	data []byte
}

// talk is what went over a wire between two real ends of crypto/tls, and what they meant.
type talk struct {
	mu      sync.Mutex
	cond    *sync.Cond
	flights []flight
	plain   [2][]byte
	keys    bytes.Buffer
	// unread is what each direction has sent that was not read yet; over says that it sends no more.
	unread [2]bytes.Buffer
	over   [2]bool
}

// end is one end's net.Conn, which writes down what goes through it. Writing never blocks.
type end struct {
	net.Conn
	t   *talk
	dir reassembly.Dir
}

func (e *end) Write(b []byte) (int, error) {
	e.t.mu.Lock()
	defer e.t.mu.Unlock()
	e.t.flights = append(e.t.flights, flight{e.dir, bytes.Clone(b)})
	e.t.cond.Broadcast()
	return e.t.unread[e.dir].Write(b)
}

func (e *end) Read(b []byte) (int, error) {
	e.t.mu.Lock()
	defer e.t.mu.Unlock()
	from := e.dir.Other()
	for e.t.unread[from].Len() == 0 && !e.t.over[from] {
		e.t.cond.Wait()
	}
	return e.t.unread[from].Read(b)
}

func (e *end) Close() error {
	e.t.mu.Lock()
	defer e.t.mu.Unlock()
	e.t.over[e.dir] = true
	e.t.cond.Broadcast()
	return nil
}

func (e *end) SetDeadline(time.Time) error      { return nil }
func (e *end) SetReadDeadline(time.Time) error  { return nil }
func (e *end) SetWriteDeadline(time.Time) error { return nil }

// made is a certificate and its key in PEM form.
type made struct {
	cert gotls.Certificate
	pem  []byte
}

// once makes a certificate with an RSA key (true) or an ECDSA key, the same one each time.
var once = map[bool]func() made{
	true:  sync.OnceValue(func() made { return certificate(true) }),
	false: sync.OnceValue(func() made { return certificate(false) }),
}

// certificate makes a certificate of a new key.
func certificate(useRSA bool) made {
	var private any
	var public any
	if useRSA {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		private, public = k, &k.PublicKey
	} else {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		private, public = k, &k.PublicKey
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "server.example.com"}, DNSNames: []string{"server.example.com"},
		NotBefore: time.Unix(1_600_000_000, 0), NotAfter: time.Unix(2_600_000_000, 0), KeyUsage: x509.KeyUsageKeyEncipherment | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, public, private)
	if err != nil {
		panic(err)
	}
	text, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		panic(err)
	}
	return made{gotls.Certificate{Certificate: [][]byte{der}, PrivateKey: private},
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text})}
}

// configs are the two ends' configurations for a version and, up to TLS 1.2, a cipher suite (0 for any).
func configs(t testing.TB, version, suite uint16, useRSA bool) (client, server *gotls.Config, key []byte) {
	t.Helper()
	made := once[useRSA]()
	cert, key := made.cert, made.pem
	client = &gotls.Config{InsecureSkipVerify: true, ServerName: "server.example.com", MinVersion: version, MaxVersion: version}
	server = &gotls.Config{Certificates: []gotls.Certificate{cert}, MinVersion: version, MaxVersion: version}
	if suite != 0 {
		client.CipherSuites, server.CipherSuites = []uint16{suite}, []uint16{suite}
	}
	return client, server, key
}

// lengths are the lengths of what the ends say in turn.
var lengths = []int{1, 300, 17, 5000, 40000, 2, 1448, 1449, 100, 100, 100, 40}

// converse makes a connection, lets both ends speak in turn and close it.
func converse(t testing.TB, client, server *gotls.Config, lengths []int) *talk {
	t.Helper()
	w := &talk{}
	w.cond = sync.NewCond(&w.mu)
	client = client.Clone()
	client.KeyLogWriter = &w.keys
	c := gotls.Client(&end{t: w, dir: reassembly.Fwd}, client)
	s := gotls.Server(&end{t: w, dir: reassembly.Rev}, server)
	done := make(chan error, 1)
	go func() { done <- serve(s, lengths) }()
	for i, n := range lengths {
		p := text(i, n)
		w.plain[0] = append(w.plain[0], p...)
		w.plain[1] = append(w.plain[1], p...)
		if _, err := c.Write(p); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, make([]byte, n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return w
}

// shake makes a handshake that may fail; the error is the client's.
func shake(client, server *gotls.Config) (*talk, error) {
	w := &talk{}
	w.cond = sync.NewCond(&w.mu)
	client = client.Clone()
	client.KeyLogWriter = &w.keys
	done := make(chan error, 1)
	go func() { done <- gotls.Server(&end{t: w, dir: reassembly.Rev}, server).Handshake() }()
	err := gotls.Client(&end{t: w, dir: reassembly.Fwd}, client).Handshake()
	<-done
	return w, err
}

// serve sends back what it receives.
func serve(s *gotls.Conn, lengths []int) error {
	for _, n := range lengths {
		b := make([]byte, n)
		if _, err := io.ReadFull(s, b); err != nil {
			return err
		}
		if _, err := s.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// text is n bytes that depend on i.
func text(i, n int) []byte {
	b := make([]byte, n)
	for j := range b {
		b[j] = byte(i*31 + j*7 + j/251)
	}
	return b
}

// play feeds a talk, in chunks of cut bytes (0: as it was written).
func (p *player) play(w *talk, cut int) {
	p.cut = cut
	for _, f := range w.flights {
		p.data(f.dir, f.data)
	}
}

// heard checks that all that the ends said was decrypted.
func (p *player) heard(w *talk) {
	p.t.Helper()
	for d, want := range w.plain {
		if !bytes.Equal(p.r.data[d], want) {
			p.t.Errorf("direction %d: %d bytes of plaintext, want %d", d, len(p.r.data[d]), len(want))
		}
		if len(p.r.gaps[d]) > 0 {
			p.t.Errorf("direction %d: gaps %v", d, p.r.gaps[d])
		}
	}
	if i := p.conn.Info(); i.Reason() != 0 || i.Waiting {
		p.t.Errorf("%v, waiting %v: %+v", i.Reason(), i.Waiting, i)
	}
}
