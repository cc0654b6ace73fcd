package main

import (
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLive_RefusedCertificate: openssl's client does not know who signed the certificate; check says so, with the packet of its alert, and
// so do sessions -v and ladder. In TLS 1.3 the alert is encrypted, and the key log is needed.
func TestLive_RefusedCertificate(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("needs openssl")
	}
	want := regexp.MustCompile(`the client refused the certificate: alert unknown_ca, packet \d+`)
	for _, version := range []string{"-tls1_2", "-tls1_3"} {
		inNamespace(t)
		dir, pem := t.TempDir(), pemFile(t, ownCertificate(t))
		keys, file := filepath.Join(dir, "keys.log"), filepath.Join(dir, "kept.pcapng")
		server := start(t, exec.Command("openssl", "s_server", "-accept", "127.0.0.1:9443", "-cert", pem, "-key", pem, "-quiet", "-keylogfile", keys))
		listens(t, "127.0.0.1:9443")
		p := startCapture(t, nil, "live", "-i", "lo", "-Z", "root", "--json", "-w", file)
		go io.Copy(io.Discard, p.out)
		client := exec.Command("openssl", "s_client", "-connect", "127.0.0.1:9443", "-verify_return_error", version)
		client.Stdin = strings.NewReader("")
		if out, err := client.CombinedOutput(); err == nil || !strings.Contains(string(out), "verify") {
			t.Fatalf("openssl accepts the certificate: %v: %s", err, out)
		}
		p.interrupt()
		p.exit()
		server.cmd.Process.Kill()
		for _, command := range [][]string{{"check"}, {"sessions", "-v"}} {
			args := append(command, file, "--keylog", keys)
			if got := wspeekRun(args...); !want.MatchString(got.err) {
				t.Errorf("%s %v: %s%s", version, command, got.out, got.err)
			}
		}
	}
}
