package tls_test

import (
	"bytes"
	gotls "crypto/tls"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

const (
	aRandom = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	aMaster = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
	aHash   = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
)

func TestHazard_X1_KeyLogLines(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		name, text string
		want       tls.LogStats
	}{
		{"empty", "", tls.LogStats{Unneeded: 1}},
		{"a line", "CLIENT_RANDOM " + aRandom + " " + aMaster + "\n", tls.LogStats{Secrets: 1, Unneeded: 1}},
		{"without an end", "CLIENT_RANDOM " + aRandom + " " + aMaster, tls.LogStats{Secrets: 1}},
		{"CRLF and a byte order mark", "\xef\xbb\xbfCLIENT_RANDOM " + aRandom + " " + aMaster + "\r\n\r\n", tls.LogStats{Secrets: 1, Unneeded: 2}},
		{"upper case and tabs", "CLIENT_RANDOM\t" + strings.ToUpper(aRandom) + "\t " + strings.ToUpper(aMaster) + " \n", tls.LogStats{Secrets: 1, Unneeded: 1}},
		{"twice", strings.Repeat("SERVER_TRAFFIC_SECRET_0 "+aRandom+" "+aHash+"\n", 3), tls.LogStats{Secrets: 1, Repeated: 2, Unneeded: 1}},
		{"contradiction", "CLIENT_RANDOM " + aRandom + " " + aMaster + "\nCLIENT_RANDOM " + aRandom + " " + strings.Replace(aMaster, "00", "ff", 1), tls.LogStats{Secrets: 2}},
		{"six contradictions", contradictions(6), tls.LogStats{Secrets: 4, Repeated: 2, Unneeded: 1}},
		{"all labels", allLabels(), tls.LogStats{Secrets: 5, Unneeded: 8}},
		{"RSA lines", "RSA 0011223344556677 " + aMaster + "\nRSA Session-ID:" + aHash + " Master-Key:" + aMaster + "\nPMS_CLIENT_RANDOM " + aRandom + " " + aHash, tls.LogStats{Secrets: 3}},
		{"bad RSA lines", "RSA 00 " + aMaster + "\nRSA Session-ID: Master-Key:" + aMaster + "\nRSA Session-ID:00 Master-Key:00\n", tls.LogStats{Bad: 3, Unneeded: 1}},
		{"comments", "# CLIENT_RANDOM " + aRandom + " " + aMaster + "\n#\n   # x\n", tls.LogStats{Unneeded: 4}},
		{"short random", "CLIENT_RANDOM " + aRandom[2:] + " " + aMaster + "\n", tls.LogStats{Bad: 1, Unneeded: 1}},
		{"short secret", "CLIENT_RANDOM " + aRandom + " " + aHash + "\n", tls.LogStats{Bad: 1, Unneeded: 1}},
		{"not hexadecimal", "CLIENT_RANDOM " + strings.Replace(aRandom, "0", "g", 1) + " " + aMaster + "\n", tls.LogStats{Bad: 1, Unneeded: 1}},
		{"half a line, then a whole one", "CLIENT_RANDOM " + aRandom + "\nCLIENT_RANDOM " + aRandom + " " + aMaster + "\n", tls.LogStats{Secrets: 1, Bad: 1, Unneeded: 1}},
		{"long line", strings.Repeat("x", 5000) + "\nCLIENT_RANDOM " + aRandom + " " + aMaster + "\n", tls.LogStats{Secrets: 1, Bad: 1, Unneeded: 1}},
		{"rubbish", "\x00\xff\x17\x03\x03\n\n" + strings.Repeat("\x01", 3000), tls.LogStats{Bad: 2, Unneeded: 1}},
	} {
		for _, cut := range []int{1, 3, 64, 1 << 20} {
			t.Run(fmt.Sprintf("%s, pieces of %d", v.name, cut), func(t *testing.T) {
				t.Parallel()
				l := tls.NewKeys(tls.Limits{}).Log(tls.FromKeyLog)
				for b := []byte(v.text); len(b) > 0; b = b[min(cut, len(b)):] {
					if n, err := l.Write(b[:min(cut, len(b))]); n != min(cut, len(b)) || err != nil {
						t.Fatalf("%d, %v", n, err)
					}
				}
				l.End()
				if l.Stats != v.want {
					t.Errorf("got %+v, want %+v", l.Stats, v.want)
				}
			})
		}
	}
}

