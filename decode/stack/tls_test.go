package stack_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// tap is one end of a pipe whose writes go into a conversation.
type tap struct {
	net.Conn
	dir pcaps.Dir
	mu  *sync.Mutex
	c   *pcaps.Conversation
}

func (p *tap) Write(b []byte) (int, error) {
	p.mu.Lock()
	p.c.Send(p.dir, b)
	p.mu.Unlock()
	return p.Conn.Write(b)
}

// certificate is one for tests.
func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"chat.example"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, of, of, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// said is what one side writes when it has read as much as the other wrote before.
type said struct {
	dir  pcaps.Dir
	data []byte
}

// encrypted plays script between two ends of crypto/tls, and returns the packets and the key log.
func encrypted(t *testing.T, version uint16, script []said) (*pcaps.Conversation, []byte) {
	t.Helper()
	c := &pcaps.Conversation{}
	c.Open()
	var mu sync.Mutex
	var keys bytes.Buffer
	a, b := net.Pipe()
	config := &tls.Config{Certificates: []tls.Certificate{certificate(t)}, MinVersion: version, MaxVersion: version,
		InsecureSkipVerify: true, ServerName: "chat.example", KeyLogWriter: &keys}
	client := tls.Client(&tap{a, pcaps.C2S, &mu, c}, config)
	server := tls.Server(&tap{b, pcaps.S2C, &mu, c}, config)
	done := make(chan error, 1)
	go func() { done <- server.Handshake() }()
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for _, s := range script {
		from, to := client, server
		if s.dir == pcaps.S2C {
			from, to = server, client
		}
		go func() {
			_, err := from.Write(s.data)
			done <- err
		}()
		if n, err := to.Read(make([]byte, len(s.data))); err != nil || n != len(s.data) {
			t.Fatalf("read %d of %d: %v", n, len(s.data), err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	c.Close()
	return c, keys.Bytes()
}

// chat is a session in clear.
var chat = []said{
	{pcaps.C2S, pcaps.Request{Target: "/chat"}.Bytes()},
	{pcaps.S2C, pcaps.Response{}.Bytes()},
	{pcaps.C2S, clientText("hello").Bytes()},
	{pcaps.S2C, pcaps.Text("welcome").Bytes()},
}

func TestTLS(t *testing.T) {
	t.Parallel()
	for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, keys := encrypted(t, version, chat)
			how := everything
			how.keys = keys
			r := decodeAll(t, c.File(), how)
			r.mustHold(t)
			s := r.only(t)
			if s.Scheme != "wss" || s.Path != "/chat" || s.TLS == nil || s.TLS.Version != name || s.TLS.SNI != "chat.example" || s.TLS.Keys != "keylog" {
				t.Errorf("%s %s %+v", s.Scheme, s.Path, s.TLS)
			}
			r.want(t, 1, ws.C2S, "exact hello")
			r.want(t, 1, ws.S2C, "exact welcome")
			if a := r.account; a.TLS != 1 || a.Decrypted != 1 || a.Bytes.TLS == 0 {
				t.Errorf("account %+v", a)
			}
		})
	}
}

// Without keys, or with those of another connection, nothing is claimed, and the reason is counted.
func TestTLSWithoutItsKeys(t *testing.T) {
	t.Parallel()
	_, other := encrypted(t, tls.VersionTLS13, chat)
	for name, keys := range map[string][]byte{"none": nil, "of another connection": other} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := encrypted(t, tls.VersionTLS13, chat)
			how := everything
			how.keys = keys
			r := decodeAll(t, c.File(), how)
			r.mustHold(t)
			if len(r.sessions) != 0 || r.account.NotDecrypted["no key"] != 1 {
				t.Errorf("%d sessions, %+v", len(r.sessions), r.account)
			}
		})
	}
}

// TestHazard_X8_HTTP2 has two WebSocket connections and an ordinary request on one connection in clear (RFC 8441).
func TestHazard_X8_HTTP2(t *testing.T) {
	t.Parallel()
	r := tell(t, overHTTP2(t))
	if len(r.sessions) != 2 {
		t.Fatalf("%d sessions", len(r.sessions))
	}
	refused, open := r.sessions[0], r.sessions[1]
	if refused.State != decode.Refused || refused.Status != 403 || refused.H2Stream != 1 {
		t.Errorf("%v with %d on stream %d", refused.State, refused.Status, refused.H2Stream)
	}
	if open.H2Stream != 5 || open.HTTPVersion != "2" || open.Method != "CONNECT" || open.Path != "/chat" || open.Host != "a.example" || open.Status != 200 {
		t.Errorf("%+v", open)
	}
	r.want(t, 2, ws.C2S, "exact hello")
	r.want(t, 2, ws.S2C, "exact welcome")
}

