package main

import (
	"encoding/hex"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/cmd/internal/pairing"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/cmd/internal/schema"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/filter"
)

// flags are the values of all flags: first those that several commands have, then those of one.
type flags struct {
	read      []string
	ports     []uint16
	keys      run.Keys
	session   int
	count     int64
	json      bool
	noPayload bool
	hash      bool
	whole     bool
	hex       bool
	clock     string
	color     string
	quiet     bool
	verbose   bool
	failEmpty bool
	raw       bool
	dir       string
	app       string
	proto     schema.Options
	level     string
	failOn    string
	form      string
	display   string
	embedKeys bool
	tls       bool
	deflate   bool
	// filter is display, compiled; nil if none was given.
	filter *filter.Filter
	// demo says that the samples are listed: captures that have nothing to do with each other.
	demo bool

	live    liveFlags
	draw    drawFlags
	ladder  ladderFlags
	explain explainFlags
	build   buildFlags
	export  exportFlags
	diff    diffFlags
	calls   pairing.Options
}

// newFlags are the defaults.
func newFlags() *flags {
	f := &flags{clock: "r", color: "auto"}
	f.live.history, f.live.packets = defaultHistory, defaultPackets
	f.draw.format = "text"
	f.build.fragment, f.export.maxMB = 1, 20
	f.diff.tolerance, f.diff.race, f.diff.context = 100*time.Millisecond, time.Millisecond, 3
	return f
}

// register gives a command its flags.
func (f *flags) register(c *cobra.Command, in commands) {
	for i := range flagTable {
		row := &flagTable[i]
		if row.in&in == 0 {
			continue
		}
		v := row.bind(f)
		v.word = row.value
		fl := c.Flags().VarPF(v, row.name, row.short, row.help)
		fl.NoOptDefVal, fl.Hidden = v.alone, row.hidden
		_ = c.RegisterFlagCompletionFunc(row.name, row.values(v))
	}
	c.PreRunE = func(c *cobra.Command, args []string) error {
		if w := f.secrets().Exposed(); w != "" && !f.quiet && c.Flags().Lookup("keylog") != nil {
			run.Say(c.ErrOrStderr(), w)
		}
		return f.check(c.Flags(), in)
	}
}

// values are what a shell completes the flag to: nil are files.
func (r *flagRow) values(v *value) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		switch {
		case r.complete != nil:
			return r.complete(typed), cobra.ShellCompDirectiveNoFileComp
		case r.value == "FILE" || r.value == "OUT":
			return nil, cobra.ShellCompDirectiveDefault
		}
		return v.choices, cobra.ShellCompDirectiveNoFileComp
	}
}

// check refuses flags that do not fit together, and compiles the display filter.
func (f *flags) check(set *pflag.FlagSet, in commands) error {
	if err := f.secrets().Missing(); err != nil {
		return err
	}
	if f.json && f.color == "always" {
		return run.Troublef("--json and --color always exclude each other")
	}
	if err := fitTogether(set, in); err != nil {
		return err
	}
	if set.Changed("display-filter") {
		return f.compile()
	}
	return nil
}

// secrets are where the keys of TLS connections come from. A live capture follows the key logs.
func (f *flags) secrets() run.Keys {
	k := f.keys
	k.Follow = len(f.live.interfaces) > 0 || slices.Contains(f.read, "-")
	return k.FromEnv()
}

var clockFormats = map[string]export.ClockFormat{
	"r": export.SinceFirst, "d": export.SincePrevious, "a": export.OfDay,
	"ad": export.WithDate, "e": export.Epoch, "u": export.UTC,
}

func (f *flags) clockFormat() export.Clock {
	return export.Clock{Format: clockFormats[f.clock], Zone: time.Local}
}

// colored reports whether to colour what goes to out.
func (f *flags) colored(out any) bool {
	switch f.color {
	case "always":
		return true
	case "never":
		return false
	}
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && run.IsTerminal(out)
}

// decodeAs is the value of -d: ports that are WebSocket.
func decodeAs(p *[]uint16) *value {
	return &value{want: "tcp.port==N,websocket", set: func(s string) bool {
		selector, protocol, _ := strings.Cut(s, ",")
		layer, port, ok := strings.Cut(selector, "==")
		n, err := strconv.ParseUint(strings.TrimSpace(port), 10, 16)
		if !ok || err != nil || n == 0 || strings.TrimSpace(layer) != "tcp.port" || strings.TrimSpace(protocol) != "websocket" {
			return false
		}
		*p = append(*p, uint16(n))
		return true
	}}
}

// pair is SESSION:N, both from 1.
func pair(session, n *int) *value {
	return &value{want: "SESSION:N, both from 1, as in 1:3", set: func(s string) bool {
		a, b, ok := strings.Cut(s, ":")
		var err1, err2 error
		*session, err1 = strconv.Atoi(a)
		*n, err2 = strconv.Atoi(b)
		return ok && err1 == nil && err2 == nil && *session > 0 && *n > 0
	}}
}

// emptyPayload stands for --ping and --pong without a value.
const emptyPayload = "\x1f"

// optional is a text that may be left out.
func optional(p *string) *value {
	return &value{want: "a text", alone: emptyPayload, set: func(s string) bool { *p = strings.TrimPrefix(s, emptyPayload); return true }}
}

// maskingKey is four bytes in hex.
func maskingKey(p **[4]byte) *value {
	return &value{want: "4 bytes in hex, as 37fa213d", set: func(s string) bool {
		k, err := parseHex(s)
		if err != nil || len(k) != 4 {
			return false
		}
		*p = (*[4]byte)(k)
		return true
	}}
}

// parseHex reads hex with blanks, colons, commas and 0x anywhere between bytes.
func parseHex(s string) ([]byte, error) {
	clean := strings.NewReplacer("0x", "", "0X", "", `\x`, "", " ", "", ":", "", ",", "", "\n", "", "\r", "", "\t", "", "-", "").Replace(s)
	if clean == "" {
		return nil, errors.New("no bytes given")
	}
	p, err := hex.DecodeString(clean)
	var wrong hex.InvalidByteError
	switch {
	case errors.As(err, &wrong):
		return nil, errors.New("'" + string(rune(wrong)) + "' is not a hex digit")
	case err != nil:
		return nil, errors.New("an odd number of hex digits: the last byte is half")
	}
	return p, nil
}
