package tls_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/tls"
)

const (
	captures     = "../../../shared/captures/tls"
	hardCaptures = "../../../shared/captures/tls-hard"
)

// truth is what the applications logged.
type truth struct {
	Connections []struct {
		Client    string   `json:"client_addr"`
		Path      string   `json:"path"`
		Uncertain []string `json:"tail_uncertain"`
		Stream    any      `json:"h2_stream"`
		TLS       *struct {
			Version, Cipher string
			Resumed         bool
			Early           int `json:"early_bytes"`
		} `json:"tls"`
		Messages []struct {
			Dir, Type, SHA256 string
			Len               int64
			Unconfirmed       bool
		} `json:"messages"`
	} `json:"connections"`
}

// list is the captures of a folder; the test is skipped if it is not there.
func list(t *testing.T, dir string) []string {
	t.Helper()
	names, _ := filepath.Glob(filepath.Join(dir, "*.pcap*"))
	if len(names) == 0 {
		t.Skipf("%s is not there", dir)
	}
	return names
}

func base(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, ".pcapng"), ".pcap")
}

func readTruth(t *testing.T, name string) *truth {
	t.Helper()
	b, err := os.ReadFile(base(name) + ".truth.json")
	if err != nil {
		t.Fatal(err)
	}
	var v truth
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return &v
}

// All plaintext of the captures is decrypted, and the messages in it are those that the applications logged.
func TestOracleCaptures(t *testing.T) {
	t.Parallel()
	for _, name := range list(t, captures) {
		t.Run(filepath.Base(base(name)), func(t *testing.T) {
			t.Parallel()
			s := newStack(tls.Limits{})
			s.log(t, base(name)+".keys")
			s.run(t, name)
			s.account(t)
			s.decrypted(t)
			want := readTruth(t, name)
			s.infos(t, want)
			n, all := s.compare(t, want, false)
			t.Logf("%d TLS connections, %d over HTTP/2, %d of %d messages", len(s.conns), s.http2, n, all)
		})
	}
}

// decrypted checks that nothing of the TLS connections was left.
func (s *stack) decrypted(t *testing.T) {
	t.Helper()
	for i, c := range s.conns {
		info := c.Info()
		if r := info.Reason(); r != 0 || info.Waiting {
			t.Errorf("connection %d: %v (waiting %v): %+v", i, r, info.Waiting, info)
		}
		for d, h := range info.Dir {
			if h.NotDecrypted != 0 || h.Losses != 0 || h.Failed != 0 {
				t.Errorf("connection %d, direction %d: %+v", i, d, h)
			}
		}
	}
}

// infos holds what is known of the connections against what the endpoints said.
func (s *stack) infos(t *testing.T, want *truth) {
	t.Helper()
	for _, w := range want.Connections {
		for _, c := range s.conns {
			if w.TLS == nil || c.client != w.Client {
				continue
			}
			i := c.Info()
			version := strings.TrimLeft(w.TLS.Version, "TLSv ")
			if version == "1" {
				version = "1.0"
			}
			if i.Version != version || i.Cipher != w.TLS.Cipher || i.Resumed != w.TLS.Resumed || i.EarlyData != (w.TLS.Early > 0) {
				t.Errorf("%s: %s %s, resumed %v, early data %v; want %+v", c.client, i.Version, i.Cipher, i.Resumed, i.EarlyData, *w.TLS)
			}
			if from := i.Keys; (from == tls.FromCapture) != strings.Contains(t.Name(), "dsb") {
				t.Errorf("keys are from %q", from)
			}
		}
	}
}

// compare holds the messages against the truth. With some, those there are must be true, but not all must be there.
func (s *stack) compare(t *testing.T, want *truth, some bool) (found, all int) {
	t.Helper()
	for _, w := range want.Connections {
		if w.Stream != nil {
			if s.http2 == 0 && len(s.conns) > 0 {
				t.Errorf("%s: no HTTP/2", w.Client)
			}
			continue
		}
		var got *session
		for _, x := range s.sessions {
			if (w.Client == "" || w.Client == "?" || x.client == w.Client) && (x.path == w.Path || strings.Split(x.path, "?")[0] == w.Path) {
				got = x
			}
		}
		if some && !s.encrypted(w.Client) {
			continue // damage of bytes in clear is not noticed
		}
		if got == nil {
			if !some && len(w.Messages) > 0 {
				t.Errorf("%s %s: no session", w.Client, w.Path)
			}
			got = &session{}
		}
		var lists [2][]message
		for _, m := range w.Messages {
			if m.Type == "text" || m.Type == "binary" {
				d := 0
				if m.Dir == "s2c" {
					d = 1
				}
				lists[d] = append(lists[d], message{m.Type, m.Len, m.SHA256})
			}
		}
		for d, l := range lists {
			all += len(l)
			found += compareList(t, w.Client, d, l, got.messages[d], some, len(w.Uncertain) > 0)
		}
	}
	return found, all
}

