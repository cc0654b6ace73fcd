package main

import (
	"slices"

	"github.com/wspeek/wspeek/decode/explain"
	"github.com/wspeek/wspeek/decode/ladder"
)

// commands is a set of commands.
type commands uint32

const (
	inFiles commands = 1 << iota // wspeek FILE..., without a command
	inMessages
	inFrames
	inSessions
	inCheck
	inLadder
	inDemo
	inLive
	inExplain
	inBuild
	inExport
	inDiff
	inTrace
	inCalls
	inReport
	inVersion
)

const (
	// inLists are those that list, or show what they list on the screen.
	inLists = inFiles | inMessages | inFrames | inSessions | inCheck | inDemo | inLive
	// inTexts are those that show messages with their payloads.
	inTexts = inFiles | inMessages | inDemo | inLive
	// inCaptures are those that can capture.
	inCaptures = inLive | inMessages | inFrames
	// inReads are those that read packets from files.
	inReads = inLists&^inDemo | inLadder | inExplain | inExport | inDiff | inTrace | inCalls | inReport
	// inDraws are those that draw explanations.
	inDraws = inExplain | inBuild
)

// commandNames are the commands by name, in the order of the help.
var commandNames = []struct {
	name string
	in   commands
}{
	{"FILE", inFiles}, {"messages", inMessages}, {"frames", inFrames}, {"sessions", inSessions}, {"check", inCheck},
	{"calls", inCalls}, {"ladder", inLadder}, {"demo", inDemo}, {"live", inLive}, {"explain", inExplain}, {"build", inBuild},
	{"export", inExport}, {"report", inReport}, {"diff", inDiff}, {"trace", inTrace}, {"version", inVersion},
}

// flagRow is one flag of the commands in.
type flagRow struct {
	name, short string
	// value stands for the value in the help, empty for a switch; help says in a sentence what the flag does.
	value, help string
	in          commands
	// bind is where the value goes.
	bind func(*flags) *value
	// textOnly says that a listing can obey the flag, and the screen cannot.
	textOnly bool
	// hidden rows are accepted and not shown: habits that change nothing.
	hidden bool
	// complete, if it is not nil, gives what a shell may complete the typed value to.
	complete func(typed string) []string
}

// flagTable has a row for each flag. A command registers only its own rows.
var flagTable = slices.Concat(inputFlags, viewFlags, liveFlagRows, explainFlagRows, exportFlagRows, diffFlagRows, callsFlagRows)

var inputFlags = []flagRow{
	{name: "read", short: "r", value: "FILE", in: inReads, help: "read FILE (- is standard input), like the arguments",
		bind: func(f *flags) *value { return texts(&f.read, "the name of a file") }},
	{name: "decode-as", short: "d", value: "RULE", in: inReads, help: "treat a port as WebSocket if the handshake is missing: tcp.port==N,websocket",
		bind: func(f *flags) *value { return decodeAs(&f.ports) }},
	{name: "display-filter", short: "Y", value: "EXPR", in: inLists | inLadder | inExport | inCalls, help: "show only what passes the display filter EXPR (see: wspeek help filter)",
		bind: func(f *flags) *value { return text(&f.display) }, complete: filterCompletions},
	{name: "session", value: "N", in: inLists | inLadder | inDiff | inTrace | inCalls, help: "only session N",
		bind: func(f *flags) *value { return positive(&f.session) }},
	{name: "keylog", value: "FILE", in: inReads, help: "decrypt TLS with the key log FILE (again for several; else SSLKEYLOGFILE; see: wspeek help tls)",
		bind: func(f *flags) *value { return texts(&f.keys.Logs, "the name of a file") }},
	{name: "tls-key", value: "FILE", in: inReads, help: "decrypt TLS with the RSA private keys in FILE (PEM), for RSA key exchange",
		bind: func(f *flags) *value { return texts(&f.keys.Private, "the name of a file") }},
	{name: "embed-keys", in: inExport | inCaptures | inFiles, help: "write the TLS secrets of the connections that are written (-w, :w, export as pcapng), and no others, into the file, so that it can be read alone",
		bind: func(f *flags) *value { return yes(&f.embedKeys) }},
	{name: "option", short: "o", value: "NAME:FILE", in: inReads &^ (inExport | inReport), hidden: true, help: "tshark's tls.keylog_file:FILE",
		bind: func(f *flags) *value { return preference(&f.keys.Logs) }},
	{name: "no-names", short: "n", in: inReads | inDemo, hidden: true, help: "names are never looked up", bind: ignored},
	{name: "line-buffered", short: "l", in: inReads | inDemo, hidden: true, help: "lines are written at once", bind: ignored},
	{name: "packet-buffered", short: "U", in: (inReads | inDemo) &^ inDiff, hidden: true, help: "packets are written at once", bind: ignored},
}

