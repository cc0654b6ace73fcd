package payload_test

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

// sipText is a message of SIP.
func sipText(first, cseq, more string) string {
	return first + "\r\nVia: SIP/2.0/WS x\r\nFrom: <sip:a@x>;tag=1\r\nt: <sip:b@x>\r\ni: call1\r\nCSeq: " + cseq + "\r\n" + more + "\r\n"
}

func TestSIP(t *testing.T) {
	t.Parallel()
	talk := []string{
		"> " + sipText("INVITE sip:b@x SIP/2.0", "1 INVITE", "Content-Length: 3\r\n") + "v=0",
		"< " + sipText("SIP/2.0 180 Ringing", "1 INVITE", ""), "< " + sipText("SIP/2.0 200 OK", "1 INVITE", ""),
		"> " + sipText("ACK sip:b@x SIP/2.0", "1 ACK", ""), "< " + sipText("OPTIONS sip:a@x SIP/2.0", "7 OPTIONS", ""),
		"> " + sipText("SIP/2.0 481 Gone", "7 OPTIONS", ""), "> \r\n\r\n", "< \r\n", "< hello", "< SIP/2.0 9 x\r\n\r\n", "< a b HTTP/1.1\r\n\r\n", "<   x SIP/2.0\r\n\r\n",
	}
	got, _ := said(t, payload.Opening{Token: "sip"}, payload.ReaderOptions{}, talk...)
	expect(t, got,
		"1 sip/INVITE/INVITE#call1", "2 sip/response/INVITE#call1>1", "3 sip/response/INVITE#call1>1", "4 sip/ACK/ACK#call1",
		"5 sip/OPTIONS/OPTIONS#call1", "6 sip/response/OPTIONS#call1>5!", "7 sip/keepalive~", "8 sip/keepalive~", "9 ", "10 ", "11 ", "12 ")
	a := told(t, payload.Opening{}, talk...)
	if got := asJSON(a[0].Also) + asJSON(a[0].Args); got != `{"cseq":"1 INVITE","from":"<sip:a@x>;tag=1","to":"<sip:b@x>"}"v=0"` {
		t.Errorf("INVITE has %s", got)
	}
	if got := a[1].Summary; got != "180 Ringing INVITE #call1" {
		t.Errorf("the response is %q", got)
	}
	if got := told(t, payload.Opening{}, "> "+strings.Repeat("GET / HTTP/1.1\r\n", 2)); len(got) > 0 {
		t.Errorf("HTTP was claimed: %v", got)
	}
}
