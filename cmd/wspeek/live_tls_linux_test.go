package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/pcaps/poll"
)

// talkKeys is the environment of a talker that uses TLS: the key log that its client writes, noKeys for none.
const (
	talkKeys = "WSPEEK_TALK_KEYS"
	noKeys   = "none"
)

// clientTLS is how a talker's client uses TLS, nil if it does not.
func clientTLS() (*tls.Config, error) {
	name := os.Getenv(talkKeys)
	if name == "" {
		return nil, nil
	}
	c := &tls.Config{InsecureSkipVerify: true, ServerName: "chat.example"}
	if name == noKeys {
		return c, nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	c.KeyLogWriter = f
	return c, err
}

// ownCertificate is a certificate that nobody else has signed.
func ownCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"chat.example"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, of, of, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// pemFile writes a certificate and its key to a file.
func pemFile(t *testing.T, c tls.Certificate) string {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...)
	name := filepath.Join(t.TempDir(), "server.pem")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

const (
	// soon is how long after its packet a message is to be listed.
	soon = 100 * time.Millisecond
	// tlsSays is how many messages a client sends in tests of latency.
	tlsSays = 60
)

// slowTalk is a talker's client or both sides, with pauses between messages, so that each comes alone.
func slowTalk(role, address string) talk {
	return talk{role, "gorilla", address, false, tlsSays, 50, 5 * time.Millisecond}
}

// secureTalker is a talker that uses TLS.
func secureTalker(keys string, k talk) *exec.Cmd {
	cmd := talker(k)
	cmd.Env = append(cmd.Env, talkKeys+"="+keys)
	return cmd
}

// wantSoon reads the client's messages from what p lists, and checks how long after they were sent they were listed.
func wantSoon(t *testing.T, p *running) {
	t.Helper()
	var took []time.Duration
	for s := bufio.NewScanner(p.out); len(took) < tlsSays && s.Scan(); {
		now := time.Now().UnixNano()
		var l line
		var sent struct{ T int64 }
		if json.Unmarshal(s.Bytes(), &l) == nil && l.Dir == "c2s" && l.State == "exact" && json.Unmarshal([]byte(l.Text), &sent) == nil {
			took = append(took, time.Duration(now-sent.T))
		}
	}
	if len(took) != tlsSays {
		t.Fatalf("%d of %d messages listed: %s", len(took), tlsSays, p.words())
	}
	slices.Sort(took)
	t.Logf("median %v, worst %v", took[len(took)/2], took[len(took)-1])
	if worst := took[len(took)-1]; worst > soon && poll.TimesCount() {
		t.Errorf("a message was listed after %v, want within %v", worst, soon)
	}
}

// TestLive_KeyLog lists what is under TLS while the key log grows.
func TestLive_KeyLog(t *testing.T) {
	tests := map[string]func(t *testing.T, name string){
		"not there yet": func(*testing.T, string) {},
		"empty":         func(t *testing.T, name string) { write(t, name, "") },
		"with other connections": func(t *testing.T, name string) {
			write(t, name, strings.Repeat("CLIENT_RANDOM "+strings.Repeat("ab", 32)+" "+strings.Repeat("cd", 48)+"\n", 1000))
		},
		"a named pipe": func(t *testing.T, name string) {
			if err := syscall.Mkfifo(name, 0o600); err != nil {
				t.Skipf("named pipes cannot be made here: %v", err)
			}
		},
	}
	for name, prepare := range tests {
		t.Run(name, func(t *testing.T) {
			inNamespace(t)
			keys := filepath.Join(t.TempDir(), "keys.log")
			prepare(t, keys)
			p := startCapture(t, nil, "live", "-i", "lo", "-Z", "root", "--json", "--keylog", keys)
			talking := start(t, secureTalker(keys, slowTalk("both", "127.0.0.1:0")))
			go io.Copy(io.Discard, talking.out)
			wantSoon(t, p)
			p.interrupt()
		})
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestLive_LateKeyLog: the key log is there only after the first messages, which are listed then, without another packet.
func TestLive_LateKeyLog(t *testing.T) {
	inNamespace(t)
	dir := t.TempDir()
	p := startCapture(t, nil, "live", "-i", "lo", "-Z", "root", "--json", "--keylog", filepath.Join(dir, "keys.log"))
	k := slowTalk("both", "127.0.0.1:0")
	if out, err := secureTalker(filepath.Join(dir, "own.log"), k).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	before := time.Now()
	if err := os.Rename(filepath.Join(dir, "own.log"), filepath.Join(dir, "keys.log")); err != nil {
		t.Fatal(err)
	}
	n := 0
	for s := bufio.NewScanner(p.out); n < 2*tlsSays && s.Scan(); {
		var l line
		if json.Unmarshal(s.Bytes(), &l) == nil && l.isData() && l.State == "exact" {
			n++
		}
	}
	if took := time.Since(before); n != 2*tlsSays || took > soon && poll.TimesCount() {
		t.Errorf("%d of %d messages listed %v after the key log was there", n, 2*tlsSays, took)
	}
	p.interrupt()
}

// TestLive_KeyLogThroughTcpdump lists what tcpdump captures.
func TestLive_KeyLogThroughTcpdump(t *testing.T) {
	inNamespace(t)
	keys := filepath.Join(t.TempDir(), "keys.log")
	cmd := wspeekCommand(nil, "live", "-r", "-", "-Z", "root", "--json", "--keylog", keys)
	dump := tcpdumpInto(t, cmd, "--immediate-mode")
	p := start(t, cmd)
	talking := start(t, secureTalker(keys, slowTalk("both", "127.0.0.1:0")))
	go io.Copy(io.Discard, talking.out)
	wantSoon(t, p)
	go io.Copy(io.Discard, p.out)
	dump.Process.Signal(os.Interrupt)
	dump.Wait()
	if got := p.exit(); got != run.Done {
		t.Errorf("exit %d: %s", got, p.words())
	}
}

// nodeServer answers each short text message on a WebSocket connection under TLS.
const nodeServer = `
const https = require('https'), crypto = require('crypto'), pem = require('fs').readFileSync(process.argv[2]);
const server = https.createServer({key: pem, cert: pem});
server.on('upgrade', (request, socket) => {
  const accept = crypto.createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ' + accept + '\r\n\r\n');
  let rest = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', chunk => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      if (rest.length < 2) return;
      const long = (rest[1] & 127) === 126, at = long ? 4 : 2;
      if (rest.length < at) return;
      const n = long ? rest.readUInt16BE(2) : rest[1] & 127;
      if (rest.length < at + 4 + n) return;
      if ((rest[0] & 15) === 8) return socket.end();
      socket.write(Buffer.from([0x81, 2, 0x6f, 0x6b]));
      rest = rest.subarray(at + 4 + n);
    }
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`

// TestLive_KeyLogOfNode: node writes the key log.
func TestLive_KeyLogOfNode(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("needs node")
	}
	inNamespace(t)
	keys := filepath.Join(t.TempDir(), "keys.log")
	script := filepath.Join(t.TempDir(), "server.js")
	write(t, script, nodeServer)
	node := start(t, exec.Command("node", "--tls-keylog="+keys, script, pemFile(t, ownCertificate(t))))
	port, err := bufio.NewReader(node.out).ReadString('\n')
	if err != nil {
		t.Fatalf("node: %v: %s", err, node.words())
	}
	p := startCapture(t, nil, "live", "-i", "lo", "-Z", "root", "--json", "--keylog", keys)
	talking := start(t, secureTalker(noKeys, slowTalk("client", "127.0.0.1:"+strings.TrimSpace(port))))
	go io.Copy(io.Discard, talking.out)
	wantSoon(t, p)
	p.interrupt()
}

// TestLive_KeyLogOfOpenSSL: openssl s_server writes the key log, and the test what it sends.
func TestLive_KeyLogOfOpenSSL(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("needs openssl")
	}
	inNamespace(t)
	keys := filepath.Join(t.TempDir(), "keys.log")
	file := pemFile(t, ownCertificate(t))
	cmd := exec.Command("openssl", "s_server", "-accept", "127.0.0.1:9443", "-cert", file, "-key", file, "-quiet", "-keylogfile", keys)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	p := startCapture(t, nil, "live", "-i", "lo", "-Z", "root", "--json", "--keylog", keys)
	server := start(t, cmd)
	listens(t, "127.0.0.1:9443")
	talking := start(t, secureTalker(noKeys, slowTalk("client", "127.0.0.1:9443")))
	go io.Copy(io.Discard, talking.out)
	r, err := http.ReadRequest(bufio.NewReader(server.out))
	if err != nil {
		t.Fatalf("%v: %s", err, server.words())
	}
	go io.Copy(io.Discard, server.out)
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	fmt.Fprintf(in, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	for range tlsSays {
		in.Write(pcaps.Text("ok").Bytes())
	}
	wantSoon(t, p)
	p.interrupt()
}

// listens waits until a TCP port of this namespace is listened on, without connecting to it.
func listens(t *testing.T, address string) {
	t.Helper()
	_, port, _ := strings.Cut(address, ":")
	var n int
	fmt.Sscan(port, &n)
	want := fmt.Sprintf(":%04X 00000000:0000 0A", n)
	for end := time.Now().Add(poll.Deadline); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if table, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/net/tcp", syscall.Gettid())); err == nil && strings.Contains(string(table), want) {
			return
		}
	}
	t.Fatalf("nobody listens on %s", address)
}

// TestLive_KeyLogOfAnother: a key log that the user whom wspeek has become may not read is reported, with what to do.
func TestLive_KeyLogOfAnother(t *testing.T) {
	inNamespace(t)
	keys := filepath.Join(t.TempDir(), "keys.log")
	write(t, keys, "")
	p := startCapture(t, nil, "live", "-i", "lo", "--json", "--keylog", keys)
	p.expect("permission denied; wspeek has become nobody (-Z chooses another)")
	p.interrupt()
}
