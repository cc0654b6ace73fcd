package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	wspeek := flag.String("wspeek", "./wspeek", "the program")
	flag.Parse()
	right, total, captures, failed := 0, 0, 0, false
	for _, dir := range flag.Args() {
		names, err := filepath.Glob(filepath.Join(dir, "*.app.json"))
		if err != nil || len(names) == 0 {
			fmt.Fprintln(os.Stderr, "agreeapp: no captures with a truth in", dir)
			os.Exit(2)
		}
		for _, name := range names {
			k, n, differences := capture(*wspeek, strings.TrimSuffix(name, ".app.json"))
			right, total, captures = right+k, total+n, captures+1
			for _, d := range differences {
				fmt.Printf("%s: %s\n", filepath.Base(name), d)
			}
			failed = failed || len(differences) > 0
		}
	}
	fmt.Printf("%d of %d records right in %d captures\n", right, total, captures)
	if failed {
		os.Exit(1)
	}
}

// truth is what applications logged.
type truth struct {
	Sessions []struct {
		Client  string           `json:"client"`
		Records []map[string]any `json:"records"`
	} `json:"sessions"`
}

// capture compares one capture.
func capture(wspeek, stem string) (right, total int, differences []string) {
	var t truth
	b, err := os.ReadFile(stem + ".app.json")
	if err == nil {
		err = json.Unmarshal(b, &t)
	}
	if err != nil {
		return 0, 0, []string{err.Error()}
	}
	said, err := report(wspeek, stem+".pcap")
	if err != nil {
		return 0, 0, []string{err.Error()}
	}
	for _, s := range t.Sessions {
		for _, d := range []struct{ dir, other string }{{"c2s", "s2c"}, {"s2c", "c2s"}} {
			var records []map[string]any
			for _, r := range s.Records {
				if r["dir"] == d.dir {
					records = append(records, r)
				}
			}
			k, missed := direction(records, said[s.Client+d.dir], said[s.Client+d.other])
			right, total = right+k, total+len(records)
			for _, m := range missed {
				differences = append(differences, s.Client+": "+m)
			}
		}
	}
	return right, total, differences
}

// message is a data message as wspeek lists it.
type message struct {
	n    float64
	apps []map[string]any
}

// report are the data messages of a capture by client and direction.
func report(wspeek, file string) (map[string][]message, error) {
	out, err := exec.Command(wspeek, "messages", "--json", file).Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	all := map[string][]message{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var l struct {
			Type, Kind, Client, Dir string
			N                       float64
			App                     json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("%w: %.80s", err, lines.Text())
		}
		if l.Type == "message" && (l.Kind == "text" || l.Kind == "binary") {
			all[l.Client+l.Dir] = append(all[l.Client+l.Dir], message{l.N, packets(l.App)})
		}
	}
	return all, lines.Err()
}

// packets are the packets of app: an object or an array of them.
func packets(app json.RawMessage) (out []map[string]any) {
	if len(app) > 0 && app[0] == '{' {
		app = append(append(json.RawMessage{'['}, app...), ']')
	}
	if json.Unmarshal(app, &out) != nil {
		return nil
	}
	return out
}