func contradictions(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "CLIENT_RANDOM %s %02x%s\n", aRandom, i, aMaster[2:])
	}
	return b.String()
}

func allLabels() string {
	var b strings.Builder
	for _, l := range []string{
		"CLIENT_EARLY_TRAFFIC_SECRET", "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0",
		"SERVER_TRAFFIC_SECRET_0", "EXPORTER_SECRET", "EARLY_EXPORTER_SECRET", "CLIENT_TRAFFIC_SECRET_N", "SERVER_TRAFFIC_SECRET_N",
		"ECH_SECRET", "ECH_CONFIG", "QUIC_CLIENT_TRAFFIC_SECRET_0",
	} {
		b.WriteString(l + " " + aRandom + " " + aHash + "\n")
	}
	return b.String()
}

// A log of any size takes bounded memory; the last secrets are kept.
func TestKeyLogIsBounded(t *testing.T) {
	t.Parallel()
	k := tls.NewKeys(tls.Limits{Secrets: 100 << 10, Sessions: 10})
	l := k.Log(tls.FromKeyLog)
	for i := range 100_000 {
		fmt.Fprintf(l, "CLIENT_RANDOM %064x %s\nRSA Session-ID:%016x Master-Key:%s\n", i, aMaster, i, aMaster)
	}
	if k.Len() < 100 || k.Len() > 400 || k.Dropped() != int64(100_000-k.Len()) || l.Stats.Secrets != 200_000 {
		t.Errorf("%d kept, %d dropped, %+v", k.Len(), k.Dropped(), l.Stats)
	}
}

// TestHazard_X1_Rubbish: whatever a line starts with, it is counted once, and the line of a key log after it counts.
func TestHazard_X1_Rubbish(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		if c == '\n' {
			continue
		}
		k := tls.NewKeys(tls.Limits{})
		l := k.Log(tls.FromKeyLog)
		rubbish := append([]byte{byte(c)}, " \x00\xff LIENT_RANDOM zz\n"...)
		line := "  CLIENT_RANDOM " + aRandom + "\t" + aMaster + " \r\n"
		l.Write(slices.Concat(rubbish, []byte(line), rubbish)) //nolint:errcheck // it never fails
		want := tls.LogStats{Secrets: 1, Bad: 2}
		if c == '#' {
			want = tls.LogStats{Secrets: 1, Unneeded: 2}
		}
		if l.Stats != want || k.Len() != 1 {
			t.Errorf("%#x: got %+v and %d secrets, want %+v", c, l.Stats, k.Len(), want)
		}
	}
}

