package stack_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/ws"
)

// TestMutationsOfTLS damages captures under TLS, which are decoded with their keys, and one of HTTP/2.
func TestMutationsOfTLS(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join("..", "..", "pcaps", "truth", "tls", "*.pcap"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%d captures, %v", len(names), err)
	}
	var models []*model
	for _, name := range names {
		models = append(models, generatedModel(t, strings.TrimSuffix(name, ".pcap")))
	}
	c := overHTTP2(t)
	models = append(models, newModelOf(t, "HTTP/2", c.File(), ownTruth(t, c.File()), nil))
	mutateAll(t, models, envNumber("WSPEEK_MUTATIONS", 500))
}

// TestMutationsOfTLSOracle does the same to the captures under TLS and HTTP/2 of ../shared, where that is there.
func TestMutationsOfTLSOracle(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "captures", "tls", "*.truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var models []*model
	for _, name := range names {
		base := strings.TrimSuffix(name, ".truth.json")
		file, err := os.ReadFile(base + ".pcap")
		if err != nil || len(file) > maxShared {
			continue
		}
		text := read(t, name)
		keys, _ := os.ReadFile(base + ".keys") // HTTP/2 in clear has none
		models = append(models, newModelOf(t, filepath.Base(base), file, truthOf(t, text), keys))
	}
	if len(models) == 0 {
		t.Skip("no captures in ../shared")
	}
	mutateAll(t, models, envNumber("WSPEEK_MUTATIONS", 150))
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// generatedModel is the model of a capture that gencap wrote, whose truth has a line for each message.
func generatedModel(t *testing.T, base string) *model {
	t.Helper()
	v := &truth{}
	index := map[string]int{}
	for line := range bytes.Lines(read(t, base+".truth.jsonl")) {
		var m struct {
			Client, Dir, SHA256 string
			Len                 int64
			Opcode              ws.Opcode
		}
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		i, ok := index[m.Client]
		if !ok {
			i, index[m.Client] = len(v.Connections), len(v.Connections)
			v.Connections = append(v.Connections, truthConn{Client: m.Client})
		}
		if !m.Opcode.Control() {
			v.Connections[i].Messages = append(v.Connections[i].Messages, truthMessage{Dir: m.Dir, Type: m.Opcode.String(), Len: m.Len, SHA256: m.SHA256})
		}
	}
	return newModelOf(t, filepath.Base(base), read(t, base+".pcap"), v, read(t, base+".keys"))
}

// ownTruth is what a capture that is whole says itself.
func ownTruth(t *testing.T, file []byte) *truth {
	t.Helper()
	v := &truth{}
	for _, s := range decodeAll(t, file, everything).sessions {
		c := truthConn{Client: s.Client.String()}
		r := decodeAll(t, file, everything)
		for d := ws.C2S; d <= ws.S2C; d++ {
			for _, i := range r.exact(s.N, d, true) {
				c.Messages = append(c.Messages, truthMessage{Dir: d.String(), Type: i.kind, Len: i.len, SHA256: i.sum})
			}
		}
		v.Connections = append(v.Connections, c)
	}
	return v
}
