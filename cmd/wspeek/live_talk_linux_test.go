package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	coder "github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"
)

// endpoint is a side of a WebSocket connection of either library.
type endpoint interface {
	write(text bool, p []byte) error
	read() ([]byte, error)
	close()
}

type gorillaEnd struct{ c *gorilla.Conn }

func (g gorillaEnd) write(text bool, p []byte) error {
	kind := gorilla.BinaryMessage
	if text {
		kind = gorilla.TextMessage
	}
	return g.c.WriteMessage(kind, p)
}

func (g gorillaEnd) read() ([]byte, error) {
	_, p, err := g.c.ReadMessage()
	return p, err
}

func (g gorillaEnd) close() {
	g.c.WriteControl(gorilla.CloseMessage, gorilla.FormatCloseMessage(1000, "bye"), time.Now().Add(time.Second))
	g.c.Close()
}

type coderEnd struct{ c *coder.Conn }

func (e coderEnd) write(text bool, p []byte) error {
	kind := coder.MessageBinary
	if text {
		kind = coder.MessageText
	}
	return e.c.Write(context.Background(), kind, p)
}

func (e coderEnd) read() ([]byte, error) {
	_, p, err := e.c.Read(context.Background())
	return p, err
}

func (e coderEnd) close() { e.c.Close(coder.StatusNormalClosure, "bye") }

// talk is what the programs of TestLiveTalker do; it comes in the environment.
type talk struct {
	role, library, address string
	compress               bool
	messages               int
	size                   int
	every                  time.Duration
}

func (k talk) environ() []string {
	return []string{fmt.Sprintf("WSPEEK_TALK=%s %s %s %v %d %d %s", k.role, k.library, k.address, k.compress, k.messages, k.size, k.every)}
}

func talkOf(t *testing.T) (k talk) {
	f := strings.Fields(os.Getenv("WSPEEK_TALK"))
	if len(f) != 7 {
		t.Skip("it is a program of other tests")
	}
	k.role, k.library, k.address, k.compress = f[0], f[1], f[2], f[3] == "true"
	k.messages, _ = strconv.Atoi(f[4])
	k.size, _ = strconv.Atoi(f[5])
	k.every, _ = time.ParseDuration(f[6])
	return k
}

// TestLiveTalker is not a test but the programs whose traffic other tests capture: they run in network namespaces.
func TestLiveTalker(t *testing.T) {
	k := talkOf(t)
	out := bufio.NewWriter(os.Stdout)
	switch k.role {
	case "both":
		listening, serving := k.serve(t)
		k.address = listening
		k.client(t, out)
		serving.Wait() // for the other side's close
	case "server":
		listening, _ := k.serve(t)
		fmt.Println("serving", listening)
		os.Stdin.Read(make([]byte, 1))
	case "client":
		k.client(t, out)
	case "udp":
		k.udp(t)
	case "churn":
		k.churn(t)
	}
	out.Flush()
	os.Exit(0) // no words of package testing
}

// serve answers every message by one that begins with it. It returns its address, and what waits for the end of the
// connections.
func (k talk) serve(t *testing.T) (string, *sync.WaitGroup) {
	l, err := net.Listen("tcp", k.address)
	if err != nil {
		t.Fatal(err)
	}
	serving := new(sync.WaitGroup)
	if keys := os.Getenv(talkKeys); keys != "" {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{ownCertificate(t)}})
	}
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serving.Add(1)
		defer serving.Done()
		e, err := k.accept(w, r)
		if err != nil {
			return
		}
		defer e.close()
		for {
			p, err := e.read()
			if err != nil {
				return
			}
			if e.write(false, answer(p)) != nil {
				return
			}
		}
	}))
	return l.Addr().String(), serving
}

func answer(p []byte) []byte { return append(append([]byte("re: "), p...), 0xff, 0) }

