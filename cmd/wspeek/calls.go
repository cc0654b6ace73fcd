package main

import (
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/pairing"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/payload"
)

const callsLong = `calls pairs each request with its reply and says how long it took: first the slowest
calls, the first errors and the first requests without a reply, then a table of names,
the slowest 95th percentile first, with a histogram.

  wspeek calls rpc.pcap
  wspeek calls --slow 2 rpc.pcap             lists calls that took 2 seconds or longer
  wspeek calls --unanswered rpc.pcap         lists requests without a reply
  wspeek calls --fail-if-slower 250ms rpc.pcap
  wspeek calls --pair json:$.meta.id rpc.pcap
  wspeek calls --json rpc.pcap | jq 'select(.type=="call" and .took>2)'

Protocols that wspeek knows pair messages by their own rule. In other JSON the field that
pairs them is found from the data, and named: one side sends values there that the other
returns once. --pair json:PATH sets it, --pair json:PATH=PATH where request and reply
have different fields, --pair none pairs no such JSON. A request is called by its method,
action, command, type or the like.

A call takes from the end of its request to the end of its reply. Percentiles are exact, by
the nearest rank: p95 is the smallest time that at least 95 in 100 of the answered calls do
not exceed. Calls that were cancelled or not answered have no time and are only counted. A
request is unanswered if its session or the capture ends, or its id is used again, before a
reply comes. The last column of the table is a histogram with one character for each
step of 1, 2, 5, 10, 20, 50 ...; taller is more, by the logarithm.

A reply of several messages (a subscription, a stream) has items: the time to the first is
measured besides the time to the end. A turn of a language model (OpenAI Realtime and
Responses) begins with response.create, or when the user has stopped speaking; the first
item is the first delta, and interrupted turns are cancelled calls.

With --session, -Y, --slow and --unanswered only some calls are listed. --session and -Y (calls
whose request or reply passes) choose what the table measures too; it measures all
of these, listed or not. It exits 1 with --fail-if-slower if the p95 of a name is longer.`

func callsCommand(std run.Streams, f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "calls FILE...", Short: "each request with its reply: how long it took, errors, no reply", Long: callsLong,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := captureFilterInstead(args); err != nil {
				return err
			}
			opt := f.calls
			opt.Session, opt.Filter, opt.Count, opt.Keys, opt.Ports = f.session, f.filter, f.count, f.secrets(), f.ports
			opt.App, opt.NoApps = payload.Find(f.app), f.app == payload.NoApp
			opt.JSON, opt.Color, opt.NoPayload, opt.Clock = f.json, f.colored(std.Out), f.noPayload, f.clockFormat()
			opt.Verbose, opt.Quiet, opt.FailEmpty = f.verbose, f.quiet, f.failEmpty
			if w := run.Columns(std.Out); w > 0 {
				opt.Preview = max(w-10, 20)
			}
			return pairing.Files(cmd.Context(), std, slices.Concat(f.read, args), &opt)
		},
	}
}

// secondsValue is a length of time: a number of seconds, or a number with a unit.
func secondsValue(p *capture.Time, given *bool) *value {
	return &value{want: "seconds, as 0.25, or a time like 250ms", set: func(s string) bool {
		d, err := time.ParseDuration(s)
		if n, numErr := strconv.ParseFloat(s, 64); numErr == nil && n >= 0 && n < 1e9 {
			d, err = time.Duration(n*1e9), nil
		}
		*p, *given = capture.Time(d), true
		return err == nil && d >= 0
	}}
}

// pairValue is the value of --pair.
func pairValue(o *pairing.Options) *value {
	return &value{choices: []string{"json:$.id", "none"}, want: "json:PATH, as json:$.id, json:REQUEST=REPLY if the two fields differ, or none", set: func(s string) bool {
		pair, err := calls.ParsePair(s)
		o.Pair, o.NoPlain = pair, pair == nil
		return err == nil
	}}
}
