package main

import (
	"os"
	"regexp"
	"strings"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// habit is a flag of tcpdump or tshark that is not one here, and what serves instead.
type habit struct {
	// typed is the flag as it is typed; in are the commands that answer so, 0 for all.
	typed  string
	in     commands
	answer string
}

// habits are answered wherever the flag is not one of the command's own.
var habits = []habit{
	{"-ttttt", 0, "-t r is the time since the first packet"},
	{"-tttt", 0, "-t ad is the time with the date"},
	{"-ttt", 0, "-t d is the time since the previous line"},
	{"-tt", 0, "-t e is the time since 1970"},
	{"-tdd", 0, "-t d is the time since the previous line"},
	{"-tud", 0, "-t u is the date and time in UTC"},
	{"-w", ^inCaptures, "wspeek export FILE -o OUT.pcapng copies packets of a capture; wspeek live -w OUT.pcapng keeps what it captures"},
	{"-i", inFiles | inSessions | inCheck | inLadder, "wspeek live -i IF captures and shows; messages and frames take -i too"},
	{"-f", ^inCaptures, "a capture filter is for live capture; files are filtered by -Y"},
	{"-s", ^inCaptures, "what files hold was captured already; wspeek live takes -s"},
	{"-D", ^inCaptures, "wspeek live -D lists the interfaces"},
	{"-A", 0, "payloads are shown as text; -V shows them whole"},
	{"-X", 0, "-x shows a hex dump below each message"},
	{"-e", 0, "--json has every field of a line; choose some with jq: wspeek messages --json FILE | jq .text"},
	{"-E", 0, "for separated values: wspeek export FILE -o OUT.csv"},
	{"-T", 0, "--json prints an object a line, and wspeek export writes CSV and HAR"},
	{"-O", 0, "wspeek explain FILE -m SESSION:N shows a message bit by bit"},
	{"-P", 0, "lines are always printed; with live, -w keeps the packets beside them"},
	{"-S", 0, "sequence numbers are not shown; frames lists the offset in the stream"},
	{"-R", 0, "a display filter is -Y"},
	{"-z", 0, "wspeek check measures a capture, wspeek sessions sums it up"},
	{"-2", 0, "there is one pass, and updates for what later packets show"},
	{"-N", 0, "names are never looked up"},
	{"-G", 0, "-b duration:SECONDS starts a new file of -w so often"},
	{"-C", inCaptures, "-b filesize:KB starts a new file of -w at that size (-C of tcpdump counts MB: -C 10 is -b filesize:10000)"},
	{"-C", 0, "there are no profiles"},
	{"-W", 0, "-b files:N keeps the newest N files of -w"},
	{"-Q", 0, "both directions are captured, since a session needs them; -Y 'ws.dir == s2c' shows one"},
	{"-I", 0, "monitor mode is set outside (iw dev); -i takes the interface then"},
	{"-L", 0, "the link type is that of the interface; wspeek live -D lists the interfaces"},
	{"-y", 0, "the link type is that of the interface or file"},
	{"-j", 0, "times are those of the kernel"},
	{"-J", 0, "times are those of the kernel"},
	{"-K", 0, "checksums are not verified"},
	{"-M", 0, "TCP MD5 signatures are not verified"},
	{"-H", 0, "names are never looked up"},
	{"-F", 0, "write the capture filter as an argument: wspeek live \"$(cat FILE)\""},
	{"--print", 0, "lines are always printed; with live, -w keeps the packets beside them"},
	{"--number", 0, "--json has the packet numbers of each line, and frames lists them"},
	{"--export-objects", 0, "wspeek export FILE --format raw -o DIR writes a file a message"},
	{"--keylog-file", 0, "the flag is --keylog"},
	{"--enable-heuristic", 0, "sessions without a handshake are recognised by themselves; -d tcp.port==N,websocket forces it"},
}

// habitOf is the row of a flag as it was typed; nil if there is none for the command.
func habitOf(typed string, in commands) *habit {
	for i := range habits {
		if h := &habits[i]; h.typed == typed && (h.in == 0 || h.in&in != 0) {
			return h
		}
	}
	return nil
}

// simpleFilter is a capture filter that can be written as a display filter.
var simpleFilter = regexp.MustCompile(`^(?:tcp )?(port|host|src host|dst host) ([0-9A-Fa-f.:]+)$`)

// displayFields are the fields for the words of simpleFilter.
var displayFields = map[string]string{"port": "tcp.port", "host": "ip.addr", "src host": "ip.src", "dst host": "ip.dst"}

// filterWords start a capture filter.
var filterWords = []string{"port", "host", "tcp", "udp", "ip", "ip6", "net", "src", "dst", "not", "portrange", "ether", "vlan"}

// captureFilterInstead is the error of a capture filter where files are named; nil if args are files.
func captureFilterInstead(args []string) error {
	for i, a := range args {
		if _, err := os.Stat(a); err == nil {
			continue
		}
		for _, w := range filterWords {
			if a != w {
				continue
			}
			expr := strings.Join(args[i:], " ")
			m := simpleFilter.FindStringSubmatch(expr)
			if m == nil {
				return run.Troublef("%s: a capture filter is for live capture; files are filtered by -Y (see: wspeek help filter)", expr)
			}
			return run.Troublef("%s: a capture filter is for live capture; files are filtered by -Y '%s == %s'", expr, displayFields[m[1]], m[2])
		}
	}
	return nil
}
