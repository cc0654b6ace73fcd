package convert_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/cmd/internal/convert"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/filter"
)

const sample = "../../../pcaps/samples/jsonrpc.pcap"

func TestLookup(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, format, out string
		want              string // a name, or what is in the error
	}{
		{"by extension", "", "a.har", "har"}, {"another extension", "", "a.JSONL", "ndjson"}, {"by name", "csv", "a.har", "csv"},
		{"by another name", "md", "-", "markdown"}, {"standard output", "", "-", "say --format"}, {"no extension", "", "a", "no extension"},
		{"pcap", "", "a.pcap", "written as .pcapng"}, {"json", "", "a.json", "may be ndjson or har"}, {"unknown", "", "a.foo", "unknown format .foo"},
	} {
		f, err := convert.Lookup(tt.format, tt.out)
		switch {
		case err != nil:
			if !strings.Contains(err.Error(), tt.want) || run.StatusOf(err) != run.Trouble {
				t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
			}
		case f.Name != tt.want:
			t.Errorf("%s: got %s, want %s", tt.name, f.Name, tt.want)
		}
	}
}

func TestFiles_NothingPasses(t *testing.T) {
	t.Parallel()
	nothing, err := filter.Compile("tcp.port == 1")
	if err != nil {
		t.Fatal(err)
	}
	for _, failEmpty := range []bool{false, true} {
		var out, words bytes.Buffer
		format, _ := convert.Lookup("csv", "-")
		err := convert.Files(t.Context(), run.Streams{In: os.Stdin, Out: &out, Err: &words}, []string{sample},
			&convert.Options{Out: "-", Format: format, Filter: nothing, FailEmpty: failEmpty})
		want := map[bool]int{false: run.Done, true: run.Negative}[failEmpty]
		if run.StatusOf(err) != want || out.Len() > 0 || !strings.Contains(words.String(), "nothing passes -Y") {
			t.Errorf("fail if empty %v: %v, %q, %q", failEmpty, err, &out, &words)
		}
	}
}

func ExampleFiles() {
	format, _ := convert.Lookup("csv", "-")
	var out bytes.Buffer
	err := convert.Files(context.Background(), run.Streams{In: os.Stdin, Out: &out, Err: os.Stderr}, []string{sample},
		&convert.Options{Out: "-", Format: format, Count: 2, Quiet: true, NoPayload: true})
	fmt.Println(strings.Count(out.String(), "\n"), "lines", err)
	// Output: 3 lines <nil>
}
