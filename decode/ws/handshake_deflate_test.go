package ws

import "testing"

func TestHazard_D1_BadParameters(t *testing.T) {
	const ext = "Sec-WebSocket-Extensions: permessage-deflate"
	offer := []string{ext + "; client_max_window_bits"}
	rows := []checkRow{}
	for _, row := range []struct{ name, params, want string }{
		{"plain", "", ""},
		{"all of them", "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8; client_max_window_bits=15", ""},
		{"quoted", `; client_max_window_bits="10"`, ""},
		{"7 bits", "; server_max_window_bits=7", `"7", not 8 to 15`},
		{"16 bits", "; client_max_window_bits=16", `"16", not 8 to 15`},
		{"leading zero", "; server_max_window_bits=08", `"08", not 8 to 15`},
		{"letters", "; server_max_window_bits=1x", `"1x", not 8 to 15`},
		{"twice", "; client_max_window_bits=10; client_max_window_bits=10", "client_max_window_bits is given twice"},
		{"unknown", "; mystery=1", `unknown parameter "mystery"`},
		{"client value missing", "; client_max_window_bits", "client_max_window_bits has no value"},
		{"server value missing", "; server_max_window_bits", "server_max_window_bits has no value"},
		{"value where there is none", "; server_no_context_takeover=1", "server_no_context_takeover has a value"},
		{"accepted twice", ", permessage-deflate", "accepted twice"},
	} {
		want := []string{}
		if row.want != "" {
			want = append(want, "deflate.params: "+row.want)
		}
		rows = append(rows, checkRow{row.name, offer, []string{ext + row.params}, want})
	}
	runRows(t, rows)
}

func TestHazard_D1_BadOffers(t *testing.T) {
	const ext = "Sec-WebSocket-Extensions: permessage-deflate"
	runRows(t, []checkRow{
		{"client bits without a value", []string{ext + "; client_max_window_bits"}, nil, nil},
		{"server bits without a value", []string{ext + "; server_max_window_bits"}, nil, []string{"deflate.params: offer: server_max_window_bits has no value"}},
		{"unknown", []string{ext + "; foo"}, nil, []string{`deflate.params: offer: unknown parameter "foo"`}},
		{"twice", []string{ext + "; client_max_window_bits; client_max_window_bits=9"}, nil, []string{"deflate.params: offer: client_max_window_bits is given twice"}},
	})
}

func TestHazard_D2_ResponseAnswersOneOffer(t *testing.T) {
	const ext = "Sec-WebSocket-Extensions: "
	two := []string{ext + "permessage-deflate; server_max_window_bits=10; client_max_window_bits, permessage-deflate"}
	runRows(t, []checkRow{
		{"first of two", two, []string{ext + "permessage-deflate; server_max_window_bits=9; client_max_window_bits=12"}, nil},
		{"second of two", two, []string{ext + "permessage-deflate"}, nil},
		{"neither", two, []string{ext + "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12"}, []string{"deflate.params: "}},
		{"client bits not offered", []string{ext + "permessage-deflate"}, []string{ext + "permessage-deflate; client_max_window_bits=10"},
			[]string{"deflate.params: client_max_window_bits was not offered (section 7.1.2.2)"}},
		{"server bits not offered", []string{ext + "permessage-deflate"}, []string{ext + "permessage-deflate; server_max_window_bits=10"}, nil},
		{"server window larger", []string{ext + "permessage-deflate; server_max_window_bits=10"}, []string{ext + "permessage-deflate; server_max_window_bits=11"},
			[]string{"deflate.params: larger than the 10 offered"}},
		{"server window dropped", []string{ext + "permessage-deflate; server_max_window_bits=10"}, []string{ext + "permessage-deflate"},
			[]string{"deflate.params: not in the response (section 7.1.2.1)"}},
		{"takeover dropped", []string{ext + "permessage-deflate; server_no_context_takeover"}, []string{ext + "permessage-deflate"},
			[]string{"deflate.params: not in the response (section 7.1.1.1)"}},
		{"takeover added", []string{ext + "permessage-deflate"}, []string{ext + "permessage-deflate; server_no_context_takeover; client_no_context_takeover"}, nil},
		{"client takeover is a hint", []string{ext + "permessage-deflate; client_no_context_takeover"}, []string{ext + "permessage-deflate"}, nil},
	})
}

func TestNegotiatedDeflate(t *testing.T) {
	t.Parallel()
	full := [2]int{15, 15}
	rows := []struct {
		value string
		want  *Deflate
	}{
		{"", nil},
		{"permessage-deflate", &Deflate{WindowBits: full}},
		{"permessage-deflate; server_no_context_takeover", &Deflate{NoTakeover: [2]bool{S2C: true}, WindowBits: full}},
		{"permessage-deflate; client_no_context_takeover", &Deflate{NoTakeover: [2]bool{C2S: true}, WindowBits: full}},
		{"permessage-deflate; server_max_window_bits=9; client_max_window_bits=12", &Deflate{WindowBits: [2]int{C2S: 12, S2C: 9}}},
		{"permessage-deflate; server_max_window_bits=16", &Deflate{WindowBits: full}},
		{"permessage-deflate; server_max_window_bits=08", &Deflate{WindowBits: full}},
		{"permessage-deflate; server_max_window_bits=9; server_max_window_bits=15", &Deflate{WindowBits: full}},
		{"Permessage-Deflate", nil},
	}
	for _, row := range rows {
		// What was offered changes nothing: the server is followed (RFC 7692 section 5).
		for _, req := range []*Request{nil, {Fields: fields("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8")}} {
			n := Negotiate(req, &Response{Status: 101, Fields: fields("Sec-WebSocket-Extensions: " + row.value)})
			if (n.Deflate == nil) != (row.want == nil) || n.Deflate != nil && *n.Deflate != *row.want {
				t.Errorf("%q: got %+v, want %+v", row.value, n.Deflate, row.want)
			}
		}
	}
}
