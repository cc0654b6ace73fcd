package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/pcaps"
)

// Decryption secrets are left out, and the words say that secrets are inside.
func TestHazard_O15_SecretsBlock(t *testing.T) {
	t.Parallel()
	var c pcaps.Conversation
	c.Upgrade(pcaps.Request{}, pcaps.Response{})
	c.SendFrames(pcaps.C2S, pcaps.Text("hello"))
	var ng pcaps.NG
	ng.Section(false).Secrets(pcaps.SecretsTLS, []byte("CLIENT_RANDOM 00 11\n")).Interfaces(pcaps.Interface{Link: pcaps.LinkEthernet})
	for _, p := range c.Packets {
		ng.Enhanced(p)
	}
	path := putFile(t, "x.pcapng", ng.Bytes())
	out := filepath.Join(t.TempDir(), "out.pcapng")
	got := wspeekRun("export", path, "-o", out)
	data, _ := os.ReadFile(out)
	if got.status != 0 || !bytes.Contains(data, []byte("HTTP/1.1 101")) || bytes.Contains(data, []byte("CLIENT_RANDOM")) {
		t.Errorf("status %d, %d bytes: want the packets and no secrets block: %s", got.status, len(data), got.err)
	}
	for _, want := range []string{"nothing is redacted: secrets are inside", "1 block of TLS secrets left out"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("got %q, want it to say %q", got.err, want)
		}
	}
}

const secretJWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl"

// secretive is a session with a secret in every place that is known.
func secretive(t *testing.T) string {
	var c pcaps.Conversation
	c.Upgrade(pcaps.Request{Target: "/chat?room=7&access_token=q-s3cret", Headers: [][2]string{
		{"Authorization", "Basic a-s3cret"}, {"Proxy-Authorization", "Bearer p-s3cret"}, {"Cookie", "sid=c-s3cret"},
		{"Sec-WebSocket-Protocol", "bearer, w-s3cret"}, {"Referer", "https://u:r-s3cret@h/"}, {"Origin", "https://fine.example"},
	}}, pcaps.Response{Headers: [][2]string{{"Set-Cookie", "sid=d-s3cret; Path=/"}, {"Sec-WebSocket-Protocol", "bearer"}}})
	c.SendFrames(pcaps.C2S, pcaps.Text(`{"token":"t-s3cret","say":"fine"}`))
	c.SendFrames(pcaps.C2S, pcaps.Fragments(1, `{"pass`, `word":"f-s3`, `cret"}`)...)
	c.SendFrames(pcaps.S2C, pcaps.Binary([]byte("\x00\xff"+secretJWT)))
	c.SendFrames(pcaps.S2C, pcaps.Ping(`{"secret":"g-s3cret"}`))
	c.SendFrames(pcaps.C2S, pcaps.Close(1000, "token=z-s3cret"))
	c.Close()
	return putFile(t, "secretive.pcap", c.File())
}

func TestHazard_O14_NoExportHasSecrets(t *testing.T) {
	t.Parallel()
	path := secretive(t)
	for _, tt := range []struct {
		ext  string
		args []string
	}{
		{"har", []string{"--control"}}, {"har", nil}, {"ndjson", nil}, {"csv", nil}, {"md", nil}, {"md", []string{"-V", "-x"}},
	} {
		out := filepath.Join(t.TempDir(), "x."+tt.ext)
		got := wspeekRun(append([]string{"export", path, "-o", out}, tt.args...)...)
		data, err := os.ReadFile(out)
		if err != nil || got.status != 0 {
			t.Fatalf("%s: %v %s", tt.ext, err, got.err)
		}
		for _, secret := range []string{"s3cret", secretJWT, b64([]byte("\x00\xff" + secretJWT))} {
			if i := bytes.Index(data, []byte(secret)); i >= 0 {
				t.Errorf("%s %v: %q is inside: %q", tt.ext, tt.args, secret, data[max(0, i-60):min(len(data), i+60)])
			}
		}
		if !bytes.Contains(data, []byte("fine")) || !bytes.Contains(data, []byte("REDACTED-")) && tt.ext != "" {
			t.Errorf("%s: want what is no secret, and marks", tt.ext)
		}
		if !strings.Contains(got.err, "redacted, with the same mark for the same value: ") {
			t.Errorf("%s: got %q, want it to say what was redacted", tt.ext, got.err)
		}
		open := exported(t, filepath.Join(t.TempDir(), "y."+tt.ext), append(tt.args, path, "--no-redact")...)
		if !bytes.Contains(open, []byte("t-s3cret")) || bytes.Contains(open, []byte("REDACTED")) {
			t.Errorf("%s --no-redact: want everything as it was", tt.ext)
		}
	}
}

func TestHazard_O14_StableMarks(t *testing.T) {
	t.Parallel()
	path := secretive(t)
	var outs []string
	for _, key := range []string{"k", "k", "other", "", ""} {
		args := []string{path}
		if key != "" {
			args = append(args, "--redact-key", key)
		}
		outs = append(outs, string(exported(t, filepath.Join(t.TempDir(), "x.ndjson"), args...)))
	}
	if outs[0] != outs[1] {
		t.Error("the same key gives other marks")
	}
	if outs[0] == outs[2] || outs[3] == outs[4] {
		t.Error("another key, or none, gives the same marks")
	}
}