var viewFlags = []flagRow{
	{name: "count", short: "c", value: "N", in: inLists | inLadder | inExport | inTrace | inCalls, textOnly: true, help: "stop after N lines",
		bind: func(f *flags) *value { return positive(&f.count) }},
	{name: "json", in: inLists | inDraws | inDiff | inTrace | inCalls | inVersion, textOnly: true, help: "one JSON object a line",
		bind: func(f *flags) *value { return yes(&f.json) }},
	{name: "no-payload", in: inTexts | inSessions | inLadder | inExport | inReport | inDiff | inCalls, textOnly: true, help: "leave payloads out",
		bind: func(f *flags) *value { return yes(&f.noPayload) }},
	{name: "hash", in: inTexts, textOnly: true, help: "with --json: add the SHA-256 of each message",
		bind: func(f *flags) *value { return yes(&f.hash) }},
	{name: "whole", short: "V", in: inTexts | inExport | inDiff, textOnly: true, help: "whole payloads, uncut",
		bind: func(f *flags) *value { return yes(&f.whole) }},
	{name: "hex", short: "x", in: inTexts | inExport, textOnly: true, help: "a hex dump below each message",
		bind: func(f *flags) *value { return yes(&f.hex) }},
	{name: "time", short: "t", value: "FORM", in: inTexts | inFrames | inExport | inCalls, help: "time of a line: a of day, ad with date, d since the previous line, r since the first packet, e epoch, u UTC",
		bind: func(f *flags) *value { return oneOf(&f.clock, "a", "ad", "d", "r", "e", "u") }},
	{name: "color", value: "WHEN", in: inLists | inLadder | inDraws | inDiff | inCalls, help: "colour: auto, always or never (NO_COLOR is honoured)",
		bind: func(f *flags) *value { return oneOf(&f.color, "auto", "always", "never") }},
	{name: "quiet", short: "q", in: inLists | inLadder | inBuild | inExport | inReport | inDiff | inTrace | inCalls, textOnly: true, help: "no account at the end",
		bind: func(f *flags) *value { return yes(&f.quiet) }},
	{name: "verbose", short: "v", in: inLists | inLadder, textOnly: true, help: "print details to standard error",
		bind: func(f *flags) *value { return yes(&f.verbose) }},
	{name: "fail-if-empty", in: inLists&^inDemo | inExport | inCalls, textOnly: true, help: "exit 1 if nothing was listed",
		bind: func(f *flags) *value { return yes(&f.failEmpty) }},
	{name: "raw", in: inMessages, help: "write the payloads of data messages as they are (needs --session)",
		bind: func(f *flags) *value { return yes(&f.raw) }},
	{name: "dir", value: "DIR", in: inMessages, help: "with --raw: one direction only, c2s or s2c",
		bind: func(f *flags) *value { return oneOf(&f.dir, "c2s", "s2c") }},
	{name: "app", value: "NAME", in: inTexts | inCalls | inExport | inCheck, help: "what messages say: take the protocol NAME for that of all sessions; none decodes nothing; any is needed with --no-payload only (see: wspeek help apps)",
		bind: func(f *flags) *value { return protocol(&f.app) }, textOnly: true},
	{name: "no-app", in: inTexts | inExport, help: "do not decode what messages say, and show them as they are", textOnly: true,
		bind: func(f *flags) *value { return noApp(&f.app) }},
	{name: "proto", value: "FILE", in: inTexts &^ inDemo, help: "messages that no protocol claims are Protobuf: compile FILE.proto (needs --proto-type)", textOnly: true,
		bind: func(f *flags) *value { return texts(&f.proto.Files, "the name of a .proto file") }},
	{name: "proto-path", short: "I", value: "DIR", in: inTexts &^ inDemo, help: "with --proto: look for it and for what it imports in DIR", textOnly: true,
		bind: func(f *flags) *value { return texts(&f.proto.Include, "the name of a directory") }},
	{name: "proto-desc", value: "FILE", in: inTexts &^ inDemo, help: "instead of --proto: a file that protoc --include_imports --descriptor_set_out=FILE wrote", textOnly: true,
		bind: func(f *flags) *value { return nonEmpty(&f.proto.Descriptors, "the name of a file") }},
	{name: "proto-type", value: "TYPES", in: inTexts &^ inDemo, help: "with --proto: the types of messages, c2s=pkg.A,s2c=pkg.B or one for both directions", textOnly: true,
		bind: func(f *flags) *value { return nonEmpty(&f.proto.Types, "c2s=pkg.A,s2c=pkg.B or the name of one type") }},
	{name: "level", value: "LEVEL", in: inCheck, help: "list findings of LEVEL and stronger only, and exit 1 if there are any: must, should or note",
		bind: func(f *flags) *value { return oneOf(&f.level, levels...) }},
	{name: "fail-on", value: "LEVEL", in: inCheck, help: "exit 1 if there is a finding of LEVEL or stronger (default: that of --level, else must)",
		bind: func(f *flags) *value { return oneOf(&f.failOn, levels...) }},
	{name: "format", value: "FORM", in: inCheck, help: "text, json, sarif (2.1.0) or junit",
		bind: func(f *flags) *value { return checkForm(f) }},
	{name: "format", value: "FORM", in: inLadder, help: "text, or mermaid: a sequence diagram for wikis and trackers",
		bind: func(f *flags) *value { return oneOf(&f.form, "text", "mermaid") }},
	{name: "deflate", in: inCheck | inExplain, help: "look into compressed messages: literals and copies, how far back they reach, what a smaller window would cost, fields that never compress",
		bind: func(f *flags) *value { return yes(&f.deflate) }},
	{name: "frames", in: inLadder, help: "an arrow a frame", bind: func(f *flags) *value { return yes(&f.ladder.frames) }},
	{name: "tcp", in: inLadder, help: "TCP too: SYN, FIN, RST, retransmissions, windows that close",
		bind: func(f *flags) *value { return yes(&f.ladder.tcp) }},
	{name: "tls", in: inLadder | inExplain, help: "TLS too: its handshake and alerts; explain: the records that carried a message, byte by byte",
		bind: func(f *flags) *value { return yes(&f.tls) }},
	{name: "ascii", in: inLadder | inDraws, help: "draw with ASCII only", bind: func(f *flags) *value { return yes(&f.draw.ascii) }},
	{name: "width", value: "N", in: inLadder, help: "draw N columns wide, 60 to 200 (default: the terminal's width, else 80)",
		bind: func(f *flags) *value { return integer(&f.draw.width, ladder.MinWidth, ladder.MaxWidth, "60 to 200") }},
}

