package filter_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/pcaps"
)

// frameFilters ask one question each, which a packet answers with yes where a frame in it does.
var frameFilters = []string{
	"websocket", "websocket.opcode == 1", "websocket.opcode != 1", "websocket.opcode > 1", "websocket.opcode >= 8 && websocket",
	"websocket.opcode in {0 .. 2}", "websocket.opcode in {8}", "websocket.fin == 0", "websocket.fin == 1", "websocket.fin", "websocket.mask == 1",
	"!(websocket.mask == 1) && websocket", "websocket.mask != 1", "websocket.masking_key", "websocket.rsv == 0", "websocket.pmc", "websocket.pmc == 0", "websocket.rsv > 0",
	"websocket.payload_length <= 100", "websocket.payload_length == 0", "websocket.payload_length_ext_16 > 300", "websocket.payload_length_ext_64",
	"websocket && tcp.stream == 0", "websocket && tcp.stream != 0", "websocket && tcp.port == 80", "websocket && tcp.srcport == 80",
	"websocket && !(tcp.dstport == 80)", "websocket && ip.addr == 127.0.0.0/8", "websocket && ip.src == 10.0.0.1", "websocket && ip.addr != 10.0.0.1",
	"websocket && ipv6", "websocket && frame.number > 12", "websocket && frame.time_epoch > 1700000000",
}

// messageFilters look at payloads. Wireshark shows a message in the packet that completes it.
var messageFilters = []string{
	"websocket.payload.text", `websocket.payload.text contains "e"`, `websocket.payload.text contains "\"id\""`, `websocket.payload.text matches "TYPE"`,
	`websocket.payload.text matches "[0-9]\\}$"`, `websocket.payload.text matches "(?-i)[A-Z]{3}"`, "websocket.payload.close.status_code", "websocket.payload.close.status_code == 1000",
	"websocket.payload.close.status_code != 1000", "websocket.payload.close.status_code in {1000 .. 1001}", `websocket.payload.close.reason contains "e"`,
	"websocket.payload.ping", "websocket.payload.pong",
}

// otherwise are the samples that tshark 4.0.17 takes otherwise, with the filters that show it; "" is all.
var otherwise = map[string]struct{ why, filters string }{
	"midstream":         {"tshark decodes no session without its handshake", ""},
	"tunnel-connect":    {"tshark does not look into the tunnel", ""},
	"deflate-one-sided": {"tshark inflates one direction alone", "payload.text"},
	"vxlan-fragments":   {"tshark does not inflate what is fragmented", "payload.text"},
	"lossy":             {"tshark does not inflate what is fragmented, and shows the raw bytes as text", "payload.text"},
	"fragments-edges":   {"tshark runs fragmented messages together; != is asked of all frames of a packet", "payload.text opcode!="},
	"broken-deflate":    {"!= is asked of all frames of a packet", "opcode!="},
	"broken-rules":      {"tshark's payload_length is 126 or 127 where the length is extended", "payload_length<"},
}

// TestOracleTshark asks tshark the same of the samples.
func TestOracleTshark(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed: ", err)
	}
	for _, s := range pcaps.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			odd, isOdd := otherwise[s.Name]
			if isOdd && odd.filters == "" {
				t.Skip("tshark reads this sample otherwise: " + odd.why)
			}
			asked := slices.DeleteFunc(slices.Concat(frameFilters, messageFilters), func(src string) bool {
				return slices.ContainsFunc(strings.Fields(odd.filters), func(f string) bool {
					return strings.Contains(strings.ReplaceAll(src, " ", ""), f)
				})
			})
			want := counts(t, tool, s, asked)
			for i, src := range asked {
				v := filter.Frames
				if slices.Contains(messageFilters, src) {
					v = filter.Messages
				}
				if got := packets(t, s, src, v); got != want[i] {
					t.Errorf("%s: %d packets, tshark has %d", src, got, want[i])
				}
			}
		})
	}
}

// counts asks tshark how many packets pass each filter.
func counts(t *testing.T, tool string, s pcaps.Sample, asked []string) []int {
	t.Helper()
	file := filepath.Join(t.TempDir(), s.File)
	if err := os.WriteFile(file, s.Data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "-n", "-q", "-r", file, "-z", "io,stat,0,"+strings.Join(asked, ",")).Output()
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^\|\s+[\d.]+ <> \s*(?:[\d.]+|Dur)\s*\|(.*)\|$`).FindSubmatch(out)
	if row == nil {
		t.Fatalf("no row of counts in %s", out)
	}
	var got []int
	for i, cell := range bytes.Split(row[1], []byte("|")) {
		if i%2 == 0 { // frames, then bytes
			n, err := strconv.Atoi(string(bytes.TrimSpace(cell)))
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, n)
		}
	}
	if len(got) != len(asked) {
		t.Fatalf("%d counts for %d filters", len(got), len(asked))
	}
	return got
}

// packets is how many packets complete a frame or message that passes.
func packets(t *testing.T, s pcaps.Sample, src string, v filter.View) int {
	t.Helper()
	f, err := filter.Compile(src)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := filter.NewStream(f, v)
	if err != nil {
		t.Fatal(err)
	}
	opt := decode.Options{Frames: v == filter.Frames}
	stream.Options(&opt)
	seen := map[int]bool{}
	play(t, s, opt, func(b *decode.Batch, e *decode.Event) {
		if !stream.Match(b, e) {
			return
		}
		if v == filter.Frames {
			seen[b.Frame(e).Max] = true
		} else {
			seen[b.Message(e).Max] = true
		}
	})
	return len(seen)
}
