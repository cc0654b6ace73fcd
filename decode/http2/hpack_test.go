package http2

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"
	"pgregory.net/rapid"
)

func decodeHex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func text(fields []Field) string {
	var out []string
	for _, f := range fields {
		name := f.Name
		if f.Unknown {
			name = "?" + name
		}
		out = append(out, name+": "+f.Value)
	}
	return strings.Join(out, "; ")
}

// TestHPACKExamples are the requests with Huffman code of RFC 7541 appendix C.4, then a response of C.6.
func TestHPACKExamples(t *testing.T) {
	t.Parallel()
	tab := newTable(64 << 10)
	for _, row := range []struct{ block, want string }{
		{"8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", ":method: GET; :scheme: http; :path: /; :authority: www.example.com"},
		{"8286 84be 5886 a8eb 1064 9cbf", ":method: GET; :scheme: http; :path: /; :authority: www.example.com; cache-control: no-cache"},
		{"8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
			":method: GET; :scheme: https; :path: /index.html; :authority: www.example.com; custom-key: custom-value"},
	} {
		l := fieldList{room: 1 << 20}
		if err := tab.decode(decodeHex(t, row.block), &l); err != nil || text(l.fields) != row.want {
			t.Errorf("%s:\n got  %s, %v\n want %s", row.block, text(l.fields), err, row.want)
		}
	}
	if tab.size != 164 || tab.len() != 3 {
		t.Errorf("table of %d bytes in %d entries, want 164 in 3", tab.size, tab.len())
	}
}

func TestHPACKErrors(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, block string
		err         error
	}{
		{"index 0", "80", errHPACKIndex}, {"index beyond the tables", "be", errHPACKIndex}, {"name beyond the tables", "7f00 0161", errHPACKIndex},
		{"integer without end", "ff80 8080 8080 8080", errHPACKInteger}, {"integer cut", "ff80", errHPACKShort},
		{"name cut", "4005 6162", errHPACKShort}, {"no value", "4001 61", errHPACKShort}, {"no name", "40", errHPACKShort},
		{"not Huffman code", "4001 6184 ffff ffff", errHPACKHuffman}, {"size update cut", "3f", errHPACKShort},
	} {
		tab := newTable(4096)
		if err := tab.decode(decodeHex(t, row.block), &fieldList{room: 1 << 20}); !errors.Is(err, row.err) || !tab.lost {
			t.Errorf("%s: %v, lost %v, want %v", row.name, err, tab.lost, row.err)
		}
	}
}

// TestHPACKSizes: size updates and evictions agree with hpack's own decoder; with entries lost, what is known is right.
func TestHPACKOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var block bytes.Buffer
		enc := hpack.NewEncoder(&block)
		whole, lossy := newTable(64<<10), newTable(64<<10)
		small := newTable(rapid.SampledFrom([]int{64, 200, 1000}).Draw(t, "bound"))
		for i := range rapid.IntRange(1, 12).Draw(t, "blocks") {
			block.Reset()
			if rapid.IntRange(0, 4).Draw(t, "resize") == 0 {
				enc.SetMaxDynamicTableSize(rapid.SampledFrom([]uint32{0, 100, 300, 4096}).Draw(t, "size"))
			}
			var want []string
			for range rapid.IntRange(0, 6).Draw(t, "fields") {
				f := hpack.HeaderField{Name: rapid.SampledFrom([]string{":path", "cookie", "a", "b", "long-name-of-a-field"}).Draw(t, "name"),
					Value: rapid.SampledFrom([]string{"", "/", "x", "y", strings.Repeat("z", 90)}).Draw(t, "value"), Sensitive: rapid.IntRange(0, 5).Draw(t, "never") == 0}
				must(enc.WriteField(f))
				want = append(want, f.Name+": "+f.Value)
			}
			decodeAll(t, &whole, block.Bytes(), want, true)
			decodeAll(t, &small, block.Bytes(), want, false)
			if rapid.IntRange(0, 3).Draw(t, "lose") == 0 {
				lossy.lose()
				continue
			}
			if i > 0 {
				decodeAll(t, &lossy, block.Bytes(), want, false)
			} else {
				lossy.lose()
			}
		}
	})
}

// decodeAll checks that each field is right, or, unless exact, unknown in part.
func decodeAll(t *rapid.T, tab *table, block []byte, want []string, exact bool) {
	l := fieldList{room: 1 << 20}
	if err := tab.decode(block, &l); err != nil {
		t.Fatalf("block %x: %v", block, err)
	}
	if len(l.fields) != len(want) {
		t.Fatalf("%d fields, want %d", len(l.fields), len(want))
	}
	for i, f := range l.fields {
		name, value, _ := strings.Cut(want[i], ": ")
		switch {
		case f.Name == name && f.Value == value && !f.Unknown:
		case exact || !f.Unknown || f.Name != "" || f.Value != "" && f.Value != value:
			t.Fatalf("field %d is %s, want %s", i, fmt.Sprintf("%+v", f), want[i])
		}
	}
}

func TestStaticTable(t *testing.T) {
	t.Parallel()
	for i, want := range map[int]string{1: ":authority ", 2: ":method GET", 8: ":status 200", 16: "accept-encoding gzip, deflate", 61: "www-authenticate "} {
		if e := staticTable[i]; e.name+" "+e.value != want {
			t.Errorf("index %d is %+v, want %s", i, e, want)
		}
	}
}
