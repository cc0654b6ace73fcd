package tls_test

import (
	"bytes"
	gotls "crypto/tls"
	"crypto/x509"
	"errors"
	"testing"

	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

func TestSniff(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		name, bytes string
		want        tls.Verdict
	}{
		{"ClientHello", "\x16\x03\x01\x02\x00\x01", tls.Yes},
		{"application data", "\x17\x03\x03\x00\x20", tls.Yes},
		{"nothing", "", tls.Maybe},
		{"two bytes", "\x16\x03", tls.Maybe},
		{"four bytes", "\x16\x03\x03\x00", tls.Maybe},
		{"another type", "\x13", tls.No},
		{"another version", "\x16\x04", tls.No},
		{"too new", "\x16\x03\x05", tls.No},
		{"empty record", "\x16\x03\x03\x00\x00", tls.No},
		{"too long", "\x17\x03\x03\x48\x01", tls.No},
		{"HTTP", "GET / HTTP/1.1", tls.No},
	} {
		if got := tls.Sniff([]byte(v.bytes)); got != v.want {
			t.Errorf("%s: got %v, want %v", v.name, got, v.want)
		}
	}
}

// A client that refuses the certificate says so: in clear up to TLS 1.2, sealed in TLS 1.3.
func TestAlerts(t *testing.T) {
	t.Parallel()
	for _, v := range []uint16{gotls.VersionTLS12, gotls.VersionTLS13} {
		client, server, _ := configs(t, v, 0, false)
		client.InsecureSkipVerify, client.RootCAs = false, x509.NewCertPool()
		w, err := shake(client, server)
		var unknown x509.UnknownAuthorityError
		if !errors.As(err, &unknown) {
			t.Fatal(err)
		}
		p := newPlayer(t, tls.Limits{})
		p.log(w.keys.String())
		p.play(w, 0)
		p.close()
		i := p.conn.Info()
		if len(i.Alerts) != 1 || !i.Alerts[0].FromClient || !i.Alerts[0].Fatal || i.Alerts[0].Name() != "bad_certificate" || i.Alerts[0].Packet == 0 {
			t.Errorf("%s: alerts %+v", gotls.VersionName(v), i.Alerts)
		}
	}
	if got := (tls.Alert{Code: 48}).Name(); got != "unknown_ca" {
		t.Errorf("alert 48 is %q", got)
	}
	for a, want := range map[tls.Alert]string{{Code: 48}: "refused the certificate", {Code: 80, Fatal: true}: "broke off", {Code: 100}: "warned"} {
		if got := a.Says(); got != want {
			t.Errorf("%s: %q, want %q", a.Name(), got, want)
		}
	}
	if got := (tls.Alert{Code: 200}).Name(); got != "alert 200" {
		t.Errorf("alert 200 is %q", got)
	}
}

// A capture that starts in the middle is not decrypted, and that is said.
func TestNoHandshake(t *testing.T) {
	t.Parallel()
	client, server, _ := configs(t, gotls.VersionTLS13, 0, false)
	w := converse(t, client, server, lengths)
	for name, from := range map[string]int{"without the client's hello": 1, "in the middle of the data": 8} {
		p := newPlayer(t, tls.Limits{})
		p.log(w.keys.String())
		for _, f := range w.flights[from:] {
			p.data(f.dir, f.data)
		}
		p.close()
		if i := p.conn.Info(); i.Reason() != tls.NotCaptured || p.started != 0 || i.Waiting {
			t.Errorf("%s: %v, %+v", name, i.Reason(), i)
		}
	}
}

