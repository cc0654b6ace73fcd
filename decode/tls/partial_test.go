package tls_test

import (
	gotls "crypto/tls"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

// serversFirst are the lines of a key log, those of the server before those of the client.
func serversFirst(log string) []string {
	lines := strings.SplitAfter(strings.TrimSpace(log)+"\n", "\n")
	slices.SortStableFunc(lines, func(a, b string) int { return strings.Compare(b, a) })
	return slices.DeleteFunc(lines, func(l string) bool { return l == "" })
}

// A key log that grows line by line decrypts requests before their answers, whichever direction's secrets come first.
func TestHazard_X1_SecretsLineByLine(t *testing.T) {
	t.Parallel()
	client, server, _ := configs(t, gotls.VersionTLS13, 0, true)
	w := converse(t, client, server, lengths)
	early := newPlayer(t, tls.Limits{})
	early.log(w.keys.String())
	early.play(w, 0)
	early.close()
	p := newPlayer(t, tls.Limits{})
	p.keys.Tick(capture.Time(1e9))
	p.play(w, 0)
	l := p.keys.Log(tls.FromKeyLog)
	for _, line := range serversFirst(w.keys.String()) {
		io.WriteString(l, line)
		p.keys.Tick(capture.Time(1e9 + 20e6))
		p.keys.Retry()
	}
	p.close()
	p.heard(w)
	if got, want := strings.Join(p.r.packetsOnly(), "\n"), strings.Join(early.r.packetsOnly(), "\n"); got != want {
		t.Errorf("calls differ:\n%s\n\nwant\n%s", got, want)
	}
}

// Where the secrets of one direction never come, the other is decrypted after a short wait.
func TestHazard_X1_SecretsOfOneDirection(t *testing.T) {
	t.Parallel()
	client, server, _ := configs(t, gotls.VersionTLS13, 0, false)
	w := converse(t, client, server, lengths)
	p := newPlayer(t, tls.Limits{})
	p.keys.Tick(capture.Time(1e9))
	p.play(w, 0)
	l := p.keys.Log(tls.FromKeyLog)
	for _, line := range serversFirst(w.keys.String()) {
		if strings.HasPrefix(line, "SERVER_") {
			io.WriteString(l, line)
		}
	}
	p.keys.Tick(capture.Time(1e9 + 100e6))
	p.keys.Retry()
	if n := len(p.r.data[reassembly.Rev]); n != 0 {
		t.Errorf("%d bytes of the server before the wait ended", n)
	}
	p.keys.Tick(capture.Time(3e9))
	p.keys.Retry()
	if got, want := len(p.r.data[reassembly.Rev]), len(w.plain[1]); got != want || len(p.r.data[reassembly.Fwd]) != 0 {
		t.Errorf("%d bytes of the server, want %d; %d of the client", got, want, len(p.r.data[reassembly.Fwd]))
	}
}
