package stack

import (
	"fmt"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

func sniffTLS(s *sniffer) verdict { return s.either(looksLikeTLS) }

// looksLikeTLS reports whether a direction that starts with b carries TLS records.
func looksLikeTLS(b []byte) verdict {
	if len(b) == 0 {
		return no
	}
	switch tls.Sniff(b) {
	case tls.Yes:
		return yes
	case tls.Maybe:
		return maybe
	}
	return no
}

func beginTLS(s *sniffer) reassembly.Handler {
	c := s.carrier
	if c.depth+1 > tunnelLimit(c.conn.d.opt.Limits) {
		return c.conn.undecoded()
	}
	c.conn.layers++
	layer := c.conn.layers
	t := tls.New(c.conn.d.keys, c.conn.tellTLS(layer), &c.conn.d.bytes, func(t *tls.Conn) reassembly.Handler {
		in := newCarrier(c.conn, c.depth+1, c.tunnel)
		in.tls, in.layer, in.proxied = t, layer, c.proxied
		return c.conn.tapped(in, layer, t.Info().Client)
	})
	c.conn.tls = append(c.conn.tls, t)
	return t
}

// tlsOf is what is known of the TLS that a stream lies in, nil for none.
func tlsOf(t *tls.Conn) *decode.TLS {
	if t == nil {
		return nil
	}
	i := t.Info()
	return &decode.TLS{Version: i.Version, Cipher: i.Cipher, SNI: i.SNI, ALPN: i.ALPN, Resumed: i.Resumed,
		EarlyData: i.EarlyData, Keys: i.Keys.String(), Began: i.Began, Ready: i.Ready}
}

// endTLS reports the TLS connections inside c, which has ended. Those that wait for their keys are reported at the end of
// the capture.
func (c *conn) endTLS() {
	var waiting []*tls.Conn
	for _, t := range c.tls {
		i := t.Info()
		if i.Waiting {
			waiting = append(waiting, t)
			continue
		}
		from, to := c.tcp.Opener(), c.tcp.Peer()
		if i.Known && i.Client == reassembly.Rev {
			from, to = to, from
		}
		r := &decode.TLSConn{TLS: *tlsOf(t), Client: from, Server: to, Last: c.tcp.Last.Packet, Reason: i.Reason().String()}
		switch {
		case i.Decrypted() && i.Reason() != tls.OneDirection && i.Reason() != tls.RecordLost:
			r.Reason = ""
		case !i.Decrypted() && r.Reason == "":
			r.Reason = "handshake not finished"
		}
		for _, a := range i.Alerts {
			if !a.Fatal && a.Closes() {
				continue
			}
			r.Alerts = append(r.Alerts, alertWords(a, i.Client))
		}
		c.d.out.AddTLS(decode.Event{Packet: c.d.now.Packet, Stream: c.stream}, r)
	}
	if c.tls = waiting; len(waiting) > 0 {
		c.d.lateTLS = append(c.d.lateTLS, c)
	}
}

// alertWords is an alert in a few words: "the client refused the certificate: alert unknown_ca, packet 9".
func alertWords(a tls.Alert, client reassembly.Dir) string {
	who := "server"
	if a.Dir == client {
		who = "client"
	}
	return fmt.Sprintf("the %s %s: alert %s, packet %d", who, a.Says(), strings.TrimPrefix(a.Name(), "alert "), a.Packet)
}

// KeyLog takes the next bytes of a key log (NSS key log format) that the user gave.
func (d *Decoder) KeyLog(p []byte) { d.write(tls.FromKeyLog, p) }

// Secrets takes the content of a Decryption Secrets Block of the capture.
func (d *Decoder) Secrets(p []byte) { d.write(tls.FromCapture, append(p[:len(p):len(p)], '\n')) }

func (d *Decoder) write(from tls.Source, p []byte) {
	log := d.logs[from]
	if log == nil {
		log = d.keys.Log(from)
		d.logs[from] = log
	}
	log.Write(p) //nolint:errcheck // it never fails
}

// Learned are the TLS sessions made since the last call that connections of other Decoders may resume.
func (d *Decoder) Learned() []tls.Learned { return d.keys.Learned() }

// Learn takes what other Decoders have learned.
func (d *Decoder) Learn(l []tls.Learned) { d.keys.Learn(l) }

// PrivateKeys takes RSA private keys in PEM, for RSA key exchange.
func (d *Decoder) PrivateKeys(pem []byte) error { return d.keys.AddPrivateKeys(pem) }
