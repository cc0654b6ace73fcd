package main

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/ws"
)

// flags are the flags of all commands.
type flags struct {
	read      []string
	decodeAs  []string
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
	display   string
	// filter is display, compiled; nil if none was given.
	filter *filter.Filter
	// ports are those of -d tcp.port==N,websocket.
	ports []uint16
	// demo says that the samples are listed: captures that have nothing to do with each other.
	demo bool
	live liveFlags
	// level is --level of check.
	level string
	// unbuilt are flags of the contract that do nothing yet: giving one is an error.
	unbuilt map[string]*string
}

func (f *flags) register(s *pflag.FlagSet) {
	s.StringArrayVarP(&f.read, "read", "r", nil, "read `FILE` (- is standard input), as if it stood among the arguments")
	s.StringArrayVarP(&f.decodeAs, "decode-as", "d", nil, "take a port for WebSocket where the handshake is missing: `tcp.port==N,websocket`")
	s.StringVarP(&f.display, "display-filter", "Y", "", "show only what passes the display filter `EXPR` (see: wspeek help filter)")
	s.IntVar(&f.session, "session", 0, "only session `N`")
	s.Int64VarP(&f.count, "count", "c", 0, "stop after `N` lines")
	s.BoolVar(&f.json, "json", false, "one JSON object a line")
	s.BoolVar(&f.noPayload, "no-payload", false, "leave payloads out")
	s.BoolVar(&f.hash, "hash", false, "with --json: add the SHA-256 of each message")
	s.BoolVarP(&f.whole, "whole", "V", false, "whole payloads, uncut")
	s.BoolVarP(&f.hex, "hex", "x", false, "a hex dump below each message")
	s.StringVarP(&f.clock, "time", "t", "r", "time of a line, as `FORM`: a of day, ad with date, d since the previous line, r since the first, e epoch, u UTC")
	s.StringVar(&f.color, "color", "auto", "`WHEN` to colour: auto, always or never (NO_COLOR is honoured)")
	s.BoolVarP(&f.quiet, "quiet", "q", false, "no account at the end")
	s.BoolVarP(&f.verbose, "verbose", "v", false, "say more on standard error")
	s.BoolVar(&f.failEmpty, "fail-if-empty", false, "exit 1 if nothing was listed")
	f.live.register(s)
	f.unbuilt = map[string]*string{}
	for _, u := range []struct{ name, short, value string }{
		{"keylog", "", "FILE"},
	} {
		f.unbuilt[u.name] = s.StringP(u.name, u.short, "", "not built yet (`"+u.value+"`)")
		_ = s.MarkHidden(u.name)
	}
}

// check refuses what does not fit together.
func (f *flags) check(set *pflag.FlagSet) error {
	for name := range f.unbuilt {
		if set.Changed(name) {
			fl := set.Lookup(name)
			if fl.Shorthand != "" {
				name = "-" + fl.Shorthand + " (--" + name + ")"
			} else {
				name = "--" + name
			}
			return notBuilt(name)
		}
	}
	switch {
	case f.session < 0:
		return run.Troublef("--session %d: sessions are numbered from 1", f.session)
	case f.count < 0:
		return run.Troublef("-c %d: not a number of lines", f.count)
	case f.raw && f.session == 0:
		return run.Troublef("--raw needs --session N: the payloads of several sessions would run together")
	case f.raw && f.json:
		return run.Troublef("--raw and --json exclude each other")
	case f.dir != "" && !f.raw:
		return run.Troublef("--dir goes with --raw")
	case f.dir != "" && f.dir != ws.C2S.String() && f.dir != ws.S2C.String():
		return run.Troublef("--dir %s: want c2s or s2c", f.dir)
	case f.color != "auto" && f.color != "always" && f.color != "never":
		return run.Troublef("--color %s: want auto, always or never", f.color)
	}
	if set.Changed("display-filter") {
		if err := f.compile(); err != nil {
			return err
		}
	}
	if err := f.readPorts(); err != nil {
		return err
	}
	_, err := f.clockFormat()
	return err
}

// flagTrouble says that a flag is wrong without the words of the library that reads numbers.
func flagTrouble(err error) error {
	text := err.Error()
	if at := strings.Index(text, ": strconv.Parse"); at >= 0 {
		what := "want a whole number"
		if strings.HasSuffix(text, "out of range") {
			what += " that is not so large"
		}
		text = text[:at] + ": " + what
	}
	return run.Troublef("%s", text)
}

var clockFormats = map[string]export.ClockFormat{
	"r": export.SinceFirst, "d": export.SincePrevious, "a": export.OfDay,
	"ad": export.WithDate, "e": export.Epoch, "u": export.UTC,
}

func (f *flags) clockFormat() (export.Clock, error) {
	c, ok := clockFormats[f.clock]
	if !ok {
		return export.Clock{}, run.Troublef("-t %s: want a, ad, d, r, e or u", f.clock)
	}
	return export.Clock{Format: c, Zone: time.Local}, nil
}

// readPorts reads -d.
func (f *flags) readPorts() error {
	for _, rule := range f.decodeAs {
		p, err := decodeAsPort(rule)
		if err != nil {
			return run.Troublef("-d %s: %w", rule, err)
		}
		f.ports = append(f.ports, p)
	}
	return nil
}

var errDecodeAs = errors.New("want tcp.port==N,websocket")

func decodeAsPort(rule string) (uint16, error) {
	selector, protocol, _ := strings.Cut(rule, ",")
	layer, port, ok := strings.Cut(selector, "==")
	if !ok || strings.TrimSpace(layer) != "tcp.port" || strings.TrimSpace(protocol) != "websocket" {
		return 0, errDecodeAs
	}
	n, err := strconv.ParseUint(strings.TrimSpace(port), 10, 16)
	if err != nil || n == 0 {
		return 0, errDecodeAs
	}
	return uint16(n), nil
}

// colored says whether to colour what goes to out.
func (f *flags) colored(out any) bool {
	switch f.color {
	case "always":
		return true
	case "never":
		return false
	}
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && run.IsTerminal(out)
}
