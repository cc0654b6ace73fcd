package main

import (
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// asking is a break of the request, answering one of the response.
func asking(name string, rule *ws.Rule, what string, change func(*pcaps.Request)) brokenRule {
	return brokenRule{name, rule, what, true, true, func(p *plan) { change(&p.request) }}
}

func answering(name string, rule *ws.Rule, what string, change func(*pcaps.Response)) brokenRule {
	return brokenRule{name, rule, what, true, true, func(p *plan) { change(&p.response) }}
}

// refusing is a break of a response that is no 101.
func refusing(name string, rule *ws.Rule, what string, version string, status int) brokenRule {
	return brokenRule{name, rule, what, false, true, func(p *plan) {
		p.refused = true
		p.request.Headers = [][2]string{{"Sec-WebSocket-Version", version}}
		p.response = pcaps.Response{Status: status, Headers: [][2]string{{"Content-Length", "0"}}}
	}}
}

var handshakeBreaks = []brokenRule{
	asking("method", ws.RuleHTTPMethod, "POST", func(r *pcaps.Request) { r.Method = "POST" }),
	asking("http-version", ws.RuleHTTPVersion, "HTTP/1.0", func(r *pcaps.Request) { r.Version = "HTTP/1.0" }),
	asking("host", ws.RuleHost, "no Host", func(r *pcaps.Request) { r.Omit = []string{"Host"} }),
	asking("upgrade", ws.RuleUpgrade, "the request has no Upgrade", func(r *pcaps.Request) { r.Omit = []string{"Upgrade"} }),
	asking("connection", ws.RuleConnection, "Connection: keep-alive", func(r *pcaps.Request) {
		r.Headers = [][2]string{{"Connection", "keep-alive"}}
	}),
	{"key", ws.RuleKey, "a key of 5 bytes", true, true, func(p *plan) { p.request.Key, p.response.Key = "aGVsbG8=", "aGVsbG8=" }},
	asking("version", ws.RuleVersion, "Sec-WebSocket-Version: 8", func(r *pcaps.Request) {
		r.Headers = [][2]string{{"Sec-WebSocket-Version", "8"}}
	}),
	asking("origin", ws.RuleOrigin, "Origin twice", func(r *pcaps.Request) {
		r.Headers = [][2]string{{"Origin", "https://a.example"}, {"Origin", "https://b.example"}}
	}),
	asking("subprotocol-syntax", ws.RuleSubprotocolSyntax, "a subprotocol that is no token", func(r *pcaps.Request) {
		r.Headers = [][2]string{pcaps.Subprotocol("chat/1, Bearer abc=")}
	}),
	{"early-data", ws.RuleEarlyData, "a frame before the 101", false, true, func(p *plan) { p.before = hello.Masked(clientKey).Bytes() }},
	answering("accept", ws.RuleAccept, "the accept value of another key", func(r *pcaps.Response) { r.Key = "AAAAAAAAAAAAAAAAAAAAAA==" }),
	answering("response-upgrade", ws.RuleResponseUpgrade, "the 101 has no Upgrade", func(r *pcaps.Response) { r.Omit = []string{"Upgrade"} }),
	answering("response-connection", ws.RuleResponseConnection, "the 101 has no Connection", func(r *pcaps.Response) {
		r.Omit = []string{"Connection"}
	}),
	answering("extension", ws.RuleExtensionNotOffered, "an extension that was not offered", func(r *pcaps.Response) {
		r.Headers = [][2]string{pcaps.Extension("permessage-deflate")}
	}),
	{"extension-syntax", ws.RuleExtensionSyntax, "a semicolon is missing", true, true, func(p *plan) {
		p.request.Headers = [][2]string{pcaps.Extension("permessage-deflate")}
		p.response.Headers = [][2]string{pcaps.Extension("permessage-deflate server_no_context_takeover")}
	}},
	answering("subprotocol", ws.RuleSubprotocolNotOffered, "a subprotocol that was not offered", func(r *pcaps.Response) {
		r.Headers = [][2]string{pcaps.Subprotocol("chat")}
	}),
	{"subprotocol-many", ws.RuleSubprotocolMany, "two subprotocols chosen", true, true, func(p *plan) {
		p.request.Headers = [][2]string{pcaps.Subprotocol("chat, superchat")}
		p.response.Headers = [][2]string{pcaps.Subprotocol("chat, superchat")}
	}},
	{"deflate-params", ws.RuleDeflateParams, "a window of 7 bits", true, true, func(p *plan) {
		p.request.Headers = [][2]string{pcaps.Extension("permessage-deflate")}
		p.response.Headers = [][2]string{pcaps.Extension("permessage-deflate; server_max_window_bits=7")}
	}},
	refusing("response-version", ws.RuleResponseVersion, "version 99 refused without naming others", "99", 426),
	refusing("upgrade-required", ws.RuleUpgradeRequired, "426 without Upgrade", "13", 426),
	answering("response-body", ws.RuleResponseBody, "a 101 with Content-Length", func(r *pcaps.Response) {
		r.Headers = [][2]string{{"Content-Length", "0"}}
	}),
	asking("request-body", ws.RuleRequestBody, "the GET has a body", func(r *pcaps.Request) {
		r.Headers, r.Body = [][2]string{{"Content-Length", "5"}}, []byte("Hello")
	}),
	asking("syntax", ws.RuleHTTPSyntax, "a space before the colon", func(r *pcaps.Request) { r.Headers = [][2]string{{"X-Note ", "hello"}} }),
}
