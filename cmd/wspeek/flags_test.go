package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/filter"
)

// runs is a run of the program: of live in a process of its own, since it drops permissions for good.
func runs(t *testing.T, args ...string) ran {
	t.Helper()
	if args[0] != "live" {
		return wspeekRun(args...)
	}
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "WSPEEK_TEST_MAIN=1")
	var out, words strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &words
	cmd.Run()
	return ran{cmd.ProcessState.ExitCode(), out.String(), words.String()}
}

// commandOf is a command line of each command that needs nothing else.
func commandOf(in commands, file string) []string {
	switch in {
	case inFiles:
		return []string{file}
	case inDemo:
		return []string{"demo"}
	case inLive:
		return []string{"live", "-r", file}
	case inExplain:
		return []string{"explain", file, "-m", "1:3"}
	case inBuild:
		return []string{"build", "--text", "Hello"}
	case inExport:
		return []string{"export", file, "-o", "-", "--format", "ndjson"}
	case inVersion:
		return []string{"version"}
	case inReport:
		return []string{"report", file, "-o", "-"}
	case inDiff:
		return []string{"diff", file, file}
	}
	return []string{namesOf(in)[0], file}
}

// typedWith is a flag with a value that is right.
func typedWith(r *flagRow) []string {
	if r.value == "" {
		return []string{"--" + r.name}
	}
	if r.name == "write" || r.name == "out" || r.name == "output" {
		return []string{"--" + r.name, filepath.Join(os.TempDir(), "wspeek-no-such-folder", "x")}
	}
	v := r.bind(newFlags())
	for _, s := range append(v.choices, "1", "100", "1:1", "duration:1", "tcp.port==1,websocket", "1ms", "37fa213d", "tls.keylog_file:1") {
		if r.bind(newFlags()).set(s) {
			return []string{"--" + r.name, s}
		}
	}
	return nil
}

func TestFlags_EachIsWhole(t *testing.T) {
	t.Parallel()
	for _, c := range commandNames {
		seen := map[string]bool{}
		for i := range flagTable {
			r := &flagTable[i]
			if r.in&c.in == 0 {
				continue
			}
			if seen[r.name] || r.short != "" && seen[r.short] {
				t.Errorf("%s: -%s --%s twice", c.name, r.short, r.name)
			}
			seen[r.name], seen[r.short] = true, true
			if r.help == "" || typedWith(r) == nil || (r.bind(newFlags()).alone == "true") != (r.value == "") {
				t.Errorf("--%s: help %q, a right value %q", r.name, r.help, typedWith(r))
			}
		}
	}
}

// TestFlags_RulesNameFlags: what the tables of rules name is there, in each command that they are for.
func TestFlags_RulesNameFlags(t *testing.T) {
	t.Parallel()
	for _, c := range commandNames {
		has := func(name string) bool {
			return slices.ContainsFunc(flagTable, func(r flagRow) bool { return r.name == name && r.in&c.in != 0 })
		}
		for _, x := range excludes {
			for _, name := range x.flags {
				if x.in&c.in != 0 && !has(name) {
					t.Errorf("%s has no --%s, which excludes another", c.name, name)
				}
			}
		}
		for _, n := range needs {
			for _, name := range append(n.with, n.flag) {
				if n.in&c.in != 0 && !has(name) {
					t.Errorf("%s has no --%s, which needs another or is needed", c.name, name)
				}
			}
		}
	}
}

