package diff

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/ws"
)

// Options says what counts as a difference. The zero value compares content, headers, order and end, and takes
// values that change from run to run for equal.
type Options struct {
	// Ignore are the rules of the user.
	Ignore Rules
	// Strict switches the built-in detectors off, and the list of headers that always differ; numbers are compared as written.
	Strict bool
	// Wire also compares masking keys, fragmentation, compression and lengths on the wire.
	Wire bool
	// Timing also compares the time between messages; differences up to Tolerance do not count.
	Timing    bool
	Tolerance capture.Time
	// Race is how close messages of opposite directions may follow each other for their order not to
	// count: they crossed on their way. 0 means 1 ms, less than 0 counts every change of order.
	Race capture.Time
}

func (o *Options) race() capture.Time {
	if o.Race == 0 {
		return 1e6
	}
	return o.Race
}

// Rules are what the user wants ignored. The zero value ignores nothing.
type Rules struct {
	paths   []pathRule
	regexps []*regexp.Regexp
	headers map[string]string
	kinds   map[ws.Opcode]string
	// beats is the rule that leaves out heartbeats, "" if there is none.
	beats string
}

// RuleError is a rule that cannot be understood.
type RuleError struct{ Rule, Why string }

// Error is a sentence that names the rule.
func (e *RuleError) Error() string { return fmt.Sprintf("--ignore %s: %s", e.Rule, e.Why) }

const wantRule = "want json:PATH, re:EXPRESSION, header:NAME or kind:KIND"

// Add adds a rule: json:PATH leaves out a value of JSON messages ($.a.b, $..id, $.list[*].x, $['a key']), re:EXPR what
// matches in text and in strings of JSON, header:NAME a header of the opening handshake, kind:KIND
// messages of a kind (ping, pong, text, ..., heartbeat for those of any protocol). The error is a *RuleError.
func (r *Rules) Add(rule string) error {
	kind, arg, found := strings.Cut(rule, ":")
	why := wantRule
	if found {
		why = r.add(kind, arg, rule)
	}
	if why != "" {
		return &RuleError{rule, why}
	}
	return nil
}

func (r *Rules) add(kind, arg, rule string) (why string) {
	switch kind {
	case "json":
		p, err := parsePath(arg)
		if err != nil {
			return err.Error()
		}
		r.paths = append(r.paths, pathRule{rule, p})
	case "re":
		re, err := regexp.Compile(arg)
		if err != nil {
			return err.Error()
		}
		r.regexps = append(r.regexps, re)
	case "header":
		if arg = strings.TrimSpace(arg); arg == "" {
			return "want the name of a header"
		}
		if r.headers == nil {
			r.headers = map[string]string{}
		}
		r.headers[headerName(arg)] = rule
	case "kind":
		return r.addKind(arg, rule)
	default:
		return wantRule
	}
	return ""
}

func (r *Rules) addKind(arg, rule string) (why string) {
	if arg == "heartbeat" {
		r.beats = rule
		return ""
	}
	for op := ws.OpContinuation; op <= ws.OpPong; op++ {
		if !op.Reserved() && op.String() == arg {
			if r.kinds == nil {
				r.kinds = map[ws.Opcode]string{}
			}
			r.kinds[op] = rule
			return ""
		}
	}
	return "want text, binary, continuation, ping, pong, close or heartbeat"
}
