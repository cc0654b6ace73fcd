package payload_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/wspeek/wspeek/decode/payload"
)

// claimed is "protocol event value" of a message that is all there is.
func claimed(t *testing.T, message string) string {
	t.Helper()
	a := told(t, payload.Opening{}, message)
	if len(a) == 0 {
		return ""
	}
	return fmt.Sprintf("%s %s %s", a[0].Protocol, a[0].Event, asJSON(a[0].Args))
}

func TestEncodings_MessagePack(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ p, want string }{
		{"\x82\xa1a\xcd\x01\x00\xa1b\x93\xc0\xc2\xc3", `{"a":256,"b":[null,false,true]}`},
		{"\x92\xa5hello\xff", `["hello",-1]`},
		{"\xdc\x00\x02\xa2hi\xd0\x80", `["hi",-128]`},
		{"\xdd\x00\x00\x00\x01\xd9\x02hi", `["hi"]`},
		{"\xde\x00\x01\xa2hi\xd1\x80\x00", `{"hi":-32768}`},
		{"\xdf\x00\x00\x00\x01\xa2hi\xd2\xff\xff\xff\xff", `{"hi":-1}`},
		{"\x81\xa2hi\xcf\xff\xff\xff\xff\xff\xff\xff\xff", `{"hi":18446744073709551615}`},
		{"\x81\xa2hi\xd3\xff\xff\xff\xff\xff\xff\xff\xfe", `{"hi":-2}`},
		{"\x81\xa2hi\xca\x3f\xc0\x00\x00", `{"hi":1.5}`},
		{"\x81\xa2hi\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", `{"hi":"NaN"}`},
		{"\x81\xa2hi\xc4\x02\x00\xff", `{"hi":{"bytes":"00ff"}}`},
		{"\x81\xa2hi\xd6\xff\x00\x00\x00\x00", `{"hi":"1970-01-01T00:00:00Z"}`},
		{"\x81\xa2hi\xd7\xff\x77\x35\x94\x00\x00\x00\x00\x01", `{"hi":"1970-01-01T00:00:01.5Z"}`},
		{"\x81\xa2hi\xc7\x0c\xff\x00\x00\x00\x05\xff\xff\xff\xff\xff\xff\xff\xff", `{"hi":"1969-12-31T23:59:59.000000005Z"}`},
		{"\x81\xa2hi\xd4\x00\x00", `{"hi":null}`},
		{"\x81\xa2hi\xd4\x07\x01", `{"hi":{"data":{"bytes":"01"},"ext":7}}`},
		{"\x82\xa2hi\x01\x05\x02", `{"5":2,"hi":1}`},
	} {
		if got, want := claimed(t, "<b "+row.p), "msgpack value "+row.want; got != want {
			t.Errorf("%x: got %s, want %s", row.p, got, want)
		}
	}
}

func TestEncodings_CBOR(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ p, want string }{
		{"\xa2\x61a\x01\x61b\x82\x20\xf6", `{"a":1,"b":[-1,null]}`},
		{"\xbf\x62hi\x5f\x41\x01\x41\x02\xff\xff", `{"hi":{"bytes":"0102"}}`},
		{"\xa1\x62hi\xf9\x7e\x00", `{"hi":"NaN"}`},
		{"\xa1\x62hi\xd8\x40\x42\x01\x02", `{"hi":{"bytes":"0102"}}`},
		{"\xa1\x62hi\xc1\x01", `{"hi":"1970-01-01T00:00:01Z"}`},
		{"\xa1\x62hi\xd8\x64\x01", `{"hi":{"tag":100,"value":1}}`},
		{"\xa1\x62hi\x1b\xff\xff\xff\xff\xff\xff\xff\xff", `{"hi":18446744073709551615}`},
		{"\xa2\x62hi\x01\x05\xf5", `{"5":true,"hi":1}`},
		{"\xa1\x62hi\xe0", `{"hi":"simple(0)"}`},
		{"\xd9\xd9\xf7\xa1\x62hi\x01", `{"hi":1}`},
		{"\xa1\x62hi\xc2\x49\x01\x00\x00\x00\x00\x00\x00\x00\x00", `{"hi":"18446744073709551616"}`},
	} {
		if got, want := claimed(t, "<b "+row.p), "cbor value "+row.want; got != want {
			t.Errorf("%x: got %s, want %s", row.p, got, want)
		}
	}
}

// packed compresses p.
func packed(t *testing.T, name, p string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch name {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zlib":
		w = zlib.NewWriter(&b)
	case "zstd":
		z, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		w = z
	case "brotli":
		w = brotli.NewWriter(&b)
	}
	if _, err := io.WriteString(w, p); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEncodings_Compressed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"gzip", "zlib", "zstd", "brotli"} {
		for _, row := range []struct{ plain, want string }{
			{`{"a":[1,2,3]}`, `json {"a":[1,2,3]}`}, {"some words\n", `text "some words\n"`}, {"\x81\xa2hi\x01", `msgpack {"hi":1}`}, {"\xa1\x62hi\x01", `cbor {"hi":1}`},
		} {
			p := packed(t, name, row.plain)
			if got, want := claimed(t, "<b "+p), name+" "+row.want; got != want {
				t.Errorf("%s: got %s, want %s", name, got, want)
			}
			if got := claimed(t, "<b "+p[:len(p)-1]); strings.HasPrefix(got, name) {
				t.Errorf("%s, cut: claimed %s", name, got)
			}
			if got := claimed(t, "<b "+p+"x"); strings.HasPrefix(got, name) {
				t.Errorf("%s, with a byte after it: claimed %s", name, got)
			}
		}
	}
	if got := claimed(t, "<b "+packed(t, "gzip", "\x00\x01\x02\x03\xff")); got != `gzip binary {"bytes":"00010203ff"}` {
		t.Errorf("bytes: %s", got)
	}
}

