package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// browserPage makes nodeServer give a page whose script opens a WebSocket connection and sends messages with the time, so that
// each comes alone.
const browserPage = `
server.on('request', (request, response) => response.end('<script>' +
  'const s = new WebSocket("wss://" + location.host + "/chat"); let n = 0;' +
  's.onopen = () => { const t = setInterval(() => {' +
  ' s.send(JSON.stringify({n: n}).slice(0, -1) + ",\\"T\\":" + Date.now() + "000000}");' +
  ' if (++n == COUNT) { clearInterval(t); s.close(1000) } }, 20) };' + '</script>'));
`

// browser finds Chromium.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("needs chromium")
	return ""
}

// TestLive_KeyLogOfChromium: a browser writes the key log while it talks (SSLKEYLOGFILE).
func TestLive_KeyLogOfChromium(t *testing.T) {
	chromium := browser(t)
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("needs node for the server")
	}
	inNamespace(t)
	dir := t.TempDir()
	keys, script := filepath.Join(dir, "keys.log"), filepath.Join(dir, "server.js")
	page := strings.ReplaceAll(browserPage, "COUNT", strconv.Itoa(tlsSays))
	write(t, script, nodeServer+page)
	node := start(t, exec.Command("node", script, pemFile(t, ownCertificate(t))))
	port, err := bufio.NewReader(node.out).ReadString('\n')
	if err != nil {
		t.Fatalf("node: %v: %s", err, node.words())
	}
	p := startCapture(t, nil, "live", "-i", "lo", "-Z", "root", "--json", "--keylog", keys)
	cmd := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--ignore-certificate-errors", "--user-data-dir="+filepath.Join(dir, "profile"),
		"--remote-debugging-port=0", "https://127.0.0.1:"+strings.TrimSpace(port)+"/")
	cmd.Env = append(os.Environ(), "SSLKEYLOGFILE="+keys, "HOME="+dir)
	tab := start(t, cmd)
	go io.Copy(io.Discard, tab.out)
	wantSoon(t, p)
	p.interrupt()
}
