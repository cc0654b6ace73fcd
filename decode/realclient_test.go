package decode

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/http1"
)

func TestRealClient(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value, want string }{
		{"Forwarded", "for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"},
		{"forwarded", "For=\"[2001:db8:cafe::17]:4711\"", "[2001:db8:cafe::17]:4711"},
		{"Forwarded", "for=192.0.2.43, for=198.51.100.17", "192.0.2.43"},
		{"Forwarded", "proto=https; FOR=\"_a;b,c\"", "_a;b,c"},
		{"Forwarded", `by="x\",for=no";for=unknown`, "unknown"},
		{"Forwarded", "proto=https", ""},
		{"X-Forwarded-For", "203.0.113.7, 10.0.0.9", "203.0.113.7"},
		{"x-forwarded-for", " ", ""},
		{"X-Real", "203.0.113.7", ""},
	} {
		s := &Session{RequestHeaders: []http1.Header{{Name: "Host", Value: "x"}, {Name: c.name, Value: c.value}}}
		if got := s.RealClient(); got != c.want {
			t.Errorf("%s: %s: %q, want %q", c.name, c.value, got, c.want)
		}
	}
	both := &Session{RequestHeaders: []http1.Header{{Name: "X-Forwarded-For", Value: "1.1.1.1"}, {Name: "Forwarded", Value: "for=2.2.2.2"}}}
	if got := both.RealClient(); got != "2.2.2.2" {
		t.Errorf("the standard field does not win: %q", got)
	}
	both.Proxied = &Proxied{Client: netip.MustParseAddrPort("3.3.3.3:33")}
	if got := both.RealClient(); got != "3.3.3.3:33" {
		t.Errorf("the PROXY protocol does not win: %q", got)
	}
}

func FuzzForwarded(f *testing.F) {
	f.Add(`for="[2001:db8::1]:47";by=x, for=b`)
	f.Add(`by="\";for=1`)
	f.Fuzz(func(t *testing.T, value string) {
		if got := forwardedFor(value); len(got) > len(value) || got != "" && !strings.Contains(strings.ToLower(value), "for=") {
			t.Fatalf("%q of %q", got, value)
		}
	})
}
