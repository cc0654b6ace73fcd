package export_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
)

// TestQUIC: what is not read is in the account, with its ports.
func TestQUIC(t *testing.T) {
	t.Parallel()
	a := &decode.Account{QUIC: map[uint16]int64{4433: 1, 443: 120}}
	if got := new(export.JSON).Summary(nil, a); !bytes.Contains(got, []byte(`"quic":{"443":120,"4433":1}`)) {
		t.Errorf("%s", got)
	}
	if got := export.Account(a); !strings.Contains(got, "\nquic: 120 packets to and from :443 (HTTP/3, which is not read)\nquic: 1 packet to and from :4433") {
		t.Errorf("%s", got)
	}
}
