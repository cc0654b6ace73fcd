package schema_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/wspeek/wspeek/cmd/internal/schema"
	"github.com/wspeek/wspeek/decode/payload"
)

const rowProto = `syntax = "proto3";
package lab.rows;
message Row { int32 id = 1; string name = 2; }
`

const feedProto = `syntax = "proto3";
package lab;
import "rows/row.proto";
import "google/protobuf/timestamp.proto";
enum Mood { GOOD = 0; BAD = 1; }
message Feed {
  string type = 1; sint32 n = 2; double f = 3; repeated rows.Row rows = 4; bytes raw = 5; map<string, int32> counts = 6;
  repeated int32 packed = 7; fixed32 fx = 8; bool t = 9; Mood mood = 10; float x = 11; uint64 big = 12; google.protobuf.Timestamp at = 13;
  repeated Mood moods = 14;
}
message Reply { Feed feed = 1; message Inner { string a = 1; } Inner inner = 2; }
`

// project writes the files to a directory.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func lab(t *testing.T) string {
	t.Helper()
	return project(t, map[string]string{"rows/row.proto": rowProto, "feed.proto": feedProto})
}

// read is what a row says of a binary message from the client, and the JSON of its value.
func read(t *testing.T, row *payload.Protocol, hexed string) (summary, value string) {
	t.Helper()
	p, err := hex.DecodeString(hexed)
	if err != nil {
		t.Fatal(err)
	}
	apps := row.Begin(&payload.Opening{}).Decode(&payload.Message{N: 1, FromClient: true, Kind: payload.Binary, Payload: p}, nil)
	if len(apps) != 1 {
		t.Fatalf("%s: %d packets", hexed, len(apps))
	}
	out, err := json.Marshal(apps[0].Args)
	if err != nil {
		t.Fatal(err)
	}
	return apps[0].Event + " " + apps[0].Name, string(out)
}

func TestLoad(t *testing.T) {
	t.Parallel()
	dir := lab(t)
	for _, o := range []schema.Options{
		{Files: []string{filepath.Join(dir, "feed.proto")}, Types: "c2s=lab.Feed,s2c=lab.Reply"},
		{Files: []string{filepath.Join(dir, "feed.proto")}, Include: []string{dir}, Types: "c2s=.lab.Feed"},
		{Files: []string{filepath.Join(dir, "feed.proto")}, Types: "Feed"},
	} {
		row, err := schema.Load(o)
		if err != nil {
			t.Errorf("%+v: %v", o, err)
			continue
		}
		// What protobufjs wrote (the first two), and the rest of the kinds.
		for _, m := range []struct{ hex, want string }{
			{"0a0568656c6c6f101719000000000000f83f4801", `{"f":1.5,"n":-12,"t":true,"type":"hello"}`},
			{"2a03010203" + "32050a01611001" + "32050a01621002", `{"counts":{"a":1,"b":2},"raw":"AQID"}`},
			{"220808011204" + "65696e73" + "3a040102ac02" + "4507000000", `{"fx":7,"packed":[1,2,300],"rows":[{"id":1,"name":"eins"}]}`},
			{"5001" + "5d" + "cdcccc3d" + "60ffffffffffffffffff01" + "6a020805" + "72020001", `{"at":{"seconds":5},"big":18446744073709551615,"mood":"BAD","moods":["GOOD","BAD"],"x":0.1}`},
			{"5063" + "590000000000000000", `{"(unknown)":"9 bytes of fields that the schema does not have","mood":99}`},
			{"", "{}"},
		} {
			if kind, got := read(t, row, m.hex); got != m.want || kind != "message lab.Feed" {
				t.Errorf("%+v: %s is %s %s, want %s", o, m.hex, kind, got, m.want)
			}
		}
		// A message of another type is guessed.
		if kind, _ := read(t, row, "aa060568656c6c6f"); kind != "guess " {
			t.Errorf("a message that has only unknown fields is %q", kind)
		}
	}
}

func TestLoad_Descriptors(t *testing.T) {
	t.Parallel()
	dir := lab(t)
	c := protocompile.Compiler{Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: []string{dir}})}
	files, err := c.Compile(t.Context(), "google/protobuf/timestamp.proto", "rows/row.proto", "feed.proto")
	if err != nil {
		t.Fatal(err)
	}
	var set descriptorpb.FileDescriptorSet
	for _, f := range files {
		set.File = append(set.File, protodesc.ToFileDescriptorProto(f))
	}
	p, err := proto.Marshal(&set)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "all.pb")
	if err := os.WriteFile(name, p, 0o600); err != nil {
		t.Fatal(err)
	}
	row, err := schema.Load(schema.Options{Descriptors: name, Types: "lab.rows.Row"})
	if err != nil {
		t.Fatal(err)
	}
	if kind, got := read(t, row, "0801"+"1204"+"65696e73"); kind != "message lab.rows.Row" || got != `{"id":1,"name":"eins"}` {
		t.Errorf("got %s %s", kind, got)
	}
}

func TestLoad_Nothing(t *testing.T) {
	t.Parallel()
	if row, err := schema.Load(schema.Options{}); row != nil || err != nil {
		t.Errorf("got %v, %v", row, err)
	}
}

func TestLoad_Errors(t *testing.T) {
	t.Parallel()
	dir := lab(t)
	bad := project(t, map[string]string{
		"bad.proto": "syntax = \"proto3\";\nmessage A { strin a = 1; }\n", "lost.proto": "syntax = \"proto3\";\nimport \"gone.proto\";\n", "x.pb": "no descriptors",
		"two.proto": "syntax = \"proto3\";\nmessage A { message M {} } message B { message M {} }\n",
	})
	feed := []string{filepath.Join(dir, "feed.proto")}
	for _, row := range []struct {
		o    schema.Options
		want string
	}{
		{schema.Options{Files: feed, Types: "c2s=lab.Nothing"}, "there is no message type lab.Nothing; there are: lab.Feed, lab.Reply, lab.Reply.Inner, lab.rows.Row"},
		{schema.Options{Files: feed, Types: "up=lab.Feed"}, `--proto-type "up=lab.Feed" is not`},
		{schema.Options{Files: feed, Types: ""}, `--proto-type "" is not`},
		{schema.Options{Files: []string{filepath.Join(bad, "bad.proto")}, Types: "A"}, "bad.proto:2:13: "},
		{schema.Options{Files: []string{filepath.Join(bad, "lost.proto")}, Types: "A"}, "gone.proto"},
		{schema.Options{Files: []string{filepath.Join(bad, "none.proto")}, Types: "A"}, "none.proto"},
		{schema.Options{Files: []string{filepath.Join(bad, "two.proto")}, Types: "M"}, "several message types are called M: A.M, B.M"},
		{schema.Options{Descriptors: filepath.Join(bad, "x.pb"), Types: "A"}, "not a descriptor set"},
		{schema.Options{Descriptors: filepath.Join(bad, "y.pb"), Types: "A"}, "y.pb"},
	} {
		if _, err := schema.Load(row.o); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%+v: got %v, want %s", row.o, err, row.want)
		}
	}
}