// overHTTP2 is a connection with a refused and an accepted WebSocket session, and an ordinary request between them.
func overHTTP2(t *testing.T) *pcaps.Conversation {
	t.Helper()
	c := &pcaps.Conversation{}
	c.Open()
	send := func(d pcaps.Dir, preface string, write func(*http2.Framer)) {
		var b bytes.Buffer
		b.WriteString(preface)
		write(http2.NewFramer(&b, nil))
		c.Send(d, b.Bytes())
	}
	var fields bytes.Buffer
	var tables [2]*hpack.Encoder
	for d := range tables {
		tables[d] = hpack.NewEncoder(&fields)
	}
	headers := func(d pcaps.Dir, stream uint32, list ...string) {
		fields.Reset()
		for i := 0; i < len(list); i += 2 {
			if err := tables[d].WriteField(hpack.HeaderField{Name: list[i], Value: list[i+1]}); err != nil {
				t.Fatal(err)
			}
		}
		block := bytes.Clone(fields.Bytes())
		send(d, "", func(f *http2.Framer) {
			f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block, EndHeaders: true})
		})
	}
	data := func(d pcaps.Dir, stream uint32, b []byte) {
		send(d, "", func(f *http2.Framer) { f.WriteData(stream, false, b) })
	}
	send(pcaps.C2S, http2.ClientPreface, func(f *http2.Framer) { f.WriteSettings() })
	send(pcaps.S2C, "", func(f *http2.Framer) { f.WriteSettings(http2.Setting{ID: http2.SettingEnableConnectProtocol, Val: 1}) })
	for _, stream := range []uint32{1, 5} {
		headers(pcaps.C2S, stream, ":method", "CONNECT", ":protocol", "websocket", ":scheme", "http", ":path", "/chat", ":authority", "a.example",
			"sec-websocket-version", "13")
	}
	headers(pcaps.C2S, 3, ":method", "GET", ":scheme", "http", ":path", "/page", ":authority", "a.example")
	headers(pcaps.S2C, 3, ":status", "200")
	headers(pcaps.S2C, 5, ":status", "200")
	headers(pcaps.S2C, 1, ":status", "403")
	data(pcaps.S2C, 3, []byte("a page"))
	data(pcaps.C2S, 5, clientText("hello").Bytes()[:4])
	data(pcaps.C2S, 5, clientText("hello").Bytes()[4:])
	data(pcaps.S2C, 5, pcaps.Text("welcome").Bytes())
	c.Close()
	return c
}

// TestTLS_Refused: why a connection was broken off is told in words, with the alert and its packet.
func TestTLS_Refused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		client, server *tls.Config
		want           string
	}{
		"certificate": {client: &tls.Config{RootCAs: x509.NewCertPool(), MaxVersion: tls.VersionTLS12}, server: &tls.Config{}, want: "the client refused the certificate: alert bad_certificate, packet "},
		"version": {client: &tls.Config{MaxVersion: tls.VersionTLS12}, server: &tls.Config{MinVersion: tls.VersionTLS13},
			want: "the server refused the version of TLS: alert protocol_version, packet "},
		"protocol": {client: &tls.Config{NextProtos: []string{"h2"}}, server: &tls.Config{NextProtos: []string{"http/1.1"}},
			want: "the server speaks none of the protocols offered (ALPN): alert no_application_protocol, packet "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &pcaps.Conversation{}
			c.Open()
			var mu sync.Mutex
			a, b := net.Pipe()
			test.client.ServerName, test.server.Certificates = "chat.example", []tls.Certificate{certificate(t)}
			client, server := tls.Client(&tap{a, pcaps.C2S, &mu, c}, test.client), tls.Server(&tap{b, pcaps.S2C, &mu, c}, test.server)
			done := make(chan error, 1)
			go func() { done <- server.Handshake() }()
			if client.Handshake() == nil || <-done == nil {
				t.Fatal("the handshake is fine")
			}
			c.Close()
			r := decodeAll(t, c.File(), everything)
			r.mustHold(t)
			if len(r.tls) != 1 || len(r.tls[0].Alerts) != 1 || !strings.HasPrefix(r.tls[0].Alerts[0], test.want) {
				t.Errorf("got %+v, want %q", r.tls, test.want)
			}
		})
	}
}