var liveFlagRows = []flagRow{
	{name: "interface", short: "i", value: "IF", in: inCaptures, help: "capture on interface IF (again for several; any is all)",
		bind: func(f *flags) *value { return texts(&f.live.interfaces, "the name of an interface") }, complete: interfaceNames},
	{name: "capture-filter", short: "f", value: "EXPR", in: inCaptures, help: "capture only what matches EXPR, in tcpdump's syntax",
		bind: func(f *flags) *value { return text(&f.live.filter) }},
	{name: "write", short: "w", value: "FILE", in: inCaptures, help: "keep the captured packets in FILE (pcapng)",
		bind: func(f *flags) *value { return nonEmpty(&f.live.write, "the name of a file") }},
	{name: "force", in: inCaptures, help: "with -w: replace FILE if it exists", bind: func(f *flags) *value { return yes(&f.live.force) }},
	{name: "list-interfaces", short: "D", in: inCaptures, help: "list the interfaces, with addresses and state",
		bind: func(f *flags) *value { return yes(&f.live.list) }},
	{name: "no-promiscuous-mode", short: "p", in: inCaptures, help: "do not put the interfaces into promiscuous mode",
		bind: func(f *flags) *value { return yes(&f.live.noPromisc) }},
	{name: "snapshot-length", short: "s", value: "N", in: inCaptures, help: "keep N bytes of each packet (0: whole packets)",
		bind: func(f *flags) *value {
			return integer(&f.live.snaplen, 0, maxSnaplen, "a number of bytes, 0 for whole packets")
		}},
	{name: "buffer-size", short: "B", value: "KiB", in: inCaptures, help: "the kernel's buffer for each interface in KiB (default 32768)",
		bind: func(f *flags) *value { return integer(&f.live.buffer, 1, maxBuffer, "KiB from 1 to 2097152 (2 GiB)") }},
	{name: "relinquish-privileges", short: "Z", value: "USER", in: inCaptures, help: "if started as root: become USER before the first packet is read (default: the user who called sudo, else nobody)",
		bind: func(f *flags) *value { return nonEmpty(&f.live.user, "the name of a user") }},
	{name: "autostop", short: "a", value: "WHEN", in: inCaptures, help: "stop after duration:SECONDS or at filesize:KB of -w",
		bind: func(f *flags) *value { return f.live.stop.value() }},
	{name: "ring-buffer", short: "b", value: "WHEN", in: inCaptures, help: "with -w, start the next file at filesize:KB or duration:SECONDS, and keep files:N of them",
		bind: func(f *flags) *value { return f.live.ring.value() }},
	{name: "ssh", in: inCaptures, help: "include your own SSH connection", bind: func(f *flags) *value { return yes(&f.live.ssh) }},
	{name: "history", value: "MB", in: inLive, help: "on the screen: keep the newest MB of messages in memory (0: all)",
		bind: func(f *flags) *value { return integer(&f.live.history, 0, 1<<20, "MB from 0 (all) to 1048576") }},
	{name: "packets", value: "MB", in: inLive, help: "on the screen: keep the newest MB of packets in temporary files, for :w (0: none)",
		bind: func(f *flags) *value { return integer(&f.live.packets, 0, mostPackets, "MB from 0 (none) to 1000000") }},
}

