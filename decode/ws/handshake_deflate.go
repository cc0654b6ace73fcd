package ws

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/rule"
)

// permessageDeflate is the name registered by RFC 7692 section 7.
const permessageDeflate = "permessage-deflate"

// deflateFrame is what Safari up to 14 offers: an older draft, that compresses frame by frame.
const deflateFrame = "x-webkit-deflate-frame"

// transparent are extensions that leave frames as they are.
var transparent = map[string]bool{"bbf-usp-protocol": true}

// The parameters of permessage-deflate (RFC 7692 section 7.1), by the direction that they bind.
var (
	noTakeoverParam = [2]string{C2S: "client_no_context_takeover", S2C: "server_no_context_takeover"}
	windowBitsParam = [2]string{C2S: "client_max_window_bits", S2C: "server_max_window_bits"}
)

// defaultWindowBits hold where a window size is absent or invalid: this window covers every smaller one.
const defaultWindowBits = 15

// Negotiated is what a response agreed on.
type Negotiated struct {
	// Extensions are those of the response, in order.
	Extensions []Extension
	// Deflate is permessage-deflate as the response has it, nil if it was not accepted; it is what
	// a Config wants.
	Deflate *Deflate
	// Unknown is the name of the first extension that may change frames in a way we do not know; empty for none.
	Unknown string

	faults []Fault
}

// Negotiate reads what extensions a response agreed on; resp may be nil (nothing is then known), and so may req. It follows
// the server, whatever was offered (RFC 7692 section 5).
func Negotiate(req *Request, resp *Response) Negotiated { return negotiate(req, resp) }

func negotiate(req *Request, resp *Response) (n Negotiated) {
	if resp == nil {
		return n
	}
	f := faults{dir: S2C}
	list, bad := ParseExtensions(resp.Fields.Values("Sec-WebSocket-Extensions"))
	if bad != "" {
		f.add(rule.ExtensionSyntax, "%s", bad)
	}
	n.Extensions = list
	var offers []Extension
	if req != nil {
		offers, _ = ParseExtensions(req.Fields.Values("Sec-WebSocket-Extensions"))
	}
	for i := range list {
		e := &list[i]
		if req != nil && !req.Partial && !offered(offers, e.Name) {
			f.add(rule.ExtensionNotOffered, "%q was not offered", e.Name)
		}
		n.accept(e, &f)
		if e.Name == permessageDeflate && req != nil {
			answers(&f, offers, e)
		}
	}
	n.faults = f.list
	return n
}

// accept notes one extension of a response.
func (n *Negotiated) accept(e *Extension, f *faults) {
	switch {
	case e.Name == deflateFrame && n.Deflate == nil:
		// Its parameters only make references shorter.
		n.Deflate = &Deflate{WindowBits: [2]int{defaultWindowBits, defaultWindowBits}, PerFrame: true}
		return
	case e.Name != permessageDeflate:
		if n.Unknown == "" && !transparent[e.Name] {
			n.Unknown = e.Name
		}
		return
	case n.Deflate != nil:
		f.add(rule.DeflateParams, "permessage-deflate is accepted twice")
		return
	}
	for _, p := range deflateProblems(e, true) {
		f.add(rule.DeflateParams, "%s", p)
	}
	n.Deflate = deflateOf(e)
}

func offered(offers []Extension, name string) bool {
	for i := range offers {
		if offers[i].Name == name {
			return true
		}
	}
	return false
}

// deflateOf reads the parameters of a response, tolerantly.
func deflateOf(e *Extension) *Deflate {
	d := &Deflate{WindowBits: [2]int{defaultWindowBits, defaultWindowBits}}
	for _, p := range e.Params {
		for dir := range d.WindowBits {
			switch p.Name {
			case noTakeoverParam[dir]:
				d.NoTakeover[dir] = true
			case windowBitsParam[dir]:
				if bits, ok := windowBits(p.Value); ok {
					d.WindowBits[dir] = bits
				}
			}
		}
	}
	if duplicate(e) != "" {
		d.WindowBits = [2]int{defaultWindowBits, defaultWindowBits}
	}
	return d
}

