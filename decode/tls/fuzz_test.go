package tls_test

import (
	"bytes"
	gotls "crypto/tls"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

// step is an entry of a fuzzed script: a direction and a kind in the first byte, a length in the next two, then so many bytes of
// data (kind 0 to 11), a gap (12 and 13) or the end of the direction (14 and 15).
func step(kind byte, d reassembly.Dir, b []byte) []byte {
	out := binary.BigEndian.AppendUint16([]byte{kind<<1 | byte(d)}, uint16(len(b)))
	return append(out, b...)
}

func rfcScript(t testing.TB) (script []byte) {
	script = append(script, step(0, 0, unhex(t, rfcClientHello))...)
	script = append(script, step(0, 1, unhex(t, rfcServerHello))...)
	script = append(script, 12<<1|1, rfcFlight>>8, rfcFlight&0xff)
	script = append(script, step(0, 0, unhex(t, rfcClientFinished))...)
	script = append(script, step(0, 0, unhex(t, rfcClientData))...)
	return append(script, step(0, 1, unhex(t, rfcServerData))...)
}

// run plays a script; closed directions take no more.
func (p *player) script(b []byte) {
	var closed [2]bool
	for len(b) >= 3 {
		d, kind, n := reassembly.Dir(b[0]&1), b[0]>>1&15, int(binary.BigEndian.Uint16(b[1:]))
		b = b[3:]
		switch {
		case closed[d]:
		case kind >= 14:
			p.conn.Close(d, reassembly.CloseRST)
			closed[d] = true
		case kind >= 12:
			if n > 0 {
				p.gap(d, int64(n))
			}
		default:
			n = min(n, len(b))
			p.data(d, b[:n])
			p.conn.Conflict(d, p.off[d], 1)
			b = b[n:]
		}
	}
	for d, is := range closed {
		if !is {
			p.conn.Close(reassembly.Dir(d), reassembly.CloseEnd)
		}
	}
}

// Records of any kind, in any order and with any losses: nothing panics, the calls of the next Handler are in order,
// and all bytes are counted.
func FuzzRecords(f *testing.F) {
	f.Add(rfcScript(f), true, uint8(0))
	f.Add(rfcScript(f), false, uint8(7))
	f.Add(append(step(14, 0, nil), rfcScript(f)...), true, uint8(1))
	for _, v := range []uint16{gotls.VersionTLS10, gotls.VersionTLS12, gotls.VersionTLS13} {
		client, server, _ := configs(f, v, 0, true)
		w := converse(f, client, server, []int{10, 20, 3000})
		var b []byte
		for _, x := range w.flights {
			b = append(b, step(0, x.dir, x.data)...)
		}
		f.Add(b, true, uint8(0))
	}
	f.Fuzz(func(t *testing.T, b []byte, keysFirst bool, cut uint8) {
		p := newPlayer(t, tls.Limits{Held: 4 << 10, Trials: 500, TrialBytes: 1 << 20})
		p.cut = int(cut)
		if keysFirst {
			p.log(rfcKeys)
		}
		p.script(b)
		if !keysFirst {
			p.log(rfcKeys)
		}
		p.finish()
	})
}

// Handshake messages of any content, in clear.
func FuzzMessages(f *testing.F) {
	f.Add(unhex(f, rfcClientHello)[5:], unhex(f, rfcServerHello)[5:])
	f.Add([]byte{16, 0, 0, 2, 0, 0}, []byte{11, 0, 0, 3, 0, 0, 0, 14, 0, 0, 0})
	f.Add([]byte{1, 0xff, 0xff, 0xff}, []byte{2, 0, 0, 0})
	f.Fuzz(func(t *testing.T, client, server []byte) {
		p := newPlayer(t, tls.Limits{})
		p.log(rfcKeys)
		for len(client)+len(server) > 0 {
			client = p.message(0, client)
			server = p.message(1, server)
		}
		for d := range reassembly.Dir(2) {
			p.data(d, []byte{20, 3, 3, 0, 1, 1})
			p.data(d, append([]byte{23, 3, 3, 0, 40}, make([]byte, 40)...))
		}
		p.close()
	})
}

// message feeds up to 1000 bytes as a handshake record, and returns the rest.
func (p *player) message(d reassembly.Dir, b []byte) []byte {
	n := min(len(b), 1000)
	if n > 0 {
		p.data(d, append(binary.BigEndian.AppendUint16([]byte{22, 3, 3}, uint16(n)), b[:n]...))
	}
	return b[n:]
}

// Key logs of any content, in any pieces: each line is counted once.
func FuzzKeyLog(f *testing.F) {
	f.Add([]byte(rfcKeys), uint8(5))
	f.Add([]byte("RSA Session-ID:00 Master-Key:"+aMaster+"\r\n# x\nCLIENT_RANDOM "), uint8(200))
	f.Fuzz(func(t *testing.T, b []byte, cut uint8) {
		l := tls.NewKeys(tls.Limits{}).Log(tls.FromKeyLog)
		for rest := b; len(rest) > 0; rest = rest[min(len(rest), int(cut)+1):] {
			l.Write(rest[:min(len(rest), int(cut)+1)])
		}
		l.End()
		s := l.Stats
		if got, want := s.Secrets+s.Repeated+s.Unneeded+s.Bad, int64(bytes.Count(b, []byte("\n"))+1); got != want {
			t.Errorf("%d lines, want %d: %+v", got, want, s)
		}
	})
}

// Whatever is lost, in the handshake too, all that is passed on was said, in order, and the place of what follows holes
// of proven length is right.
func TestAnyLoss(t *testing.T) {
	t.Parallel()
	var said, decrypted int
	for _, s := range []struct{ version, suite uint16 }{
		{gotls.VersionTLS13, 0},
		{gotls.VersionTLS12, gotls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384},
		{gotls.VersionTLS12, gotls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA},
		{gotls.VersionTLS10, gotls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA},
	} {
		client, server, _ := configs(t, s.version, s.suite, false)
		w := converse(t, client, server, append(tenths()[:40], 20000, 10))
		for seed := range uint64(60) {
			r := rand.New(rand.NewPCG(seed, uint64(s.suite)))
			p := newPlayer(t, tls.Limits{Trials: 20000})
			if seed%3 > 0 {
				p.log(w.keys.String())
			}
			for _, f := range w.flights {
				for b := f.data; len(b) > 0; {
					n := min(len(b), 1+r.IntN(1500))
					if r.IntN(25) == 0 {
						p.gap(f.dir, int64(n))
					} else {
						p.data(f.dir, b[:n])
					}
					b = b[n:]
				}
			}
			if seed%3 == 0 {
				p.log(w.keys.String())
			}
			p.close()
			for d := range reassembly.Dir(2) {
				said += len(w.plain[d])
				decrypted += p.found(w, d)
			}
			if t.Failed() {
				t.Fatalf("version %x, suite %x, seed %d", s.version, s.suite, seed)
			}
		}
	}
	t.Logf("%d of %d bytes", decrypted, said)
	if decrypted < said/2 {
		t.Errorf("only %d of %d bytes were decrypted", decrypted, said)
	}
}

// found checks that each run of bytes between gaps was said, in order, and returns how many bytes they are.
func (p *player) found(w *talk, d reassembly.Dir) int {
	p.t.Helper()
	want, data, at, pos, sure, n := w.plain[d], p.r.data[d], 0, int64(0), true, 0
	for _, g := range append(p.r.gaps[d], span{off: p.r.end[d]}) {
		run := data[:g.off-pos]
		data, pos = data[len(run):], g.off+g.n
		i := bytes.Index(want[min(at, len(want)):], run)
		if i < 0 || sure && i != 0 {
			p.t.Errorf("direction %d: %d bytes are at %d after %d (sure %v); gaps %+v", d, len(run), i, at, sure, p.r.gaps[d])
			return n
		}
		if len(run) < 20 {
			i = 0 // too short to be at one place only
		}
		n += len(run)
		at += i + len(run)
		sure = g.exact
		if g.exact {
			at += int(g.n)
		}
	}
	return n
}