// Secrets that come after the records decrypt them, in the order in which they came, wherever in the log they are.
func TestHazard_X1_LateSecrets(t *testing.T) {
	t.Parallel()
	for _, v := range []uint16{gotls.VersionTLS10, gotls.VersionTLS12, gotls.VersionTLS13} {
		client, server, _ := configs(t, v, 0, true)
		w := converse(t, client, server, lengths)
		early := newPlayer(t, tls.Limits{})
		early.log(w.keys.String())
		early.play(w, 0)
		early.close()
		for _, after := range []int{1, len(w.flights) / 2, len(w.flights)} {
			for _, cut := range []int{0, 100} {
				p := newPlayer(t, tls.Limits{})
				p.cut = cut
				l := p.keys.Log(tls.FromCapture)
				for i, f := range w.flights {
					if i == after {
						io.WriteString(l, w.keys.String())
						p.keys.Retry()
					}
					p.data(f.dir, f.data)
				}
				if after == len(w.flights) {
					if i := p.conn.Info(); !i.Waiting || i.Decrypted() || p.started > 0 {
						t.Errorf("%s: got %+v", gotls.VersionName(v), i)
					}
					io.WriteString(l, w.keys.String())
				}
				p.close()
				p.heard(w)
				if got, want := strings.Join(p.r.packetsOnly(), "\n"), strings.Join(early.r.packetsOnly(), "\n"); got != want {
					t.Errorf("%s, secrets after %d flights: calls differ:\n%s\n\nwant\n%s", gotls.VersionName(v), after, got, want)
				}
				if i := p.conn.Info(); i.Keys != tls.FromCapture {
					t.Errorf("keys %v", i.Keys)
				}
			}
		}
	}
}

// packetsOnly are the calls without acknowledgements, which depend on what was decrypted when.
func (r *recorder) packetsOnly() (out []string) {
	for _, c := range r.calls {
		out = append(out, strings.Split(c, ", ack")[0])
	}
	return out
}

// What comes before the secrets is kept within a bound. Beyond it, the rest is decrypted all the same when they come, after
// a gap.
func TestHazard_X1_SecretsTooLate(t *testing.T) {
	t.Parallel()
	for _, v := range []uint16{gotls.VersionTLS12, gotls.VersionTLS13} {
		for _, l := range []tls.Limits{{Held: 20 << 10}, {HeldAll: 20 << 10}} {
			client, server, _ := configs(t, v, 0, false)
			w := converse(t, client, server, tenths())
			p := newPlayer(t, l)
			p.play(w, 0)
			p.conn.Close(reassembly.Fwd, reassembly.CloseFIN)
			p.conn.Close(reassembly.Rev, reassembly.CloseFIN)
			p.log(w.keys.String())
			p.finish()
			i := p.conn.Info()
			for d := range reassembly.Dir(2) {
				if got, want := p.r.data[d], w.plain[d]; len(got) > 20<<10 || !bytes.HasSuffix(want, got) || len(p.r.gaps[d]) > 1 {
					t.Errorf("%s, %+v, direction %d: %d bytes, gaps %+v: %+v", gotls.VersionName(v), l, d, len(got), p.r.gaps[d], i.Dir[d])
				}
			}
			if len(p.r.data[0])+len(p.r.data[1]) < 2000 || i.Reason() != tls.TooLate {
				t.Errorf("%s, %+v: %v, %d and %d bytes", gotls.VersionName(v), l, i.Reason(), len(p.r.data[0]), len(p.r.data[1]))
			}
			if v == gotls.VersionTLS12 && len(p.r.gaps[1]) == 1 && !p.r.gaps[1][0].exact {
				t.Errorf("the gap is not proven: %+v", p.r.gaps[1])
			}
		}
	}
}

// Without secrets nothing is passed on, all is counted, and the reason is there.
func TestNoSecrets(t *testing.T) {
	t.Parallel()
	client, server, _ := configs(t, gotls.VersionTLS13, 0, false)
	w := converse(t, client, server, lengths)
	for _, before := range []bool{true, false} {
		p := newPlayer(t, tls.Limits{})
		if before {
			p.keys.NoMore()
		}
		p.play(w, 0)
		if got := p.conn.Info().Waiting; got == before {
			t.Errorf("waiting %v", got)
		}
		p.close()
		i := p.conn.Info()
		if i.Reason() != tls.NoKey || i.Reason().String() != "no key" || p.started != 0 || i.Version != "1.3" || i.SNI != "server.example.com" {
			t.Errorf("got %v, %+v", i.Reason(), i)
		}
		if p.bytes.Undecoded < int64(len(w.plain[0])) || p.bytes.TLS == 0 {
			t.Errorf("account %+v", p.bytes)
		}
	}
}