func (k talk) accept(w http.ResponseWriter, r *http.Request) (endpoint, error) {
	if k.library == "gorilla" {
		c, err := (&gorilla.Upgrader{EnableCompression: k.compress}).Upgrade(w, r, nil)
		return gorillaEnd{c}, err
	}
	c, err := coder.Accept(w, r, &coder.AcceptOptions{CompressionMode: k.mode()})
	if err == nil {
		c.SetReadLimit(-1)
	}
	return coderEnd{c}, err
}

func (k talk) mode() coder.CompressionMode {
	if k.compress {
		return coder.CompressionContextTakeover
	}
	return coder.CompressionDisabled
}

func (k talk) dial() (endpoint, error) {
	url := "ws://" + k.address + "/talk?library=" + k.library
	secure, err := clientTLS()
	if err != nil {
		return nil, err
	}
	if secure != nil {
		url = "wss" + url[len("ws"):]
	}
	if k.library == "gorilla" {
		c, _, err := (&gorilla.Dialer{EnableCompression: k.compress, TLSClientConfig: secure}).Dial(url, nil)
		return gorillaEnd{c}, err
	}
	through := &http.Client{Transport: &http.Transport{TLSClientConfig: secure}}
	c, _, err := coder.Dial(context.Background(), url, &coder.DialOptions{CompressionMode: k.mode(), HTTPClient: through})
	if err == nil {
		c.SetReadLimit(-1)
	}
	return coderEnd{c}, err
}

// client sends messages, each with the time in it, and tells the hashes of all that were sent in both directions.
func (k talk) client(t *testing.T, out *bufio.Writer) {
	e, err := k.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	answered := make(chan error, 1)
	go func() {
		for range k.messages {
			p, err := e.read()
			if err != nil {
				answered <- err
				return
			}
			fmt.Fprintf(out, "s2c %x\n", sha256.Sum256(p))
		}
		answered <- nil
	}()
	random := rand.New(rand.NewPCG(1, uint64(k.messages)))
	hashes := make([]string, 0, k.messages)
	for i := range k.messages {
		p := k.message(random, i)
		hashes = append(hashes, fmt.Sprintf("c2s %x\n", sha256.Sum256(p)))
		if err := e.write(true, p); err != nil {
			t.Fatal(err)
		}
		time.Sleep(k.every)
	}
	if err := <-answered; err != nil {
		t.Fatal(err)
	}
	for _, h := range hashes {
		out.WriteString(h)
	}
}

// message is a text of words, some of which return.
func (k talk) message(random *rand.Rand, i int) []byte {
	p := fmt.Appendf(nil, `{"n":%d,"t":%d,"text":"`, i, time.Now().UnixNano())
	for n := random.IntN(max(2*k.size, 1)); n > 0; n -= 8 {
		p = fmt.Appendf(p, "%07x ", random.IntN(1<<12)*4099)
	}
	return append(p, `"}`...)
}

// udp sends datagrams of size bytes until it is ended.
func (k talk) udp(t *testing.T) {
	c, err := net.Dial("udp", k.address)
	if err != nil {
		t.Fatal(err)
	}
	go func() { // without somebody who listens, ICMP would answer
		if l, err := net.ListenPacket("udp", k.address); err == nil {
			for p := make([]byte, 1<<16); ; {
				l.ReadFrom(p)
			}
		}
	}()
	p := make([]byte, k.size)
	for {
		c.Write(p)
		time.Sleep(k.every)
	}
}

// churn opens and closes connections, each with a few messages, at a rate of one in every, from several addresses.
func (k talk) churn(t *testing.T) {
	k.serve(t)
	slots := make(chan struct{}, 200)
	tick := time.NewTicker(k.every)
	for i := range k.messages {
		<-tick.C
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			from := &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+i%200))}
			d := gorilla.Dialer{NetDial: (&net.Dialer{LocalAddr: from}).Dial}
			c, _, err := d.Dial("ws://"+k.address+"/churn", nil)
			if err != nil {
				return
			}
			e := gorillaEnd{c}
			if e.write(true, []byte("hello")) == nil {
				e.read()
			}
			e.close()
		}()
	}
	for range cap(slots) {
		slots <- struct{}{}
	}
}
