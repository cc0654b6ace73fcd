package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/pcaps"
)

// TestHelpJSON_NamesEveryField looks for every key of the JSON of all samples in the text of the contract.
func TestHelpJSON_NamesEveryField(t *testing.T) {
	t.Parallel()
	text, err := topicFiles.ReadFile("help/json.txt")
	if err != nil {
		t.Fatal(err)
	}
	words := regexp.MustCompile(`[a-z_0-9]+`).FindAllString(string(text), -1)
	dir := t.TempDir()
	for _, s := range pcaps.Samples() {
		name := filepath.Join(dir, s.File)
		if err := os.WriteFile(name, s.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"sessions"}, {"messages", "--hash"}, {"frames"}, {"check"}, {"trace"}} {
			out := wspeekRun(append(args, "--json", name)...)
			for line := range strings.Lines(out.out) {
				for _, key := range keysOf(t, line) {
					if !slices.Contains(words, strings.TrimSuffix(key, "_base64")) {
						t.Errorf("%s of %s: %q is not in help json: %s", args[0], s.Name, key, line)
					}
				}
			}
		}
	}
}

// keysOf returns the keys of a line and of the objects in it, except those that are names of reasons and ports, and what a packet carries.
func keysOf(t *testing.T, line string) (keys []string) {
	t.Helper()
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(line), &object); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	for key, value := range object {
		keys = append(keys, key)
		if strings.HasPrefix(string(value), "{") && key != "skipped" && key != "encrypted" && key != "args" {
			keys = append(keys, keysOf(t, string(value))...)
		}
		var list []json.RawMessage
		if key != "args" && json.Unmarshal(value, &list) == nil && len(list) > 0 && strings.HasPrefix(string(list[0]), "{") {
			keys = append(keys, keysOf(t, string(list[0]))...)
		}
	}
	return keys
}

// TestTopics shows every topic, in lines of at most 80 characters.
func TestTopics(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"filter", "json", "exit-status", "apps"} {
		out := wspeekRun("help", name)
		if out.status != 0 || len(out.out) < 200 {
			t.Errorf("help %s: %+v", name, out)
		}
		for line := range strings.Lines(out.out) {
			if len([]rune(strings.TrimSuffix(line, "\n"))) > 80 {
				t.Errorf("help %s: %d characters: %s", name, len([]rune(line)), line)
			}
		}
	}
}
