package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/pcaps"
)

// TestHazard_F11_FalseNames: a Name Resolution Block (pcapng draft, section 4.5) that names the peers is not believed.
func TestHazard_F11_FalseNames(t *testing.T) {
	t.Parallel()
	c := pcaps.Conversation{}
	c.Upgrade(pcaps.Request{}, pcaps.Response{})
	c.SendFrames(pcaps.C2S, pcaps.Text("hello").Masked(pcaps.RFCKey))
	c.Close()
	client := c.Packets[0].Data[26:30] // the source address of the first packet, in Ethernet and IPv4
	name := "trusted.example"
	record := append([]byte{1, 0, byte(4 + len(name) + 1), 0}, client...)
	record = append(append(record, name...), 0)
	for len(record)%4 != 0 {
		record = append(record, 0)
	}
	g := new(pcaps.NG).Section(false).Interfaces(pcaps.Interface{Link: 1}).Block(4, append(record, 0, 0, 0, 0))
	for _, p := range c.Packets {
		g.Enhanced(p)
	}
	file := putFile(t, "named.pcapng", g.Bytes())
	for _, args := range [][]string{{"messages"}, {"sessions"}, {"sessions", "--json"}, {"check"}, {"ladder", "--session", "1"}} {
		r := wspeekRun(append(args, file)...)
		got := r.out + r.err
		if strings.Contains(got, name) || !strings.Contains(got, "192.0.2.1") {
			t.Errorf("%q: got %s", args, got)
		}
	}
}

// TestHazard_H24_TokensOfTheHandshake: what stands for a password in the subprotocol, the URL or a cookie is in no export.
func TestHazard_H24_TokensOfTheHandshake(t *testing.T) {
	t.Parallel()
	const protocol, query, cookie = "c3VicHJvdG9jb2w", "cXVlcnktdG9rZW4", "c2Vzc2lvbi1jb29raWU"
	c := pcaps.Conversation{}
	c.Upgrade(pcaps.Request{Target: "/live?room=7&access_token=" + query, Headers: [][2]string{
		{"Sec-WebSocket-Protocol", "bearer, " + protocol}, {"Cookie", "sid=" + cookie}}},
		pcaps.Response{Headers: [][2]string{{"Sec-WebSocket-Protocol", "bearer"}, {"Set-Cookie", "sid=" + cookie}}})
	c.SendFrames(pcaps.C2S, pcaps.Text("hello").Masked(pcaps.RFCKey))
	c.Close()
	file := putFile(t, "token.pcap", c.File())
	for _, name := range []string{"x.har", "x.md", "x.ndjson", "x.csv"} {
		out := filepath.Join(t.TempDir(), name)
		said := wspeekRun("export", file, "-o", out)
		got, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err, said.err)
		}
		for what, secret := range map[string]string{"subprotocol": protocol, "URL": query, "cookie": cookie} {
			if bytes.Contains(got, []byte(secret)) {
				t.Errorf("%s: the token in the %s was exported", name, what)
			}
		}
		if !bytes.Contains(got, []byte("hello")) {
			t.Errorf("%s: the message is not there:\n%s", name, got)
		}
	}
}