// TestFlags_ThatDoNotFit: each flag that a command does not have is refused in one sentence, with status 2.
func TestFlags_ThatDoNotFit(t *testing.T) {
	t.Parallel()
	file := putFile(t, "x.pcap", sampleData("jsonrpc"))
	for _, c := range commandNames {
		own := map[string]bool{}
		for i := range flagTable {
			own[flagTable[i].name] = own[flagTable[i].name] || flagTable[i].in&c.in != 0
		}
		for i := range flagTable {
			r := &flagTable[i]
			if own[r.name] {
				continue
			}
			got := runs(t, append(commandOf(c.in, file), typedWith(r)...)...)
			if got.status != run.Trouble || len(got.out) > 0 || strings.Count(got.err, "\n") != 1 || !strings.HasPrefix(got.err, "wspeek: --"+r.name+": ") && !strings.HasPrefix(got.err, "wspeek: --"+r.name+" does not fit wspeek "+c.name) {
				t.Errorf("%s --%s: status %d, %q", c.name, r.name, got.status, got.err)
			}
		}
	}
}

// TestFlags_BadValues: one voice for values that cannot be used.
func TestFlags_BadValues(t *testing.T) {
	t.Parallel()
	file := putFile(t, "x.pcap", sampleData("jsonrpc"))
	for _, c := range commandNames {
		for i := range flagTable {
			r := &flagTable[i]
			v := r.bind(newFlags())
			bad := slices.DeleteFunc([]string{"x", "-7", "0", ""}, func(s string) bool { return v.set(s) })
			if r.in&c.in == 0 || r.value == "" || len(bad) == 0 {
				continue
			}
			for _, s := range bad {
				got := runs(t, append(commandOf(c.in, file), "--"+r.name, s)...)
				want := "wspeek: " + label(&pflag.Flag{Name: r.name, Shorthand: r.short}) + " " + quotedValue(s) + ": want " + v.want + "\n"
				if got.status != run.Trouble || got.err != want {
					t.Errorf("%s --%s %q: status %d, %q; want %q", c.name, r.name, s, got.status, got.err, want)
				}
			}
		}
	}
}

// effects are what shows the effect of a flag, where the flag by itself has none on the sample: other flags that are
// given with it, and another value.
var effects = map[string][]string{
	"hash": {"--json", "--hash"}, "fail-if-empty": {"-Y", "tcp.port == 1", "--fail-if-empty"}, "raw": {"--session", "1", "--raw"},
	"dir": {"--session", "1", "--raw", "--dir", "c2s"}, "session": {"--session", "9"}, "display-filter": {"-Y", "tcp.port == 1"},
	"color": {"--color", "always"}, "count": {"-c", "1"}, "time": {"-t", "e"}, "decode-as": {"-d", "tcp.port==1,websocket"},
	"level": {"--level", "must"}, "fail-on": {"--fail-on", "note"}, "check format": {"--format", "sarif"}, "ladder format": {"--format", "mermaid"}, "width": {"--width", "60"}, "format": {"--format", "markdown"}, "read": {"--read", "not-there.pcap"},
	"fragment": {"--fragment", "3"}, "export hash": {"--hash"}, "explain dir": {"--dir", "c2s"}, "explain hex": {"--hex", "8100"},
	"close": {"--close", "1000"}, "race": {"--race", "9s"}, "frame": {"-F", "1:3"}, "hex": {"-x"}, "fail-if-slower": {"--fail-if-slower", "0"}, "pair": {"--app", "none", "--pair", "none"},
	"app": {"--app", "none"}, "proto": {"--proto-type", "A", "--proto", "not-there.proto"}, "proto-desc": {"--proto-type", "A", "--proto-desc", "not-there.pb"},
	"proto-type": {"--proto", "not-there.proto", "--proto-type", "A"}}

// unseen are flags that are obeyed without a trace in the output of the samples: the sample has handshakes and no
// secrets, no compression, and requests that are answered, is compared with itself, and is over before a second.
var unseen = map[string]bool{
	"decode-as": true, "redact-key": true, "live relinquish-privileges": true, "live history": true, "live autostop": true,
	"diff race": true, "diff strict": true, "diff wire": true, "diff timing": true, "diff tolerance": true, "diff ignore": true,
	"calls no-payload": true, "diff context": true, "diff brief": true, "diff side-by-side": true, "diff whole": true, "diff no-payload": true, "diff width": true,
	"proto-path": true, "max-mb": true, "check app": true, "check deflate": true,
}