// A capture that ends in the middle of a record has a gap there, and is decrypted all the same.
func TestCutOff(t *testing.T) {
	t.Parallel()
	client, server, _ := configs(t, gotls.VersionTLS13, 0, false)
	w := converse(t, client, server, []int{100, 200, 300})
	p := newPlayer(t, tls.Limits{})
	p.log(w.keys.String())
	for _, f := range w.flights {
		if f.dir == 0 && p.off[0] > 0 && len(p.r.data[0]) == 300 {
			p.data(0, f.data[:150])
			break
		}
		p.data(f.dir, f.data)
	}
	p.close()
	i := p.conn.Info()
	if g := p.r.gaps[0]; i.Reason() != 0 || len(p.r.data[0]) != 300 || len(g) != 1 || g[0].exact || g[0].most > 150 {
		t.Errorf("%d bytes, gaps %+v, %+v", len(p.r.data[0]), g, i)
	}
}

// Whatever the order in which the directions are captured, what was said is decrypted.
func TestDirectionsOutOfOrder(t *testing.T) {
	t.Parallel()
	for _, v := range []uint16{gotls.VersionTLS10, gotls.VersionTLS12, gotls.VersionTLS13} {
		client, server, key := configs(t, v, 0, true)
		if v == gotls.VersionTLS10 {
			client, server, key = configs(t, v, gotls.TLS_RSA_WITH_AES_256_CBC_SHA, true)
		}
		w := converse(t, client, server, lengths)
		for _, first := range []reassembly.Dir{0, 1} {
			p := newPlayer(t, tls.Limits{})
			if v == gotls.VersionTLS10 {
				p.keys.AddPrivateKeys(key)
			} else {
				p.log(w.keys.String())
			}
			for _, d := range []reassembly.Dir{first, first.Other()} {
				for _, f := range w.flights {
					if f.dir == d {
						p.data(d, f.data)
					}
				}
			}
			p.close()
			p.heard(w)
		}
	}
}

// Secrets are in no string but the key log.
func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	client, server, _ := configs(t, gotls.VersionTLS12, 0, false)
	w := converse(t, client, server, lengths[:3])
	p := newPlayer(t, tls.Limits{})
	p.log(w.keys.String())
	p.play(w, 0)
	p.close()
	if log := p.conn.KeyLog(); !bytes.Equal(log, w.keys.Bytes()) {
		t.Errorf("key log %q, want %q", log, w.keys.String())
	}
}

// The hooks hear of every record and message, at its place.
func TestRecordsAndMessages(t *testing.T) {
	t.Parallel()
	client, server, _ := configs(t, gotls.VersionTLS13, 0, false)
	w := converse(t, client, server, lengths)
	var b reassembly.Bytes
	k := tls.NewKeys(tls.Limits{})
	l := k.Log(tls.FromKeyLog)
	l.Write(w.keys.Bytes())
	var end [2]int64
	var kinds [2][]uint8
	next := &recorder{bytes: &b}
	c := tls.New(k, tls.Options{
		Record: func(r tls.Record) {
			if r.Off != end[r.Dir] {
				t.Errorf("record at %d, want %d", r.Off, end[r.Dir])
			}
			end[r.Dir] += int64(r.Len)
			if r.Type == 23 && !r.Sealed {
				t.Errorf("not sealed: %+v", r)
			}
		},
		Message: func(m tls.Message) { kinds[m.Dir] = append(kinds[m.Dir], m.Type) },
	}, &b, func(*tls.Conn) reassembly.Handler { return next })
	var off [2]int64
	for i, f := range w.flights {
		c.Data(f.dir, reassembly.Chunk{Off: off[f.dir], Data: f.data, Packet: i + 1, Ack: off[f.dir.Other()]})
		off[f.dir] += int64(len(f.data))
	}
	if end != off {
		t.Errorf("records end at %v, want %v", end, off)
	}
	if !bytes.Equal(kinds[0], []byte{1, 20}) || !bytes.HasPrefix(kinds[1], []byte{2, 8, 11, 15, 20}) {
		t.Errorf("messages %v", kinds)
	}
	// Each side had received all that was said before when it spoke.
	for d, acks := range next.acks {
		if last := acks[len(acks)-1]; last < int64(len(w.plain[1-d]))*9/10 {
			t.Errorf("direction %d acknowledges %d at the end, of %d", d, last, len(w.plain[1-d]))
		}
	}
}
