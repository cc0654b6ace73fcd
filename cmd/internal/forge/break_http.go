package forge

import (
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/pcaps"
)

// asking is a break of the request, answering one of the response.
func asking(r *rule.Rule, change func(*pcaps.Request)) Breaker {
	return Breaker{r, true, true, func(p *Plan) { change(&p.request) }}
}

func answering(r *rule.Rule, change func(*pcaps.Response)) Breaker {
	return Breaker{r, true, true, func(p *Plan) { change(&p.response) }}
}

// refusing is a break of a response that is no 101.
func refusing(r *rule.Rule, version string, status int) Breaker {
	return Breaker{r, false, true, func(p *Plan) {
		p.refused = true
		p.request.Headers = [][2]string{{"Sec-WebSocket-Version", version}}
		p.response = pcaps.Response{Status: status, Headers: [][2]string{{"Content-Length", "0"}}}
	}}
}

var handshakeBreaks = []Breaker{
	asking(rule.HTTPMethod, func(r *pcaps.Request) { r.Method = "POST" }),
	asking(rule.HTTPVersion, func(r *pcaps.Request) { r.Version = "HTTP/1.0" }),
	asking(rule.Host, func(r *pcaps.Request) { r.Omit = []string{"Host"} }),
	asking(rule.Upgrade, func(r *pcaps.Request) { r.Omit = []string{"Upgrade"} }),
	asking(rule.Connection, func(r *pcaps.Request) {
		r.Headers = [][2]string{{"Connection", "keep-alive"}}
	}),
	{rule.Key, true, true, func(p *Plan) { p.request.Key, p.response.Key = "aGVsbG8=", "aGVsbG8=" }},
	asking(rule.Version, func(r *pcaps.Request) {
		r.Headers = [][2]string{{"Sec-WebSocket-Version", "8"}}
	}),
	asking(rule.Origin, func(r *pcaps.Request) {
		r.Headers = [][2]string{{"Origin", "https://a.example"}, {"Origin", "https://b.example"}}
	}),
	asking(rule.SubprotocolSyntax, func(r *pcaps.Request) {
		r.Headers = [][2]string{pcaps.Subprotocol("chat/1, Bearer abc=")}
	}),
	{rule.EarlyData, false, true, func(p *Plan) { p.before = hello.Masked(clientKey).Bytes() }},
	{rule.SentAfterRefusal, false, true, func(p *Plan) {
		p.refused = true
		p.response = pcaps.Response{Status: 403, Headers: [][2]string{{"Content-Length", "0"}}}
		p.end = func(c *pcaps.Conversation) {
			c.SendFrames(pcaps.C2S, hello.Masked(clientKey))
			c.Close()
		}
	}},
	{rule.ResponseMissing, false, true, func(p *Plan) {
		p.unanswered = true
		p.say(pcaps.S2C, hello, hello)
	}},
	answering(rule.Accept, func(r *pcaps.Response) { r.Key = "AAAAAAAAAAAAAAAAAAAAAA==" }),
	answering(rule.ResponseUpgrade, func(r *pcaps.Response) { r.Omit = []string{"Upgrade"} }),
	answering(rule.ResponseConnection, func(r *pcaps.Response) {
		r.Omit = []string{"Connection"}
	}),
	answering(rule.ExtensionNotOffered, func(r *pcaps.Response) {
		r.Headers = [][2]string{pcaps.Extension("permessage-deflate")}
	}),
	{rule.ExtensionSyntax, true, true, func(p *Plan) {
		p.request.Headers = [][2]string{pcaps.Extension("permessage-deflate")}
		p.response.Headers = [][2]string{pcaps.Extension("permessage-deflate server_no_context_takeover")}
	}},
	answering(rule.SubprotocolNotOffered, func(r *pcaps.Response) {
		r.Headers = [][2]string{pcaps.Subprotocol("chat")}
	}),
	{rule.SubprotocolMany, true, true, func(p *Plan) {
		p.request.Headers = [][2]string{pcaps.Subprotocol("chat, superchat")}
		p.response.Headers = [][2]string{pcaps.Subprotocol("chat, superchat")}
	}},
	{rule.DeflateParams, true, true, func(p *Plan) {
		p.request.Headers = [][2]string{pcaps.Extension("permessage-deflate")}
		p.response.Headers = [][2]string{pcaps.Extension("permessage-deflate; server_max_window_bits=7")}
	}},
	refusing(rule.ResponseVersion, "99", 426),
	refusing(rule.UpgradeRequired, "13", 426),
	answering(rule.ResponseBody, func(r *pcaps.Response) {
		r.Headers = [][2]string{{"Content-Length", "0"}}
	}),
	asking(rule.RequestBody, func(r *pcaps.Request) {
		r.Headers, r.Body = [][2]string{{"Content-Length", "5"}}, []byte("Hello")
	}),
	asking(rule.HTTPSyntax, func(r *pcaps.Request) { r.Headers = [][2]string{{"X-Note ", "hello"}} }),
}
