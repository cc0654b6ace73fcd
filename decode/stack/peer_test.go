package stack_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/wspeek/wspeek/decode"
)

// TestPeers_Nginx: nginx was between client and server, and both its sides were captured. The legs are linked by the key of the
// handshake, and without it by the masking keys; the paths, which the linking does not look at, say that it is right.
func TestPeers_Nginx(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile(filepath.Join("..", "..", "pcaps", "truth", "shapes", "s4-nginx.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	r := decodeAll(t, file, everything)
	for _, keys := range []bool{true, false} {
		sessions := map[int]*decode.Session{}
		for _, s := range r.sessions {
			leg := *s
			if !keys {
				leg.RequestHeaders = nil
			}
			sessions[s.N] = &leg
		}
		peers := decode.Peers(sessions)
		wanted := 0
		for n, s := range sessions {
			p := sessions[peers[n]]
			switch {
			case p == nil:
				// A client that sent fewer than two frames has nothing to be known by.
				if keys || s.Masks[1] != [4]byte{} {
					t.Errorf("session %d (%s) has no peer", n, s.Path)
				}
			case p.Path != s.Path || p.Server == s.Server || peers[p.N] != n:
				t.Errorf("session %d (%s at %s) is linked with %d (%s at %s)", n, s.Path, s.Server, p.N, p.Path, p.Server)
			default:
				wanted++
			}
		}
		if wanted < 6 {
			t.Errorf("with keys %v only %d sessions are linked", keys, wanted)
		}
	}
}
