package payload_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

func TestPolledMessages(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, version string
		octets        bool
		body, want    string
		whole         bool
	}{
		{"version 4", "4", false, "0{}\x1e42[\"a\"]\x1ebAQL/", `text "0{}" text "42[\"a\"]" binary "\x01\x02\xff"`, true},
		{"version 4, one", "4", false, "3", `text "3"`, true},
		{"version 4, bad base64", "4", false, "3\x1eb!", `text "3"`, false},
		{"version 4, empty packet", "4", false, "3\x1e\x1e3", `text "3"`, false},
		{"version 3", "3", false, "2:406:42[\"a\"1:1", `text "40" text "42[\"a\"" text "1"`, true},
		{"version 3, lengths in UTF-16", "3", false, "5:4é🎉x1:6", `text "4é🎉x" text "6"`, true},
		{"version 3, base64", "3", false, "6:b4AQL/1:6", `binary "\x04\x01\x02\xff" text "6"`, true},
		{"version 3, cut", "3", false, "2:409:42[", `text "40"`, false},
		{"version 3, half of a pair", "3", false, "2:4🎉", "", false},
		{"version 3, no length", "3", false, "hello", "", false},
		{"version 3, huge length", "3", false, "999999999999:4", "", false},
		{"version 3, octets", "3", true, "\x00\x02\xff40\x01\x03\xff\x04\x01\xff", `text "40" binary "\x04\x01\xff"`, true},
		{"version 3, octets, cut", "3", true, "\x00\x09\xff40", "", false},
		{"nothing", "4", false, "", "", true},
	} {
		list, whole := payload.PolledMessages(row.version, row.octets, []byte(row.body))
		var got []string
		for _, m := range list {
			got = append(got, fmt.Sprintf("%s %q", []string{"text", "binary"}[m.Kind], m.Payload))
		}
		if s := strings.Join(got, " "); s != row.want || whole != row.whole {
			t.Errorf("%s: got %s, whole %v; want %s, %v", row.name, s, whole, row.want, row.whole)
		}
	}
}

// Bodies as engine.io's polling-jsonp transport writes them: head "___eio[" + j + "](", JSON.stringify of the payload, foot ");"; the
// client's form escapes line feeds, which some browsers would change.
func TestPolledBody(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, target string
		client       bool
		body, want   string
		ok           bool
	}{
		{"a script", "?EIO=3&transport=polling&j=0", false, `___eio[0]("97:0{\"sid\":\"a\u2028\"}2:40");`, "97:0{\"sid\":\"a\u2028\"}2:40", true},
		{"with a comment before it", "?EIO=3&transport=polling&j=7", false, `/**/___eio[7]("2:40");`, "2:40", true},
		{"a form", "?EIO=3&transport=polling&j=0", true, "d=10%3A42%5B%22a+b%22%5D\n", `10:42["a b"]`, true},
		{"line feeds in a form", "?EIO=3&transport=polling&j=0", true, `d=%5Cn%5C%5Cn`, "\n\\n", true},
		{"the answer to a form", "?EIO=3&transport=polling&j=0", false, "ok", "ok", true},
		{"no JSONP", "?EIO=3&transport=polling", false, `___eio[0]("2:40");`, `___eio[0]("2:40");`, true},
		{"cut", "?EIO=3&transport=polling&j=0", false, `___eio[0]("2:4`, "", false},
		{"another script", "?EIO=3&transport=polling&j=0", false, `alert("2:40");`, "", false},
		{"no string", "?EIO=3&transport=polling&j=0", false, `___eio[0](1);`, "", false},
		{"another form", "?EIO=3&transport=polling&j=0", true, `e=1`, "", false},
		{"nothing", "?EIO=3&transport=polling&j=0", true, ``, "", true},
	} {
		target := payload.PolledTarget(row.target)
		if got, ok := target.PolledBody(row.client, []byte(row.body)); string(got) != row.want || ok != row.ok {
			t.Errorf("%s: got %q, %v; want %q, %v", row.name, got, ok, row.want, row.ok)
		}
	}
}

func FuzzPolledBody(f *testing.F) {
	f.Add([]byte(`___eio[0]("2:40");`), false)
	f.Add([]byte(`d=10%3A42`), true)
	f.Fuzz(func(t *testing.T, body []byte, client bool) {
		target := payload.Polled{JSONP: true}
		if got, _ := target.PolledBody(client, body); len(got) > 3*len(body) {
			t.Errorf("%d bytes of %d", len(got), len(body))
		}
	})
}

func TestInflate(t *testing.T) {
	t.Parallel()
	for coding, name := range map[string]string{"gzip": "gzip", "X-GZIP": "gzip", "deflate": "zlib", "br": "brotli", "zstd": "zstd"} {
		p := packed(t, name, "0{}")
		if got, ok := payload.Inflate(coding, []byte(p)); !ok || string(got) != "0{}" {
			t.Errorf("%s: %q, %v", coding, got, ok)
		}
		if _, ok := payload.Inflate(coding, []byte(p[:len(p)-2])); ok {
			t.Errorf("%s: half of it is whole", coding)
		}
	}
	if got, ok := payload.Inflate("identity", []byte("x")); !ok || string(got) != "x" {
		t.Errorf("identity: %q, %v", got, ok)
	}
	if _, ok := payload.Inflate("compress", []byte("x")); ok {
		t.Error("a coding that is not known was undone")
	}
	if _, ok := payload.Inflate("gzip", []byte(packed(t, "gzip", strings.Repeat("x", 17<<20)))); ok {
		t.Error("a bomb was undone")
	}
}

func TestPolledTarget(t *testing.T) {
	t.Parallel()
	if got := payload.PolledTarget("/socket.io/?EIO=4&transport=polling&sid=a%2Db"); got != (payload.Polled{SID: "a-b", Version: "4"}) {
		t.Errorf("got %+v", got)
	}
	if got := payload.PolledTarget("/x?%zz"); got != (payload.Polled{}) {
		t.Errorf("a broken query: got %+v", got)
	}
}

func FuzzPolledMessages(f *testing.F) {
	for _, s := range []string{"0{}\x1ebAQL/", "2:406:42[\"a\"1:1", "6:b4AQL/", "\x00\x02\xff40\x01\x03\xff\x04\x01\xff"} {
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, body []byte, octets bool) {
		for _, version := range []string{"3", "4"} {
			list, _ := payload.PolledMessages(version, octets, body)
			n := 0
			for _, m := range list {
				n += len(m.Payload)
			}
			if n > len(body) {
				t.Errorf("%d bytes in %d", n, len(body))
			}
		}
	})
}