// TestFlags_NoneIsIgnored: each flag of a command changes what the command prints, or is refused.
func TestFlags_NoneIsIgnored(t *testing.T) {
	t.Parallel()
	file := putFile(t, "x.pcap", sampleData("broken-rules"))
	sound := putFile(t, "sound.pcap", sampleData("reset")) // no rule of level must is broken
	rpc := putFile(t, "rpc.pcap", sampleData("jsonrpc"))
	several := putFile(t, "several.pcap", sampleData("port-reuse"))
	for _, c := range commandNames {
		base := commandOf(c.in, file)
		switch c.in {
		case inSessions:
			base[1] = several
		case inCheck:
			base[1] = sound
		case inCalls:
			base[1] = rpc
		}
		for i := range flagTable {
			r := &flagTable[i]
			if r.in&c.in == 0 || r.hidden || unseen[c.name+" "+r.name] || unseen[r.name] {
				continue
			}
			args := effects[c.name+" "+r.name]
			if args == nil {
				args = effects[r.name]
			}
			if args == nil {
				args = typedWith(r)
			}
			base := base
			if strings.HasSuffix(r.name, "app") {
				base = commandOf(c.in, rpc)
			}
			own := 1
			if r.value != "" {
				own = 2
			}
			with := runs(t, slices.Concat(base, args)...)
			without := runs(t, slices.Concat(base, args[:len(args)-own])...)
			if with.out == without.out && with.err == without.err && with.status == without.status {
				t.Errorf("%s %s changes nothing:\n%s", c.name, strings.Join(args, " "), with.err)
			}
		}
	}
}

// TestFlags_Habits: each habit of another tool is answered with what serves, which is there.
func TestFlags_Habits(t *testing.T) {
	t.Parallel()
	file := putFile(t, "x.pcap", sampleData("jsonrpc"))
	flagIn := regexp.MustCompile(`(?:^|[ ;(])(--?[A-Za-z][-a-z]*)`)
	for _, h := range habits {
		for _, c := range commandNames {
			own := slices.ContainsFunc(flagTable, func(r flagRow) bool {
				return r.in&c.in != 0 && (h.typed == "-"+r.short || strings.HasPrefix(h.typed, "-t") && r.short == "t")
			})
			if h.in != 0 && h.in&c.in == 0 || own != strings.HasPrefix(h.typed, "-t") || habitOf(h.typed, c.in).answer != h.answer {
				continue
			}
			got := runs(t, append(commandOf(c.in, file), h.typed, "x")...)
			if want := "wspeek: " + h.typed + ": " + h.answer + "\n"; got.status != run.Trouble || got.err != want {
				t.Errorf("%s %s: status %d, %q; want %q", c.name, h.typed, got.status, got.err, want)
			}
		}
		for _, m := range flagIn.FindAllStringSubmatch(h.answer, -1) {
			if m[1] != "-C" && ownersOf(m[1]) == 0 && m[1] != "--keylog" {
				t.Errorf("%s: the answer names %s, which no command has", h.typed, m[1])
			}
		}
	}
}

func TestFlags_CaptureFilterForAFile(t *testing.T) {
	t.Parallel()
	file := putFile(t, "x.pcap", sampleData("jsonrpc"))
	for _, tt := range []struct{ name, expr, display string }{
		{"port", "port 80", "tcp.port == 80"}, {"port of TCP", "tcp port 80", "tcp.port == 80"},
		{"host", "host 127.0.0.1", "ip.addr == 127.0.0.1"}, {"source", "src host 127.0.0.1", "ip.src == 127.0.0.1"},
		{"more than that", "tcp and port 80", ""},
	} {
		for _, command := range [][]string{nil, {"messages"}, {"sessions"}} {
			got := runs(t, slices.Concat(command, []string{"-r", file}, strings.Fields(tt.expr))...)
			if got.status != run.Trouble || !strings.Contains(got.err, "-Y '"+tt.display) && tt.display != "" || !strings.HasPrefix(got.err, "wspeek: "+tt.expr+": a capture filter") {
				t.Errorf("%s: status %d, %q", tt.name, got.status, got.err)
			}
		}
		if tt.display == "" {
			continue
		}
		if _, err := filter.Compile(tt.display); err != nil {
			t.Errorf("%s: %v", tt.display, err)
		}
	}
}

