package payload_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

func TestGuacamole(t *testing.T) {
	t.Parallel()
	got, _ := said(t, payload.Opening{Token: "guacamole"}, payload.ReaderOptions{},
		"< 0.,36.$12345678-1234-1234-1234-1234567890a;",
		"< 4.size,1.0,4.1024,3.768;4.sync,8.12345678;",
		"> 4.sync,8.12345678;5.mouse,3.400,3.300,1.0;",
		"< 4.name,5.grün.;", // lengths count characters
		"> 3.nop;",
		"< 5.error,4.Gone,3.519;",
		"< 4.size,1.0", // no instruction
	)
	expect(t, got, "1 guacamole/internal", "2 guacamole/size,guacamole/sync#12345678~", "3 guacamole/sync#12345678>2~,guacamole/mouse",
		"4 guacamole/name", "5 guacamole/nop~", "6 guacamole/error!", "7 ")
	a := told(t, payload.Opening{}, "< 4.args,13.VERSION_1_5_0,8.hostname;", "> 6.select,3.vnc;")
	if len(a) != 2 || asJSON(a[0].Args) != `["VERSION_1_5_0","hostname"]` || a[0].Summary != `args ["VERSION_1_5_0","hostname"]` {
		t.Errorf("recognised by shape: got %+v", a)
	}
	for _, p := range []string{"4.5 is a number;", "3.abc", "4.ABCD;", "99999999999.a;", "1.a,;", ""} {
		if got := told(t, payload.Opening{}, "< "+p, "> "+p); len(got) > 0 {
			t.Errorf("%q was claimed: %v", p, got)
		}
	}
}
