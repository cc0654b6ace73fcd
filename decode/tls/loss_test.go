package tls_test

import (
	"bytes"
	gotls "crypto/tls"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

const segment = 1448

// playWithLoss feeds a talk in segments, of which those that lost reports true for are gaps.
func (p *player) playWithLoss(w *talk, lost func(d reassembly.Dir, n int) bool) {
	var number [2]int
	for _, f := range w.flights {
		for b := f.data; len(b) > 0; b = b[min(segment, len(b)):] {
			n := min(segment, len(b))
			number[f.dir]++
			if lost(f.dir, number[f.dir]) {
				p.gap(f.dir, int64(n))
			} else {
				p.data(f.dir, b[:n])
			}
		}
	}
}

// truthful checks what was passed on against what was said: as long as all gaps are exact, every byte must be at its place.
// It returns how many bytes were passed on.
func (p *player) truthful(w *talk, d reassembly.Dir) int {
	p.t.Helper()
	want, at, n := w.plain[d], 0, 0
	data, pos := p.r.data[d], int64(0)
	for _, g := range append(p.r.gaps[d], span{off: p.r.end[d], exact: true}) {
		k := int(g.off - pos)
		if at+k > len(want) || !bytes.Equal(want[at:at+k], data[:k]) {
			p.t.Errorf("direction %d: %d bytes at %d are not what was sent", d, k, at)
			return n
		}
		n += k
		at += k
		data, pos = data[k:], g.off+g.n
		if g.exact {
			at += int(g.n)
			continue
		}
		// Where the length is inferred, it is what was sent here too, unless the rest was not decrypted.
		if g.least > g.n || g.most < g.n {
			p.t.Errorf("direction %d: gap %+v", d, g)
		}
		at += int(g.n)
	}
	return n
}

// tenths are many records of several lengths.
func tenths() (list []int) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 120 {
		list = append(list, 40+r.IntN(1300))
	}
	return append(list, 30000, 10, 20, 500, 500)
}

// After a loss of application data decryption goes on with the next record, and what is missing has a length that is
// proven or inferred, as the suite allows.
func TestHazard_X4_Loss(t *testing.T) {
	t.Parallel()
	for _, s := range []struct {
		version, suite uint16
		proven, length bool
	}{
		{gotls.VersionTLS13, 0, false, true},
		{gotls.VersionTLS12, gotls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, true, true},
		{gotls.VersionTLS12, gotls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, true, true},
		{gotls.VersionTLS12, gotls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA, true, true},
		{gotls.VersionTLS12, gotls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, false, false},
		{gotls.VersionTLS11, gotls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, false, false},
		{gotls.VersionTLS10, gotls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, false, false},
	} {
		t.Run(fmt.Sprintf("%s %s", gotls.VersionName(s.version), gotls.CipherSuiteName(s.suite)), func(t *testing.T) {
			t.Parallel()
			client, server, _ := configs(t, s.version, s.suite, false)
			client.DynamicRecordSizingDisabled, server.DynamicRecordSizingDisabled = true, true
			w := converse(t, client, server, tenths())
			r := rand.New(rand.NewPCG(3, uint64(s.suite)))
			p := newPlayer(t, tls.Limits{})
			p.log(w.keys.String())
			p.playWithLoss(w, func(_ reassembly.Dir, n int) bool { return n > 8 && r.IntN(20) == 0 })
			p.close()
			if s.length {
				for d := range reassembly.Dir(2) {
					if n := p.truthful(w, d); n < len(w.plain[d])*7/10 {
						t.Errorf("direction %d: %d of %d bytes", d, n, len(w.plain[d]))
					}
				}
			}
			i := p.conn.Info()
			for d, x := range i.Dir {
				if x.Losses == 0 || x.Inferred == s.proven && x.Reason == 0 || x.Plain < int64(len(w.plain[d]))/2 {
					t.Errorf("direction %d: %+v", d, x)
				}
			}
		})
	}
}