// TestFlags_HarmlessHabits: -n, -nn, -l and -U change nothing wherever packets are read.
func TestFlags_HarmlessHabits(t *testing.T) {
	t.Parallel()
	file := putFile(t, "x.pcap", sampleData("jsonrpc"))
	for _, c := range commandNames {
		flags := []string{"-n", "-nn", "-l", "-U"}
		switch c.in {
		case inBuild, inVersion:
			continue
		case inDiff:
			flags = flags[:3] // -U is its own
		}
		want := runs(t, commandOf(c.in, file)...)
		got := runs(t, append(commandOf(c.in, file), flags...)...)
		if got.out != want.out || got.status != want.status {
			t.Errorf("%s %v: status %d, %q", c.name, flags, got.status, got.err)
		}
	}
}

func TestCommands_Misspelt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	there := filepath.Join(dir, "mesages")
	if err := os.WriteFile(there, sampleData("jsonrpc"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, words string
		args        []string
	}{
		{"a command", "wspeek: mesages: there is no such file or command; did you mean wspeek messages?\n", []string{"mesages", "x.pcap"}},
		{"nothing near", "wspeek: xyzzy: no such file or directory\n", []string{"xyzzy"}},
		{"a path", "wspeek: ./mesages: no such file or directory\n", []string{"./mesages"}},
		{"help", "wspeek: help nosuch: there is no such command or topic\n", []string{"help", "nosuch"}},
		{"help of one near", "wspeek: help mesages: there is no such command or topic; did you mean messages?\n", []string{"help", "mesages"}},
		{"a flag", "wspeek: --sesion: there is no such flag; did you mean --session?\n", []string{"messages", "--sesion", "1", "x.pcap"}},
		{"words after demo", "wspeek: demo takes no arguments: x\n", []string{"demo", "x"}},
		{"a capture for live", "wspeek: live: chat.pcap is a capture file: wspeek chat.pcap opens it, wspeek live -r chat.pcap reads it as it grows\n", []string{"live", "chat.pcap"}},
	} {
		if got := runs(t, tt.args...); got.status != run.Trouble || got.err != tt.words {
			t.Errorf("%s: status %d, %q; want %q", tt.name, got.status, got.err, tt.words)
		}
	}
	if got := wspeekRun(there); got.status != run.Done || !strings.Contains(got.out, "session 1") {
		t.Errorf("a file that is called so: %q", got.err)
	}
}

// TestHelp_IsText: every help can be printed, and has no control characters.
func TestHelp_IsText(t *testing.T) {
	t.Parallel()
	root := newRoot(run.Streams{In: os.Stdin, Out: io.Discard, Err: io.Discard})
	for _, c := range root.Commands() {
		got := wspeekRun("help", c.Name())
		if c.Name() == "help" {
			continue
		}
		if got.status != run.Done || got.out == "" || strings.ContainsFunc(got.out, func(r rune) bool { return r < ' ' && r != '\n' }) {
			t.Errorf("help %s: status %d, %q", c.Name(), got.status, got.out)
		}
		words := strings.ReplaceAll(got.out, "there is no ", "")
		for _, stiff := range []string{" told", "anew", "behind", "forgotten", "given up", "the begin", "is no ", "where there", "somebody"} {
			if strings.Contains(words, stiff) {
				t.Errorf("help %s: %q is not plain English", c.Name(), stiff)
			}
		}
		if c.Short == "" {
			t.Errorf("%s says nothing of itself", c.Name())
		}
	}
}