// encrypted reports whether a client's connection is one of TLS.
func (s *stack) encrypted(client string) bool {
	return slices.ContainsFunc(s.conns, func(c conn) bool { return c.client == client })
}

func compareList(t *testing.T, client string, d int, want, got []message, some, loose bool) int {
	t.Helper()
	i, n := 0, 0
	for _, m := range got {
		for i < len(want) && want[i] != m {
			i++
		}
		if i == len(want) {
			t.Errorf("%s, direction %d: %v is not true, or out of order", client, d, m)
			return n
		}
		i++
		n++
	}
	if !some && n != len(want) && (!loose || len(want)-n >= 9) {
		t.Errorf("%s, direction %d: %d of %d messages", client, d, n, len(want))
	}
	return n
}

// Of captures from which something is missing, what can be decrypted is, and what cannot is said.
func TestOracleHardCaptures(t *testing.T) {
	t.Parallel()
	want := map[string]struct {
		conns, decrypted int
		reasons          map[tls.Reason]int
	}{
		"s2-keys-c2s-only": {3, 3, map[tls.Reason]int{tls.OneDirection: 3}},
		"s2-keys-wrong":    {3, 0, map[tls.Reason]int{tls.WrongKey: 3}},
		"s5-midstream-tls": {3, 1, map[tls.Reason]int{tls.NotCaptured: 2, 0: 1}},
	}
	for _, name := range list(t, hardCaptures) {
		t.Run(filepath.Base(base(name)), func(t *testing.T) {
			t.Parallel()
			w, ok := want[filepath.Base(base(name))]
			if !ok {
				t.Skip("no expectation for this capture")
			}
			s := newStack(tls.Limits{})
			s.log(t, base(name)+".keys")
			s.run(t, name)
			s.account(t)
			n, all := s.compare(t, readTruth(t, name), true)
			decrypted, reasons := 0, map[tls.Reason]int{}
			for _, c := range s.conns {
				i := c.Info()
				reasons[i.Reason()]++
				if i.Decrypted() {
					decrypted++
				}
			}
			t.Logf("%d of %d messages; %v", n, all, reasons)
			if len(s.conns) != w.conns || decrypted != w.decrypted || !maps.Equal(reasons, w.reasons) {
				t.Errorf("%d connections, %d decrypted, %v; want %+v", len(s.conns), decrypted, reasons, w)
			}
		})
	}
}

// Captures with packets that are lost, cut short or damaged: nothing that is not true is exact, and all bytes are counted.
func TestOracleDamagedCaptures(t *testing.T) {
	t.Parallel()
	for _, name := range list(t, captures) {
		t.Run(filepath.Base(base(name)), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(4) {
				r := rand.New(rand.NewPCG(seed, 1))
				s := newStack(tls.Limits{Held: 64 << 10, Trials: 10_000})
				s.exactOnly = true
				s.drop = func(p *capture.Packet) bool { return damage(r, p, seed > 1) }
				s.log(t, base(name)+".keys")
				s.run(t, name)
				s.account(t)
				s.compare(t, readTruth(t, name), true)
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
		})
	}
}

// damage reports that one packet in 50 is lost, changes a byte in the second half of as many, and cuts as many if cuts is true.
func damage(r *rand.Rand, p *capture.Packet, cuts bool) (lost bool) {
	n := len(p.Data)
	switch k := r.IntN(50); {
	case k == 0:
		return true
	case k == 1 && n > 200:
		p.Data[n-1-r.IntN(n/2)] ^= byte(1 + r.IntN(255))
	case k == 2 && cuts && n > 200:
		p.Data = p.Data[:n-1-r.IntN(n/2)]
	}
	return false
}
