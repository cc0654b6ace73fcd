package payload_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

func TestXMPP(t *testing.T) {
	t.Parallel()
	talk := []string{
		`> <open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="localhost" version="1.0"/>`,
		`< <stream:features xmlns:stream='http://etherx.jabber.org/streams'><mechanisms/></stream:features>`,
		`> <auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">AGEAYg==</auth>`,
		`< <failure xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><not-authorized/></failure>`,
		`> <auth mechanism="PLAIN">AGEAYw==</auth>`, `< <success/>`,
		`> <iq type="set" id="a1"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>`, `< <iq type="result" id="a1"><bind/></iq>`,
		`> <iq type="get" id="p"><ping xmlns="urn:xmpp:ping"/></iq>`, `< <iq type="error" id="p"><error type="cancel"/></iq>`,
		`> <message to="bob@x" type="chat" id="m1"><body>a &lt;b&gt; <![CDATA[&]]></body><x><body>not this</body></x></message>`,
		`< <presence from="bob@x" type="unavailable"/>`, `< <stream:error><conflict/></stream:error>`,
		`< <a/><b/>`, `< <a>`, `< text`, `< <!DOCTYPE a><a/>`, `< <a>x</b>`, `> <close/>`,
	}
	got, _ := said(t, payload.Opening{}, payload.ReaderOptions{}, talk...)
	expect(t, got,
		"1 xmpp/open", "2 xmpp/stream:features", "3 xmpp/auth/PLAIN", "4 xmpp/failure/not-authorized>3!", "5 xmpp/auth/PLAIN", "6 xmpp/success>5",
		"7 xmpp/iq/bind#a1", "8 xmpp/iq/bind#a1>7", "9 xmpp/iq/ping#p~", "10 xmpp/iq/error#p>9!", "11 xmpp/message#m1", "12 xmpp/presence",
		"13 xmpp/stream:error/conflict!", "14 ", "15 ", "16 ", "17 ", "18 ", "19 xmpp/close")
	a := told(t, payload.Opening{}, talk...)[10]
	if want := `{"body":"a <b> &","to":"bob@x","type":"chat"}`; asJSON(a.Also) != want || a.Summary != `message chat bob@x "a <b> &" #m1` {
		t.Errorf("got %s %s", a.Summary, asJSON(a.Also))
	}
}
