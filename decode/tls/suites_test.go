package tls_test

import (
	gotls "crypto/tls"
	"fmt"
	"slices"
	"testing"

	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

// Every suite of crypto/tls, in every version, is decrypted from its key log; however the bytes are cut, the next
// Handler gets the same calls.
func TestSuites(t *testing.T) {
	t.Parallel()
	for _, s := range append(gotls.CipherSuites(), gotls.InsecureCipherSuites()...) {
		for _, v := range s.SupportedVersions {
			t.Run(s.Name+" "+gotls.VersionName(v), func(t *testing.T) {
				t.Parallel()
				ecdsa := slices.Contains([]uint16{0xc007, 0xc009, 0xc00a, 0xc023, 0xc02b, 0xc02c, 0xcca9}, s.ID)
				client, server, _ := configs(t, v, s.ID, !ecdsa)
				w := converse(t, client, server, lengths)
				var first []string
				for _, cut := range []int{0, 1, 7, 1448} {
					p := newPlayer(t, tls.Limits{})
					p.log(w.keys.String())
					p.play(w, cut)
					p.close()
					p.heard(w)
					i := p.conn.Info()
					if v < gotls.VersionTLS13 && i.Cipher != s.Name || i.SNI != "server.example.com" || !i.Known || i.Client != 0 {
						t.Errorf("got %+v", i)
					}
					if first == nil {
						first = p.r.calls
					}
					if !slices.Equal(first, p.r.calls) {
						t.Errorf("chunks of %d bytes change the calls", cut)
					}
				}
			})
		}
	}
}

// An RSA private key is enough where the key exchange is RSA, with the extended master secret too.
func TestPrivateKey(t *testing.T) {
	t.Parallel()
	for _, v := range []uint16{gotls.VersionTLS10, gotls.VersionTLS11, gotls.VersionTLS12} {
		t.Run(gotls.VersionName(v), func(t *testing.T) {
			t.Parallel()
			client, server, key := configs(t, v, gotls.TLS_RSA_WITH_AES_128_CBC_SHA, true)
			w := converse(t, client, server, lengths)
			p := newPlayer(t, tls.Limits{})
			if err := p.keys.AddPrivateKeys(append([]byte("# a comment\n"), key...)); err != nil {
				t.Fatal(err)
			}
			p.play(w, 0)
			p.close()
			p.heard(w)
			if i := p.conn.Info(); i.Keys != tls.FromPrivateKey || i.Resumed {
				t.Errorf("got %+v", i)
			}
			// What is written out for this connection decrypts it, without the private key.
			q := newPlayer(t, tls.Limits{})
			q.log(string(p.conn.KeyLog()))
			q.play(w, 0)
			q.close()
			q.heard(w)
		})
	}
	k := tls.NewKeys(tls.Limits{})
	if err := k.AddPrivateKeys([]byte("-----BEGIN X-----\nAA==\n-----END X-----\n")); err == nil {
		t.Error("no private key: no error")
	}
}

// A session of TLS 1.2 that is resumed needs no line of its own in the key log.
func TestHazard_X5_ResumptionWithoutItsLine(t *testing.T) {
	t.Parallel()
	client, server, _ := configs(t, gotls.VersionTLS12, 0, true)
	client.ClientSessionCache = gotls.NewLRUClientSessionCache(4)
	var talks []*talk
	for range 3 {
		talks = append(talks, converse(t, client, server, lengths[:4]))
	}
	for _, late := range []bool{false, true} {
		keys := tls.NewKeys(tls.Limits{})
		var all []*player
		for i, w := range talks {
			p := newPlayerWith(t, keys)
			all = append(all, p)
			if i == 0 && !late {
				p.log(w.keys.String())
			}
			p.play(w, 0)
		}
		if late {
			// The first connection's secret comes last, and lets the others go on too.
			all[0].log(talks[0].keys.String())
			keys.Retry()
		}
		for i, p := range all {
			p.close()
			p.heard(talks[i])
			if got := p.conn.Info().Resumed; got != (i > 0) {
				t.Errorf("connection %d: resumed %v", i, got)
			}
		}
	}
}

// Both hellos of a HelloRetryRequest, and a client certificate, are read over.
func TestHazard_X5_HandshakeVariants(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(client, server *gotls.Config){
		"hello retry": func(_, server *gotls.Config) { server.CurvePreferences = []gotls.CurveID{gotls.CurveP521} },
		"client certificate": func(client, server *gotls.Config) {
			client.Certificates, server.ClientAuth = []gotls.Certificate{once[true]().cert}, gotls.RequireAnyClientCert
		},
		"ALPN": func(client, server *gotls.Config) {
			client.NextProtos, server.NextProtos = []string{"h2", "http/1.1"}, []string{"http/1.1"}
		},
	} {
		for _, v := range []uint16{gotls.VersionTLS12, gotls.VersionTLS13} {
			t.Run(name+" "+gotls.VersionName(v), func(t *testing.T) {
				t.Parallel()
				client, server, _ := configs(t, v, 0, false)
				change(client, server)
				w := converse(t, client, server, lengths)
				p := newPlayer(t, tls.Limits{})
				p.log(w.keys.String())
				p.play(w, 0)
				p.close()
				p.heard(w)
				if i := p.conn.Info(); name == "ALPN" && i.ALPN != "http/1.1" {
					t.Errorf("ALPN %q", i.ALPN)
				}
			})
		}
	}
}

// BenchmarkConn decrypts records of 16 KiB and of 200 bytes.
func BenchmarkConn(b *testing.B) {
	for _, size := range []int{16 << 10, 200} {
		client, server, _ := configs(b, gotls.VersionTLS13, gotls.TLS_AES_128_GCM_SHA256, false)
		list := make([]int, 4<<20/size)
		for i := range list {
			list[i] = size
		}
		w := converse(b, client, server, list)
		keys := tls.NewKeys(tls.Limits{})
		l := keys.Log(tls.FromKeyLog)
		l.Write(w.keys.Bytes())
		b.Run(fmt.Sprintf("records of %d", size), func(b *testing.B) {
			b.SetBytes(int64(len(w.plain[0]) + len(w.plain[1])))
			b.ReportAllocs()
			for b.Loop() {
				var n reassembly.Bytes
				c := tls.New(keys, tls.Options{}, &n, func(*tls.Conn) reassembly.Handler { return counter{} })
				var off [2]int64
				for i, f := range w.flights {
					c.Data(f.dir, reassembly.Chunk{Off: off[f.dir], Data: f.data, Packet: i, Ack: off[f.dir.Other()]})
					off[f.dir] += int64(len(f.data))
				}
			}
		})
	}
}

// counter is a Handler that does nothing.
type counter struct{}

func (counter) Data(reassembly.Dir, reassembly.Chunk)      {}
func (counter) Gap(reassembly.Dir, int64, int64)           {}
func (counter) Conflict(reassembly.Dir, int64, int64)      {}
func (counter) Close(reassembly.Dir, reassembly.CloseKind) {}