// windowBits reads a window size: 8 to 15, without leading zeros (RFC 7692 sections 7.1.2.1 and 7.1.2.2).
func windowBits(s string) (int, bool) {
	switch {
	case len(s) == 1 && s[0] >= '8' && s[0] <= '9':
		return int(s[0] - '0'), true
	case len(s) == 2 && s[0] == '1' && s[1] >= '0' && s[1] <= '5':
		return 10 + int(s[1]-'0'), true
	}
	return 0, false
}

// duplicate is the name of a parameter given twice, empty if there is none.
func duplicate(e *Extension) string {
	for i := range e.Params {
		if e.get(e.Params[i].Name) != &e.Params[i] {
			return e.Params[i].Name
		}
	}
	return ""
}

// deflateProblems are what is wrong with an offer or a response in itself (RFC 7692 section 7.1).
func deflateProblems(e *Extension, response bool) []string {
	var list []string
	for i := range e.Params {
		if s := paramProblem(&e.Params[i], response); s != "" {
			list = append(list, s)
		}
	}
	if name := duplicate(e); name != "" {
		list = append(list, name+" is given twice")
	}
	return list
}

func paramProblem(p *Param, response bool) string {
	switch p.Name {
	case noTakeoverParam[C2S], noTakeoverParam[S2C]:
		if p.HasValue {
			return fmt.Sprintf("%s has a value: %q", p.Name, p.Value)
		}
		return ""
	case windowBitsParam[C2S], windowBitsParam[S2C]:
		// In an offer, client_max_window_bits may stand alone (section 7.1.2.2).
		if !p.HasValue && p.Name == windowBitsParam[C2S] && !response {
			return ""
		}
	default:
		return fmt.Sprintf("unknown parameter %q", p.Name)
	}
	if !p.HasValue {
		return p.Name + " has no value"
	}
	if _, ok := windowBits(p.Value); !ok {
		return fmt.Sprintf("%s is %q, not 8 to 15", p.Name, p.Value)
	}
	return ""
}

// answers reports what is wrong with a response to the offer that it fits best.
func answers(f *faults, offers []Extension, e *Extension) {
	var least []string
	found := false
	for i := range offers {
		if offers[i].Name != permessageDeflate {
			continue
		}
		if s := mismatches(&offers[i], e); !found || len(s) < len(least) {
			least, found = s, true
		}
	}
	for _, s := range least {
		f.add(rule.DeflateParams, "%s", s)
	}
}

// mismatches are what in a response does not answer an offer.
func mismatches(offer, e *Extension) []string {
	var list []string
	server := noTakeoverParam[S2C]
	if offer.get(server) != nil && e.get(server) == nil {
		list = append(list, server+" was offered and is not in the response (section 7.1.1.1)")
	}
	if s := windowMismatch(offer.get(windowBitsParam[S2C]), e.get(windowBitsParam[S2C])); s != "" {
		list = append(list, s)
	}
	client := windowBitsParam[C2S]
	if e.get(client) != nil && offer.get(client) == nil {
		list = append(list, client+" was not offered (section 7.1.2.2)")
	}
	return list
}

// windowMismatch compares server_max_window_bits: if offered, it comes back the same or smaller.
func windowMismatch(offer, answer *Param) string {
	if offer == nil {
		return ""
	}
	asked, ok := windowBits(offer.Value)
	switch {
	case !ok:
		return ""
	case answer == nil:
		return fmt.Sprintf("%s=%d was offered and is not in the response (section 7.1.2.1)", offer.Name, asked)
	}
	if got, ok := windowBits(answer.Value); ok && got > asked {
		return fmt.Sprintf("%s is %d, larger than the %d offered (section 7.1.2.1)", offer.Name, got, asked)
	}
	return ""
}
