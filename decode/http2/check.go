package http2

import (
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/reassembly"
)

// findIn reports that a header section breaks r.
func (c *Conn) findIn(r *rule.Rule, h *Head, detail string) {
	c.report(&Finding{Rule: r, Stream: h.Stream, Dir: h.Dir, Offset: h.Offset, Packet: h.Last, Time: h.End, Detail: detail})
}

// checkRequest looks at a request that uses :protocol. Where fields are missing, only what is there is judged.
func (c *Conn) checkRequest(r *Request) {
	protocol, ok := r.Get(":protocol")
	if !ok {
		return
	}
	whole := !r.Partial && !r.Cut && !r.Unknown()
	method, hasMethod := r.Get(":method")
	if method != "CONNECT" && (hasMethod || whole) {
		c.findIn(rule.H2ProtocolMethod, &r.Head, "the method is "+strconv.Quote(method))
	}
	for _, name := range []string{":scheme", ":path", ":authority"} {
		if _, ok := r.Get(name); !ok && whole {
			c.findIn(rule.H2ProtocolTarget, &r.Head, name+" is missing")
		}
	}
	if scheme, ok := r.Get(":scheme"); ok && strings.EqualFold(protocol, "websocket") && scheme != "http" && scheme != "https" {
		c.findIn(rule.H2Scheme, &r.Head, "the scheme is "+strconv.Quote(scheme))
	}
	c.checkFields(&r.Head, requestPseudo)
	c.checkUpgradeFields(r)
}

// checkUpgradeFields looks for fields that HTTP/1.1 needs and HTTP/2 has not.
func (c *Conn) checkUpgradeFields(r *Request) {
	for _, name := range []string{"connection", "upgrade"} {
		if v, ok := r.Get(name); ok {
			c.findIn(rule.H2UpgradeFields, &r.Head, name+": "+v)
		}
	}
	if _, ok := r.Get("sec-websocket-key"); ok {
		c.findIn(rule.H2KeyFields, &r.Head, "sec-websocket-key")
	}
}

// checkResponse looks at a response to a request that is followed.
func (c *Conn) checkResponse(r *Response) {
	if r.Status == 101 {
		c.findIn(rule.H2Status101, &r.Head, "")
	}
	if _, ok := r.Get("sec-websocket-accept"); ok {
		c.findIn(rule.H2KeyFields, &r.Head, "sec-websocket-accept")
	}
	c.checkFields(&r.Head, responsePseudo)
}

const (
	requestPseudo  = " :method :scheme :authority :path :protocol "
	responsePseudo = " :status "
	// connectionFields are of one connection (RFC 9113 section 8.2.2). In requests Connection and Upgrade have a rule of their own.
	connectionFields = " proxy-connection keep-alive transfer-encoding "
)

// checkFields looks at the names of fields, and at their order (RFC 9113 sections 8.2 and 8.3).
func (c *Conn) checkFields(h *Head, pseudo string) {
	regular := false
	seen := map[string]bool{}
	for i := range h.Fields {
		f := &h.Fields[i]
		switch name := f.Name; {
		case f.Unknown:
		case name == "" || strings.ToLower(name) != name:
			c.findIn(rule.H2FieldName, h, strconv.Quote(name))
		case name[0] != ':':
			if regular = true; strings.Contains(connectionFields, " "+name+" ") ||
				pseudo == responsePseudo && (name == "connection" || name == "upgrade") {
				c.findIn(rule.H2ConnectionField, h, name)
			}
		case !strings.Contains(pseudo, " "+name+" "):
			c.findIn(rule.H2PseudoField, h, name+" is not defined here")
		case regular:
			c.findIn(rule.H2PseudoField, h, name+" after other fields")
		case seen[name]:
			c.findIn(rule.H2PseudoField, h, name+" is repeated")
		default:
			seen[name] = true
		}
	}
}

// find reports that r is broken by what d's current frame carries.
func (c *Conn) find(r *rule.Rule, d reassembly.Dir, stream uint32, detail string) {
	h := &c.half[d]
	c.report(&Finding{Rule: r, Stream: stream, Dir: d, Offset: h.start.off, Packet: h.last.packet, Time: h.last.time, Detail: detail})
}

// report gives the Sink a finding, unless there were too many of the rule.
func (c *Conn) report(f *Finding) {
	if c.findings == nil {
		c.findings = map[*rule.Rule]int{}
	}
	if c.findings[f.Rule]++; c.findings[f.Rule] > maxFindings {
		c.counts.Unreported++
		return
	}
	c.sink.Finding(f)
}
