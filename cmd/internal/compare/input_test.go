package compare_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/cmd/internal/compare"
	"github.com/wspeek/wspeek/cmd/internal/run"
)

const samples = "../../../pcaps/samples/"

func TestInput(t *testing.T) {
	t.Parallel()
	odd := filepath.Join(t.TempDir(), "a#1")
	data, err := os.ReadFile(samples + "jsonrpc.pcap")
	if err == nil {
		err = os.WriteFile(odd, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, input string
		sides       int
		trouble     string
	}{
		{"all sessions", samples + "port-reuse.pcap", 2, ""},
		{"one of them", samples + "port-reuse.pcap#2", 1, ""},
		{"one that is not there", samples + "port-reuse.pcap#9", 0, "there is no session 9: 2 were found"},
		{"numbers start at 1", samples + "port-reuse.pcap#0", 0, "sessions are numbered from 1"},
		{"a file that is called so", odd, 1, ""},
		{"the null device", os.DevNull, 0, ""},
		{"no file", "not-there", 0, "no such file"},
		{"a folder", samples, 0, "is a directory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in, err := compare.New(tt.input, compare.Options{})
			if err == nil {
				err = in.Load(t.Context(), run.Streams{})
			}
			if tt.trouble != "" {
				if run.StatusOf(err) != run.Trouble || !strings.Contains(err.Error(), tt.trouble) {
					t.Errorf("got %v, want %q", err, tt.trouble)
				}
				return
			}
			if err != nil || len(in.Sides) != tt.sides || in.Empty != (tt.input == os.DevNull) {
				t.Errorf("%d sides, empty %v, %v; want %d", len(in.Sides), in.Empty, err, tt.sides)
			}
		})
	}
}

func TestInput_Interrupted(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe() // nothing ever comes
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in, _ := compare.New("-", compare.Options{})
	if err := in.Load(ctx, run.Streams{In: r}); run.StatusOf(err) != run.Interrupted {
		t.Errorf("got %v", err)
	}
}

func Example() {
	in, err := compare.New(samples+"port-reuse.pcap#2", compare.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = in.Load(context.Background(), run.Streams{In: os.Stdin})
	fmt.Println(len(in.Sides), in.Account.Sessions, err)
	// Output: 1 2 <nil>
}