// What inflates to very much is claimed, but not kept.
func TestEncodings_Bombs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"gzip", "zlib", "zstd"} {
		a := told(t, payload.Opening{}, "<b "+packed(t, name, strings.Repeat("x", 100<<20)))
		if len(a) != 1 || a[0].Args != nil || a[0].Summary != name+" more than 16777216 bytes" {
			t.Errorf("%s: got %.300v", name, a)
		}
	}
}

func TestEncodings_Protobuf(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ p, want string }{
		{pb(1, "hello") + pb(2, 23) + "\x19\x00\x00\x00\x00\x00\x00\xf8\x3f" + pb(9, 1), `{"1":"hello","2":23,"3":1.5,"9":1}`},
		{pb(5, "\x01\x02\x03") + pb(6, pb(1, "a")+pb(2, 1)) + pb(6, pb(1, "b")+pb(2, 2)), `{"5":{"bytes":"010203"},"6":[{"1":"a","2":1},{"1":"b","2":2}]}`},
		{pb(1, "x\xff") + pb(2, "text") + "\x1d\x07\x00\x00\x00", `{"1":{"bytes":"78ff"},"2":"text","3":7}`},
	} {
		a := told(t, payload.Opening{}, "<b "+row.p)
		if len(a) != 1 || a[0].Protocol != "protobuf" || asJSON(a[0].Args) != row.want || a[0].Also["guess"] != true || !strings.HasPrefix(a[0].Summary, "guessed ") {
			t.Errorf("%x: got %+v, want %s", row.p, a, row.want)
		}
	}
}

// Nothing of this is claimed: text, numbers, half of a value, more than one, bytes of chance.
func TestEncodings_AreNotClaimed(t *testing.T) {
	t.Parallel()
	list := []string{
		"plain text in binary", strings.Repeat("\x00", 40), "\x80", "\x90\x90\x90\x90", "\x92\x01\x02", "\x81\xa1a", "\x81\xa2hi\x01\x01", "\x82\xa2hi\x01", "\xa1\x62hi",
		"\xc0\xc0\xc0\xc0", "\x81\xa2h\xff\x01", "\x08\x01", pb(2, "text") + pb(1, "text"), "\x0a\x85\x00hello", "\x03\x04\x03\x04", "\x84\x01\x02\x03\x04", "\xff\xfe\xfd\xfc",
	}
	for i := range 3000 { // bytes that look like encrypted ones
		sum := sha256.Sum256([]byte{byte(i), byte(i >> 8)})
		list = append(list, string(sum[:4+i%29]))
	}
	wrong := 0
	for _, p := range list {
		if got := claimed(t, "<b "+p); got != "" {
			if wrong++; wrong < 10 {
				t.Errorf("%x was claimed: %s", p, got)
			}
		}
	}
	if got := claimed(t, "< \x81\xa2hi\x01"); got != "" {
		t.Errorf("a text message was claimed: %s", got)
	}
}

func TestWithSchema(t *testing.T) {
	t.Parallel()
	row := payload.WithSchema(func(p []byte) (any, string, bool) { return string(p), "pkg.Request", len(p) < 9 }, nil)
	var got []string
	r := payload.NewReader(payload.Opening{}, payload.ReaderOptions{Force: row}, func(_ *payload.Message, apps []payload.App) {
		for i := range apps {
			got = append(got, sayApp(&apps[i])+" "+apps[i].Summary)
		}
	})
	for i, p := range []string{">b x", ">b more than nine", "<b " + pb(1, "hello"), "> x"} {
		m := messageOf(i, p)
		r.Push(&m)
	}
	expect(t, got, `protobuf/message/pkg.Request pkg.Request "x"`, `protobuf/guess guessed {"1":"hello"}`)
	// As what remains where no protocol claims a session, or where its name is given.
	for _, force := range []*payload.Protocol{nil, payload.Find("protobuf")} {
		opt := payload.ReaderOptions{Fallback: row, Force: force}
		plain, _ := said(t, payload.Opening{Token: "none"}, opt, ">b x", "> hello", "<b y", ">b z", "> 1", "> 2", "> 3", "> 4", "> 5")
		expect(t, plain, "1 protobuf/message/pkg.Request", "2 ", "3 ", "4 protobuf/message/pkg.Request", "5 ", "6 ", "7 ", "8 ", "9 ")
	}
	mqtt, _ := said(t, payload.Opening{Token: "mqtt"}, payload.ReaderOptions{Fallback: row}, ">b \xc0\x00")
	expect(t, mqtt, "1 mqtt/PINGREQ~")
}
