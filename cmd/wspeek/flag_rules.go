package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// need is a flag that means nothing unless one of some others is given.
type need struct {
	flag string
	in   commands
	with []string
	why  string
}

// needs are such flags.
var needs = []need{
	{"raw", inMessages, []string{"session"}, "the payloads of several sessions would run together"},
	{"dir", inMessages, []string{"raw"}, ""},
	{"hash", inTexts, []string{"json"}, ""},
	{"no-payload", inSessions, []string{"json"}, ""},
	{"capture-filter", inMessages | inFrames, []string{"interface"}, "nothing is captured here"},
	{"write", inMessages | inFrames, []string{"interface"}, "to copy packets of a capture: wspeek export FILE -o OUT.pcapng"},
	{"no-promiscuous-mode", inMessages | inFrames, []string{"interface"}, "nothing is captured here"},
	{"snapshot-length", inMessages | inFrames, []string{"interface"}, "nothing is captured here"},
	{"buffer-size", inMessages | inFrames, []string{"interface"}, "nothing is captured here"},
	{"relinquish-privileges", inMessages | inFrames, []string{"interface"}, "nothing is captured here"},
	{"autostop", inMessages | inFrames, []string{"interface"}, "nothing is captured here"},
	{"ring-buffer", inMessages | inFrames, []string{"interface"}, "nothing is captured here"},
	{"ssh", inMessages | inFrames, []string{"interface"}, "nothing is captured here"},
	{"force", inCaptures, []string{"write"}, ""},
	{"embed-keys", inMessages | inFrames, []string{"write"}, "the secrets are written with the packets"},
	{"ring-buffer", inCaptures, []string{"write"}, "it makes several files"},
	{"dir", inExplain, []string{"hex"}, ""},
	{"no-deflate", inExplain, []string{"hex"}, ""},
	{"decode-as", inExplain, []string{"message", "frame", "handshake"}, ""},
	{"deflate", inExplain, []string{"message"}, ""},
	{"tls", inExplain, []string{"message", "frame", "handshake"}, ""},
	{"force", inBuild, []string{"output"}, ""},
	{"quiet", inBuild, []string{"output"}, ""},
	{"json", inBuild, []string{"explain"}, ""},
	{"format", inBuild, []string{"explain"}, ""},
	{"width", inBuild, []string{"explain"}, ""},
	{"ascii", inBuild, []string{"explain"}, ""},
	{"color", inBuild, []string{"explain"}, ""},
	{"tolerance", inDiff, []string{"timing"}, ""},
	{"proto", inTexts &^ inDemo, []string{"proto-type"}, "which of its types are the messages of?"},
	{"proto-desc", inTexts &^ inDemo, []string{"proto-type"}, "which of its types are the messages of?"},
	{"proto-type", inTexts &^ inDemo, []string{"proto", "proto-desc"}, ""},
	{"proto-path", inTexts &^ inDemo, []string{"proto"}, ""},
}

// excludes are flags of which only one can be given.
var excludes = []struct {
	flags []string
	in    commands
	why   string
}{
	{[]string{"proto", "proto-desc"}, inTexts &^ inDemo, ""},
	{[]string{"raw", "json"}, inMessages, ""},
	{[]string{"raw", "hex"}, inMessages, ""},
	{[]string{"raw", "whole"}, inMessages, ""},
	{[]string{"raw", "time"}, inMessages, ""},
	{[]string{"raw", "no-payload"}, inMessages, ""},
	{[]string{"json", "hex"}, inTexts, "JSON has the payload whole"},
	{[]string{"json", "whole"}, inTexts, "JSON has the payload whole"},
	{[]string{"json", "time"}, inTexts | inFrames | inCalls, "JSON has times in UTC"},
	{[]string{"no-payload", "hex"}, inTexts | inExport, ""},
	{[]string{"no-payload", "whole"}, inTexts | inExport | inDiff, ""},
	{[]string{"interface", "read"}, inCaptures, "packets come from an interface or from a file"},
	{[]string{"capture-filter", "read"}, inCaptures, "-f filters in the kernel while capturing; what -r reads is filtered by -Y, or by tcpdump before the pipe"},
	{[]string{"read", "no-promiscuous-mode"}, inCaptures, "what -r reads was captured already"},
	{[]string{"read", "snapshot-length"}, inCaptures, "what -r reads was captured already"},
	{[]string{"read", "buffer-size"}, inCaptures, "what -r reads was captured already"},
	{[]string{"read", "ssh"}, inCaptures, "what -r reads was captured already"},
	{[]string{"message", "frame", "handshake", "hex", "close", "rule"}, inExplain, ""},
	{[]string{"text", "binary", "ping", "pong", "close"}, inBuild, ""},
	{[]string{"explain", "output"}, inBuild, "explain the file with wspeek explain"},
	{[]string{"json", "format"}, inDraws, ""},
	{[]string{"json", "width"}, inDraws, ""},
	{[]string{"json", "ascii"}, inDraws, ""},
	{[]string{"no-redact", "redact-key"}, inExport | inReport, ""},
	{[]string{"embed-keys", "decrypted"}, inExport, "what is in clear needs no keys"},
	{[]string{"json", "format"}, inCheck, ""},
	{[]string{"format", "color"}, inCheck | inLadder, ""},
	{[]string{"format", "count"}, inCheck, "other programs need all of it"},
	{[]string{"format", "width"}, inLadder, ""},
	{[]string{"format", "ascii"}, inLadder, ""},
	{[]string{"json", "side-by-side"}, inDiff, ""},
	{[]string{"json", "brief"}, inDiff, ""},
	{[]string{"json", "context"}, inDiff, ""},
	{[]string{"json", "width"}, inDiff, ""},
	{[]string{"json", "verbose"}, inCalls, "JSON lists the calls already"},
	{[]string{"json", "whole"}, inDiff, ""},
	{[]string{"brief", "side-by-side"}, inDiff, ""},
	{[]string{"brief", "context"}, inDiff, ""},
	{[]string{"brief", "whole"}, inDiff, ""},
	{[]string{"side-by-side", "whole"}, inDiff, ""},
	{[]string{"width", "whole"}, inDiff, ""},
}

// fitTogether refuses flags of a command that exclude each other, or need one that is not given.
func fitTogether(set *pflag.FlagSet, in commands) error {
	for _, x := range excludes {
		given := slices.DeleteFunc(slices.Clone(x.flags), func(n string) bool { return x.in&in == 0 || !set.Changed(n) })
		if len(given) > 1 {
			return run.Troublef("%s exclude each other%s", labels(set, given, " and "), because(x.why))
		}
	}
	for _, n := range needs {
		if n.in&in != 0 && set.Changed(n.flag) && !slices.ContainsFunc(n.with, set.Changed) {
			return run.Troublef("%s goes with %s%s", labelOf(set, n.flag), labels(set, n.with, " or "), because(n.why))
		}
	}
	return nil
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}

// label is how a flag is named in an error: as it is mostly typed.
func label(f *pflag.Flag) string {
	if f.Shorthand != "" {
		return "-" + f.Shorthand
	}
	return "--" + f.Name
}

func labelOf(set *pflag.FlagSet, name string) string { return label(set.Lookup(name)) }

// labels joins the labels of flags.
func labels(set *pflag.FlagSet, names []string, with string) string {
	var out []string
	for _, n := range names {
		out = append(out, labelOf(set, n))
	}
	return strings.Join(out, with)
}
