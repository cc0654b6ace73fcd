//go:build unix

package out

import "testing"

func TestHazard_O13_WhoCalledSudo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		uid, gid string
		u, g     int
		ok       bool
	}{
		{"1000", "100", 1000, 100, true}, {"", "", 0, 0, false}, {"1000", "", 1000, 0, false}, {"-1", "0", 0, 0, false},
		{"4294967295", "0", 0, 0, false}, {"x", "1", 0, 0, false}, {"0", "0", 0, 0, true},
	} {
		if u, g, ok := sudoUser(tt.uid, tt.gid); ok != tt.ok || ok && (u != tt.u || g != tt.g) {
			t.Errorf("%q %q: got %d %d %v", tt.uid, tt.gid, u, g, ok)
		}
	}
}