var explainFlagRows = []flagRow{
	{name: "message", short: "m", value: "SESSION:N", in: inExplain, help: "message N of a session, with its frames",
		bind: func(f *flags) *value { return pair(&f.explain.want.session, &f.explain.want.message) }},
	{name: "frame", short: "F", value: "SESSION:N", in: inExplain, help: "frame N of a session",
		bind: func(f *flags) *value { return pair(&f.explain.want.session, &f.explain.want.frame) }},
	{name: "hex", value: "HEX", in: inExplain, help: "frames given in HEX; - reads them from standard input",
		bind: func(f *flags) *value { return text(&f.explain.hex) }},
	{name: "dir", value: "DIR", in: inExplain, help: "with --hex: which side sent them, c2s or s2c (by default the MASK bit decides)",
		bind: func(f *flags) *value { return oneOf(&f.explain.dir, "c2s", "s2c") }},
	{name: "no-deflate", in: inExplain, help: "with --hex: permessage-deflate was not negotiated, whatever RSV1 says",
		bind: func(f *flags) *value { return yes(&f.explain.plain) }},
	{name: "handshake", value: "N", in: inExplain, help: "the opening handshake of session N",
		bind: func(f *flags) *value { return positive(&f.explain.want.session) }},
	{name: "close", value: "CODE", in: inExplain, help: "a close code",
		bind: func(f *flags) *value { return integer(&f.explain.close, 0, 65535, "a close code, 0 to 65535") }},
	{name: "rule", value: "ID", in: inExplain, help: "the rule ID; all explains all",
		bind: func(f *flags) *value { return text(&f.explain.rule) }, complete: func(string) []string { return append(explain.RuleIDs(), "all") }},
	{name: "text", value: "TEXT", in: inBuild, help: "a text message", bind: func(f *flags) *value { return text(&f.build.text) }},
	{name: "binary", value: "HEX", in: inBuild, help: "a binary message, in HEX", bind: func(f *flags) *value { return text(&f.build.binary) }},
	{name: "ping", value: "TEXT", in: inBuild, help: "a ping with a payload, which may be empty (--ping=TEXT)",
		bind: func(f *flags) *value { return optional(&f.build.ping) }},
	{name: "pong", value: "TEXT", in: inBuild, help: "a pong (--pong=TEXT)",
		bind: func(f *flags) *value { return optional(&f.build.pong) }},
	{name: "close", value: "CODE", in: inBuild, help: "a Close frame with CODE (0 for none), and a reason after it",
		bind: func(f *flags) *value { return integer(&f.build.close, 0, 65535, "a close code, 0 to 65535") }},
	{name: "mask", value: "KEY", in: inBuild, help: "masking key, 8 hex digits: the frames are a client's",
		bind: func(f *flags) *value { return maskingKey(&f.build.key) }},
	{name: "fragment", value: "N", in: inBuild, help: "cut the message into N frames",
		bind: func(f *flags) *value { return integer(&f.build.fragment, 1, 10000, "1 to 10000") }},
	{name: "deflate", in: inBuild, help: "compress the message (permessage-deflate)", bind: func(f *flags) *value { return yes(&f.build.deflate) }},
	{name: "break", value: "WHAT", in: inBuild, help: "break the rule WHAT; list lists them",
		bind: func(f *flags) *value { return text(&f.build.brk) }, complete: breakNames},
	{name: "output", short: "o", value: "FILE", in: inBuild, help: "write a capture FILE (pcap) with the handshake; - is standard output",
		bind: func(f *flags) *value { return nonEmpty(&f.build.out, "the name of a file, or -") }},
	{name: "force", in: inBuild, help: "with -o: replace the file if it exists", bind: func(f *flags) *value { return yes(&f.build.force) }},
	{name: "explain", in: inBuild, help: "explain the frames", bind: func(f *flags) *value { return yes(&f.build.explain) }},
	{name: "format", value: "FORM", in: inDraws, help: "text, json or markdown",
		bind: func(f *flags) *value { return oneOf(&f.draw.format, "text", "json", "markdown") }},
	{name: "width", value: "N", in: inDraws, help: "N columns of text, 60 or more (default: the terminal's width, else 80)",
		bind: func(f *flags) *value { return integer(&f.draw.width, explain.MinWidth, 1<<20, "60 or more") }},
}

