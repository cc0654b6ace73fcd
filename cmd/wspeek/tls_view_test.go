package main

import (
	"bufio"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// truthTLS is a capture of pcaps/truth with its key log.
func truthTLS(name string) (capture, keys string) {
	base := filepath.Join("..", "..", "pcaps", "truth", "tls", name)
	return base + ".pcap", base + ".keys"
}

// explained are the rows of the part name of an explanation: a field's value by its name.
func explained(t *testing.T, out, name string) map[string]string {
	t.Helper()
	var doc struct {
		Parts []struct {
			Name string
			Rows []map[string]any
		}
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatalf("%v: %.300s", err, out)
	}
	for _, p := range doc.Parts {
		if p.Name != name {
			continue
		}
		rows := map[string]string{}
		for _, r := range p.Rows {
			rows[r["field"].(string)], _ = r["value"].(string)
		}
		return rows
	}
	t.Fatalf("there is no part %s: %.300s", name, out)
	return nil
}

// ivOf is the IV of TLS 1.3 that follows from a traffic secret (RFC 8446 sections 7.1 and 7.3).
func ivOf(t *testing.T, secret []byte) []byte {
	t.Helper()
	iv, err := hkdf.Expand(sha256.New, secret, "\x00\x0c\x08tls13 iv\x00", 12)
	if err != nil {
		t.Fatal(err)
	}
	return iv
}

// ivs are those of the clients in a key log.
func ivs(t *testing.T, keys string) (list [][]byte) {
	t.Helper()
	f, err := os.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if w := strings.Fields(s.Text()); len(w) == 3 && w[0] == "CLIENT_TRAFFIC_SECRET_0" {
			secret, _ := hex.DecodeString(w[2])
			list = append(list, ivOf(t, secret))
		}
	}
	return list
}

// TestExplainTLS: the nonce that explain prints is the one that follows from the key log and the record's number.
func TestExplainTLS(t *testing.T) {
	t.Parallel()
	capture, keys := truthTLS("tls1.3-json")
	for _, message := range []string{"1:1", "1:3", "2:5"} {
		got := wspeekRun("explain", "-m", message, "--tls", "--json", "--keylog", keys, capture)
		r := explained(t, got.out, "record")
		n, err := strconv.Atoi(r["sequence number"])
		if err != nil || r["type"] != "23" || r["version"] != "03 03" || r["type inside"] != "23" || len(r["tag"]) != 3*16-1 {
			t.Fatalf("%s: %v %v", message, err, r)
		}
		nonce, _ := hex.DecodeString(strings.ReplaceAll(r["nonce"], " ", ""))
		fits := slices.ContainsFunc(ivs(t, keys), func(iv []byte) bool {
			iv[11], iv[10] = iv[11]^byte(n), iv[10]^byte(n>>8)
			return slices.Equal(iv, nonce)
		})
		if !fits && r["nonce"] != "" && strings.Contains(got.out, "client to server") {
			t.Errorf("%s: nonce %x of record %d", message, nonce, n)
		}
		if want := "17 03 03 " + r["length"]; r["additional data"] != want {
			t.Errorf("%s: additional data %q, want %q", message, r["additional data"], want)
		}
	}
}

// TestExplainTLS_NoSecrets: what is printed holds nothing of the key log.
func TestExplainTLS_NoSecrets(t *testing.T) {
	t.Parallel()
	capture, keys := truthTLS("tls1.3-json")
	log, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	out := wspeekRun("explain", "-m", "1:1", "--tls", "--json", "--keylog", keys, capture).out +
		wspeekRun("explain", "--handshake", "1", "--tls", "--keylog", keys, capture).out +
		wspeekRun("ladder", "--session", "1", "--tls", "--keylog", keys, capture).out
	plain := strings.ReplaceAll(out, " ", "")
	for line := range strings.Lines(string(log)) {
		if w := strings.Fields(line); len(w) == 3 && strings.Contains(plain, w[2][:16]) {
			t.Errorf("a secret of %s is printed", w[0])
		}
	}
}

// TestLadderTLS: the handshake messages stand in the order in which the RFC has them, before the request.
func TestLadderTLS(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"tls1.3-json": {"ClientHello", "ServerHello, TLS 1.3", "EncryptedExtensions", "Certificate", "CertificateVerify", "Finished", "GET", "101"},
		"tls1.2-json": {"ClientHello", "ServerHello, TLS 1.2", "Certificate", "ServerKeyExchange", "ServerHelloDone", "ClientKeyExchange", "Finished", "GET", "101"},
	} {
		capture, keys := truthTLS(name)
		for _, view := range [][]string{{"ladder", "--session", "1"}, {"explain", "--handshake", "1"}} {
			out := wspeekRun(append(view, "--tls", "--keylog", keys, capture)...).out
			at := 0
			for _, w := range want {
				if view[0] == "explain" && (w == "GET" || w == "101") {
					continue // they come first there
				}
				i := strings.Index(out[at:], w)
				if i < 0 {
					t.Fatalf("%s %s: %q is missing or out of order in\n%.3000s", view[0], name, w, out)
				}
				at += i + len(w)
			}
		}
	}
	out := wspeekRun("explain", "--handshake", "1", "--tls", filepath.Join("..", "..", "pcaps", "samples", "jsonrpc.pcap"))
	if !strings.Contains(out.out, "there was no TLS handshake") {
		t.Errorf("got %.300s%s", out.out, out.err)
	}
	out = wspeekRun("ladder", "--tls", filepath.Join("..", "..", "pcaps", "samples", "jsonrpc.pcap"))
	if !strings.HasPrefix(out.err, "wspeek: --tls: the session is in clear\n") {
		t.Errorf("got %.300s", out.err)
	}
}