// The change of keys is found after a loss: of the end of the handshake, and of a key update.
func TestHazard_X4_LossOfHandshake(t *testing.T) {
	t.Parallel()
	for _, v := range []uint16{gotls.VersionTLS12, gotls.VersionTLS13} {
		t.Run(gotls.VersionName(v), func(t *testing.T) {
			t.Parallel()
			client, server, _ := configs(t, v, 0, false)
			w := converse(t, client, server, lengths)
			hellos := [2]int{}
			q := newPlayer(t, tls.Limits{})
			q.log(w.keys.String())
			var number [2]int
			for _, f := range w.flights {
				number[f.dir]++
				// The second flight of either side holds the end of its handshake, but the server's is cut after its hello.
				switch {
				case f.dir == reassembly.Fwd && number[f.dir] == 2:
					q.gap(f.dir, int64(len(f.data)))
				case f.dir == reassembly.Rev && number[f.dir] == 1:
					n := 5 + int(f.data[3])<<8 + int(f.data[4])
					q.data(f.dir, f.data[:n])
					if len(f.data) > n {
						q.gap(f.dir, int64(len(f.data)-n))
					}
				case f.dir == reassembly.Rev && number[f.dir] == 2:
					q.gap(f.dir, int64(len(f.data)))
				default:
					q.data(f.dir, f.data)
				}
				hellos[f.dir]++
			}
			q.close()
			for d, i := range q.conn.Info().Dir {
				if i.Reason != 0 || i.Plain < int64(len(w.plain[d]))/2 {
					t.Errorf("direction %d: %+v", d, i)
				}
			}
		})
	}
}

// A forged record costs itself alone: it is a gap, and what follows it is decrypted.
func TestHazard_X3_ForgedRecord(t *testing.T) {
	t.Parallel()
	for _, v := range []uint16{gotls.VersionTLS12, gotls.VersionTLS13} {
		client, server, _ := configs(t, v, 0, false)
		w := converse(t, client, server, []int{10, 100, 100, 100})
		p := newPlayer(t, tls.Limits{})
		p.log(w.keys.String())
		n := 0
		for _, f := range w.flights {
			b := bytes.Clone(f.data)
			if f.dir == reassembly.Fwd && len(b) > 110 && len(b) < 140 && b[0] == 23 {
				if n++; n == 2 {
					b[len(b)-1] ^= 1
				}
			}
			p.data(f.dir, b)
		}
		p.close()
		p.truthful(w, reassembly.Fwd)
		i := p.conn.Info()
		if g := p.r.gaps[0]; len(g) != 1 || g[0].n != 100 || i.Dir[0].Failed != 1 || i.Reason() != 0 || len(p.r.data[0]) != 210 {
			t.Errorf("%s: gaps %+v, %d bytes, %+v", gotls.VersionName(v), p.r.gaps, len(p.r.data[0]), i)
		}
	}
}

// Wrong secrets open nothing, and that is said; the work is bounded.
func TestWrongSecrets(t *testing.T) {
	t.Parallel()
	for _, v := range []uint16{gotls.VersionTLS10, gotls.VersionTLS12, gotls.VersionTLS13} {
		client, server, _ := configs(t, v, 0, true)
		w := converse(t, client, server, tenths())
		log := bytes.Fields(w.keys.Bytes())
		for i := 2; i < len(log); i += 3 {
			log[i][0], log[i][1] = 'a', log[i][1]^1
			if log[i][1] > 'f' || log[i][1] < '0' {
				log[i][1] = '0'
			}
		}
		p := newPlayer(t, tls.Limits{Trials: 1000})
		for i := 0; i+2 < len(log); i += 3 {
			p.log(string(bytes.Join(log[i:i+3], []byte(" "))) + "\r\n")
		}
		p.play(w, 0)
		p.close()
		i := p.conn.Info()
		if i.Decrypted() || i.Reason() != tls.WrongKey || p.started != 0 {
			t.Errorf("%s: %v, %d handlers, %+v", gotls.VersionName(v), i.Reason(), p.started, i)
		}
		for _, d := range i.Dir {
			if d.Trials > 1010 {
				t.Errorf("%d trials", d.Trials)
			}
		}
	}
}