var exportFlagRows = []flagRow{
	{name: "out", short: "o", value: "OUT", in: inExport | inReport, help: "write to OUT; - is standard output",
		bind: func(f *flags) *value { return nonEmpty(&f.export.out, "the name of a file, or -") }},
	{name: "format", value: "FORMAT", in: inExport, help: "har, ndjson, csv, markdown, pcapng or raw (default: by the extension of OUT)",
		bind: func(f *flags) *value { return formatValue(&f.export.format) }},
	{name: "session", value: "N", in: inExport | inReport, help: "only session N; several as N,M or by giving it again",
		bind: func(f *flags) *value { return positives(&f.export.sessions) }},
	{name: "control", in: inExport, help: "har, raw: control frames too", bind: func(f *flags) *value { return yes(&f.export.control) }},
	{name: "no-redact", in: inExport | inReport, help: "leave secrets in", bind: func(f *flags) *value { return yes(&f.export.noRedact) }},
	{name: "decrypted", in: inExport, help: "pcapng: write what is under TLS as TCP in clear, for programs that have no keys",
		bind: func(f *flags) *value { return yes(&f.export.decrypted) }},
	{name: "redact-key", value: "KEY", in: inExport | inReport, help: "derive marks from KEY so that they repeat between runs (whoever has KEY can test guesses)",
		bind: func(f *flags) *value { return nonEmpty(&f.export.redactKey, "a key that is not empty") }},
	{name: "hash", in: inExport, help: "ndjson: add the SHA-256 of each message", bind: func(f *flags) *value { return yes(&f.hash) }},
	{name: "csv-exact", in: inExport, help: "csv: no ' before what looks like a formula", bind: func(f *flags) *value { return yes(&f.export.csvExact) }},
	{name: "max-mb", value: "MB", in: inReport, help: "how many megabytes the page has at most (default 20)",
		bind: func(f *flags) *value { return integer(&f.export.maxMB, 1, 1000, "MB from 1 to 1000") }},
	{name: "force", in: inExport | inReport, help: "replace OUT if it exists", bind: func(f *flags) *value { return yes(&f.export.force) }},
}

