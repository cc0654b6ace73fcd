package tls_test

import (
	"bufio"
	"encoding/pem"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

// Suites and features that crypto/tls does not have, between two ends of OpenSSL.
func TestOpenSSL(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	for _, v := range []struct{ name, flags, commands string }{
		{"TLS_RSA_WITH_AES_128_CCM", "-tls1_2 -cipher AES128-CCM", ""},
		{"TLS_RSA_WITH_AES_256_CCM_8", "-tls1_2 -cipher AES256-CCM8", ""},
		{"TLS_DHE_RSA_WITH_AES_256_CCM", "-tls1_2 -cipher DHE-RSA-AES256-CCM", ""},
		{"TLS_RSA_WITH_CAMELLIA_256_CBC_SHA", "-tls1_2 -cipher CAMELLIA256-SHA", ""},
		{"TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384", "-tls1_2 -cipher ECDHE-RSA-CAMELLIA256-SHA384", ""},
		{"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "-tls1_2 -cipher ECDHE-RSA-AES256-SHA384", ""},
		{"TLS_RSA_WITH_AES_256_CBC_SHA256", "-tls1_2 -cipher AES256-SHA256", ""},
		{"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "-tls1_1 -cipher ECDHE-RSA-AES128-SHA", ""},
		{"TLS_RSA_WITH_NULL_SHA256", "-tls1_2 -cipher NULL-SHA256", ""},
		{"TLS_RSA_WITH_AES_128_GCM_SHA256", "-tls1_2 -cipher AES128-GCM-SHA256", "R"},
		{"TLS_AES_128_CCM_SHA256", "-tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256", ""},
		{"TLS_AES_128_CCM_8_SHA256", "-tls1_3 -ciphersuites TLS_AES_128_CCM_8_SHA256", "K"},
		{"TLS_CHACHA20_POLY1305_SHA256", "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256", "Kk"},
	} {
		t.Run(v.name+" "+v.commands, func(t *testing.T) {
			t.Parallel()
			w := opensslTalk(t, openssl, strings.Fields(v.flags), v.commands)
			p := newPlayer(t, tls.Limits{})
			p.log(w.keys.String())
			p.play(w, 0)
			p.close()
			p.heard(w)
			i := p.conn.Info()
			if i.Cipher != v.name || i.Dir[0].KeyUpdates != int64(strings.Count(strings.ToUpper(v.commands), "K")) {
				t.Errorf("got %+v", i)
			}
		})
	}
}

// opensslTalk lets s_client say some lines to s_server, which sends them back reversed. Commands are letters that make
// s_client update its keys or negotiate again between the lines.
func opensslTalk(t *testing.T, openssl string, flags []string, commands string) *talk {
	t.Helper()
	dir := t.TempDir()
	made := once[true]()
	file := func(name string, b []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	cert := file("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made.cert.Certificate[0]}))
	key, keys := file("key.pem", made.pem), filepath.Join(dir, "keys")
	relaxed := make([]string, len(flags))
	for i, f := range flags {
		relaxed[i] = f
		if i > 0 && flags[i-1] == "-cipher" {
			relaxed[i] = f + ":@SECLEVEL=0"
		}
	}

	server := exec.Command(openssl, append([]string{"s_server", "-accept", "127.0.0.1:0", "-cert", cert, "-key", key, "-rev", "-client_renegotiation"}, relaxed...)...)
	out := start(t, server)
	address := ""
	for address == "" {
		line, err := out.ReadString('\n')
		if err != nil {
			t.Skipf("s_server does not take %v: %v", flags, err)
		}
		address, _ = strings.CutPrefix(strings.TrimSpace(line), "ACCEPT ")
		if !strings.HasPrefix(line, "ACCEPT ") {
			address = ""
		}
	}
	w := &talk{}
	via, done := record(t, w, address)
	client := exec.Command(openssl, append([]string{"s_client", "-connect", via, "-keylogfile", keys, "-servername", "server.example.com"}, relaxed...)...)
	in, err := client.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out = start(t, client)
	w.say(t, in, out, "the first line")
	for _, c := range commands {
		io.WriteString(in, string(c)+"\n")
		time.Sleep(100 * time.Millisecond) // a command must be read on its own
		w.say(t, in, out, "a line after "+string(c))
	}
	w.say(t, in, out, strings.Repeat("long ", 900))
	io.WriteString(in, "Q\n")
	<-done
	log, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	w.keys.Write(log)
	return w
}

// start starts a command that is killed at the end of the test, and returns its output.
func start(t *testing.T, c *exec.Cmd) *bufio.Reader {
	t.Helper()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = c.Stdout
	if err := c.Start(); err != nil {
		t.Skip("openssl cannot be started: ", err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
	})
	return bufio.NewReaderSize(out, 1<<16)
}

// say sends a line and waits for the answer.
func (w *talk) say(t *testing.T, in io.Writer, out *bufio.Reader, line string) {
	t.Helper()
	io.WriteString(in, line+"\n")
	var back []byte
	for i := len(line) - 1; i >= 0; i-- {
		back = append(back, line[i])
	}
	for {
		got, err := out.ReadString('\n')
		if err != nil {
			t.Fatalf("no answer to %q: %v", line, err)
		}
		if strings.HasSuffix(strings.TrimRight(got, "\n"), string(back)) {
			break
		}
	}
	w.plain[0] = append(w.plain[0], line+"\n"...)
	w.plain[1] = append(append(w.plain[1], back...), '\n')
}

// record is a proxy for one connection that writes down what goes through it. Done is closed at the end of it.
func record(t *testing.T, w *talk, to string) (address string, done chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("no TCP port can be listened on: ", err)
	}
	t.Cleanup(func() { l.Close() })
	done = make(chan struct{})
	go func() {
		defer close(done)
		a, err := l.Accept()
		if err != nil {
			return
		}
		defer a.Close()
		b, err := net.Dial("tcp", to)
		if err != nil {
			return
		}
		defer b.Close()
		var both sync.WaitGroup
		both.Go(func() { w.relay(reassembly.Fwd, b, a) })
		both.Go(func() { w.relay(reassembly.Rev, a, b) })
		both.Wait()
	}()
	return l.Addr().String(), done
}

func (w *talk) relay(d reassembly.Dir, to, from net.Conn) {
	buf := make([]byte, 1<<15)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			w.mu.Lock()
			w.flights = append(w.flights, flight{d, append([]byte(nil), buf[:n]...)})
			w.mu.Unlock()
			to.Write(buf[:n])
		}
		if err != nil {
			to.(*net.TCPConn).CloseWrite()
			return
		}
	}
}
