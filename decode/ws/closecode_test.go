package ws

import (
	"testing"

	"github.com/wspeek/wspeek/decode/rule"
)

func TestHazard_W21_CloseCodes(t *testing.T) {
	t.Parallel()
	rows := []struct {
		code int
		name string
		rule *rule.Rule
	}{
		{0, "Unused", rule.CloseCodeRange},
		{999, "Unused", rule.CloseCodeRange},
		{1000, "Normal Closure", nil},
		{1001, "Going Away", nil},
		{1002, "Protocol error", nil},
		{1003, "Unsupported Data", nil},
		{1004, "Reserved", rule.CloseCodeRange},
		{1005, "No Status Rcvd", rule.CloseCodeReserved},
		{1006, "Abnormal Closure", rule.CloseCodeReserved},
		{1007, "Invalid frame payload data", nil},
		{1008, "Policy Violation", nil},
		{1009, "Message Too Big", nil},
		{1010, "Mandatory Ext.", nil},
		{1011, "Internal Error", nil},
		{1012, "Service Restart", nil},
		{1013, "Try Again Later", nil},
		{1014, "Bad Gateway", nil},
		{1015, "TLS handshake", rule.CloseCodeReserved},
		{1016, "Reserved for the protocol", rule.CloseCodeRange},
		{2999, "Reserved for the protocol", rule.CloseCodeRange},
		{3000, "Registered for libraries and frameworks", nil},
		{3999, "Registered for libraries and frameworks", nil},
		{4000, "Private Use", nil},
		{4999, "Private Use", nil},
	}
	checkCloseCodes(t, rows)
}

func TestHazard_W22_CloseCodesBeyondAllRanges(t *testing.T) {
	t.Parallel()
	checkCloseCodes(t, []struct {
		code int
		name string
		rule *rule.Rule
	}{
		{5000, "Undefined range", rule.CloseCodeRange},
		{65535, "Undefined range", rule.CloseCodeRange},
	})
	for _, code := range []int{-1, 65536} {
		if n := CloseName(code); n != "" {
			t.Errorf("%d has the name %q, want none", code, n)
		}
	}
}

func checkCloseCodes(t *testing.T, rows []struct {
	code int
	name string
	rule *rule.Rule
}) {
	t.Helper()
	for _, row := range rows {
		if got := CloseName(row.code); got != row.name {
			t.Errorf("%d: name %q, want %q", row.code, got, row.name)
		}
		if got := CloseRule(row.code); got != row.rule {
			t.Errorf("%d: rule %v, want %v", row.code, got, row.rule)
		}
	}
}

func TestCloseCodesStandAtTheirNumbers(t *testing.T) {
	t.Parallel()
	for i, c := range CloseCodes {
		if c.Code != 1000+i || FindCloseCode(c.Code) != &CloseCodes[i] || c.Name == "" || c.Text == "" || c.Source == "" {
			t.Errorf("row %d: %+v", i, c)
		}
	}
}

func TestOpcodes(t *testing.T) {
	t.Parallel()
	names := map[Opcode]string{0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
	for o := range Opcode(32) {
		want, defined := names[o]
		if !defined {
			want = "reserved"
		}
		if o.String() != want || o.Reserved() == defined {
			t.Errorf("opcode %d: %q, reserved %v, want %q", o, o, o.Reserved(), want)
		}
		if o < 16 && o.Control() != (o >= 8) {
			t.Errorf("opcode %d: control %v", o, o.Control())
		}
	}
}