var diffFlagRows = []flagRow{
	{name: "ignore", value: "RULE", in: inDiff, help: "leave out what the RULE names: json:PATH, re:EXPR, header:NAME or kind:KIND; can be given again",
		bind: func(f *flags) *value { return texts(&f.diff.ignore, "json:PATH, re:EXPR, header:NAME or kind:KIND") }},
	{name: "strict", in: inDiff, help: "count ids, times, tokens and counters too, and numbers as written", bind: func(f *flags) *value { return yes(&f.diff.strict) }},
	{name: "wire", in: inDiff, help: "compare masking keys, fragmentation and compression too", bind: func(f *flags) *value { return yes(&f.diff.wire) }},
	{name: "timing", in: inDiff, help: "compare the time between messages too", bind: func(f *flags) *value { return yes(&f.diff.timing) }},
	{name: "tolerance", value: "TIME", in: inDiff, help: "with --timing: by how much times may differ",
		bind: func(f *flags) *value { return duration(&f.diff.tolerance) }},
	{name: "race", value: "TIME", in: inDiff, help: "ignore the relative order of messages in opposite directions less than TIME apart",
		bind: func(f *flags) *value { return duration(&f.diff.race) }},
	{name: "side-by-side", short: "y", in: inDiff, help: "A on the left, B on the right", bind: func(f *flags) *value { return yes(&f.diff.sides) }},
	{name: "brief", in: inDiff, help: "the summary lines only", bind: func(f *flags) *value { return yes(&f.diff.brief) }},
	{name: "context", short: "U", value: "N", in: inDiff, help: "show N messages around each difference; -1 shows all",
		bind: func(f *flags) *value {
			return integer(&f.diff.context, -1, 1<<30, "a number of messages, or -1 for all")
		}},
	{name: "width", value: "N", in: inDiff, help: "lines of N columns (default: the terminal's width, else 100)",
		bind: func(f *flags) *value { return integer(&f.diff.width, 40, 1<<20, "40 columns or more") }},
}

var callsFlagRows = []flagRow{
	{name: "verbose", short: "v", in: inCalls, help: "list the calls above the table", bind: func(f *flags) *value { return yes(&f.verbose) }},
	{name: "slow", value: "SECONDS", in: inCalls, help: "list calls that took SECONDS or longer",
		bind: func(f *flags) *value { return secondsValue(&f.calls.Slow, &f.calls.HasSlow) }},
	{name: "unanswered", in: inCalls, help: "list requests without a reply", bind: func(f *flags) *value { return yes(&f.calls.Unanswered) }},
	{name: "fail-if-slower", value: "P95", in: inCalls, help: "exit 1 if the 95th percentile of a name is longer than P95 (seconds, or as 250ms)",
		bind: func(f *flags) *value { return secondsValue(&f.calls.Limit, &f.calls.HasLimit) }},
	{name: "pair", value: "FIELD", in: inCalls, help: "the field that pairs requests and replies in plain JSON: json:$.id, json:$.id=$.re, none (default: found)",
		bind: func(f *flags) *value { return pairValue(&f.calls) }},
}
