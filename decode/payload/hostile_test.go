package payload_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/decode/payload"
)

// openings begin each protocol in all its forms: by a token, or by path and query.
func openings(p *payload.Protocol) []payload.Opening {
	out := []payload.Opening{{}}
	for _, token := range p.Tokens {
		out = append(out, payload.Opening{Token: token})
	}
	switch p.ID {
	case "discord":
		for _, q := range []string{"json", "etf", "json&compress=zlib-stream", "json&compress=zstd-stream"} {
			out = append(out, payload.Opening{Target: "/?v=10&encoding=" + q})
		}
	case "kubernetes":
		out = append(out, payload.Opening{Target: "/api/v1/namespaces/n/pods/p/portforward"})
	}
	return out
}

// hostile are messages that ask for much time or memory.
func hostile() map[string]string {
	const million, many = 1 << 20, 1 << 16
	return map[string]string{
		"arrays of JSON":          strings.Repeat("[", million),
		"objects of JSON":         strings.Repeat(`{"a":`, million),
		"a call with deep JSON":   `{"jsonrpc":"2.0","method":"x","params":` + strings.Repeat("[", million) + strings.Repeat("]", million) + "}",
		"arrays of MessagePack":   strings.Repeat("\x91", million),
		"maps of MessagePack":     strings.Repeat("\x81\xa1a", million/2),
		"arrays of CBOR":          strings.Repeat("\x81", million),
		"tags of CBOR":            strings.Repeat("\xc6", million),
		"open arrays of CBOR":     strings.Repeat("\x9f", million),
		"lists of Erlang":         "\x83" + strings.Repeat("l\x00\x00\x00\x01", million/4),
		"elements of XML":         strings.Repeat("<a>", million/2),
		"attributes of XML":       "<a " + strings.Repeat(`a="b" `, many/6) + "/>",
		"text in pieces":          "<message><body>" + strings.Repeat("a<![CDATA[b]]>", many/16) + "</body></message>",
		"fields of Protobuf":      strings.Repeat("\x0a\x7f", many/2),
		"packets of MQTT":         strings.Repeat("\xd0\x00", many/2),
		"a long packet of MQTT":   "\x30\xff\xff\xff\x7f\x00\x01a",
		"a long array":            "\xdd\xff\xff\xff\xff\x01",
		"a long map":              "\xdf\xff\xff\xff\xff\x01\x01",
		"a long string":           "\xdb\xff\xff\xff\xff\x01",
		"a long array of CBOR":    "\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x01",
		"a long string of CBOR":   "\x7b\x7f\xff\xff\xff\xff\xff\xff\xff\x01",
		"a big integer":           "\x83o\x00\x00\xff\xff\x00" + strings.Repeat("\xff", many),
		"a big number of CBOR":    "\x82\x62hi\xc2\x5a\x00\x01\x00\x00" + strings.Repeat("\xff", many),
		"a long body of NATS":     "MSG a 1 67108864\r\n",
		"a line without end":      "MSG " + strings.Repeat("a", many),
		"lines":                   strings.Repeat("PING\r\n", many/6),
		"a long body of STOMP":    "MESSAGE\ncontent-length:2147483647\n\n",
		"headers without end":     "MESSAGE\n" + strings.Repeat("a:b\n", many/4),
		"heart-beats":             strings.Repeat("\n", many),
		"a long cut text":         "\x06\x00\x00\x00\xff\xff\xff\xff",
		"rectangles":              "\x00\x00\xff\xff" + strings.Repeat("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", many/16),
		"a large hextile":         "\x00\x00\x00\x01\x00\x00\x00\x00\xff\xff\xff\xff\x00\x00\x00\x05" + strings.Repeat("\x00", many),
		"elements of Guacamole":   strings.Repeat("1.a,", many/4),
		"digits":                  strings.Repeat("9", many) + ".a;",
		"records":                 strings.Repeat("{}\n", many/3),
		"a batch":                 strings.Repeat("\x00\x00\x00\x01\x90", many/8),
		"batches of JSON":         strings.Repeat("[49,1,{}]\x18", many/16),
		"lines of SIP":            "INVITE a SIP/2.0\r\n" + strings.Repeat("a: b\r\n", many/6) + "\r\n",
		"a zlib header":           "\x78\x9c" + strings.Repeat("\x00", many),
		"a large window of zstd":  "\x28\xb5\x2f\xfd\x00\xff\x00\x00\x00",
		"noise":                   noise(many),
		"ones":                    strings.Repeat("\xff", many),
		"zeros":                   strings.Repeat("\x00", many),
		"packets of SignalR":      strings.Repeat("\x02\x91\x06", many/8),
		"escapes":                 `["` + strings.Repeat(`\u0000`, many/6) + `"]`,
		"numbers":                 "[" + strings.Repeat("1,", many/4) + "1]",
		"an event of Engine.IO":   "4" + strings.Repeat("51-", many/4),
		"many attachments":        `451999999999-["a"]`,
		"a namespace without end": "42/" + strings.Repeat("a", many),
	}
}

func noise(n int) string {
	r := rand.NewChaCha8([32]byte{7})
	p := make([]byte, n)
	if _, err := r.Read(p); err != nil {
		panic(err)
	}
	return string(p)
}

// Time and memory grow with the payload and no faster, whatever it says.
func TestDecoders_Hostile(t *testing.T) { //nolint:paralleltest // it measures memory
	inputs := hostile()
	for _, p := range payload.Protocols {
		for _, o := range openings(p) {
			for name, in := range inputs {
				for _, fromClient := range []bool{true, false} {
					begin := memory()
					start := time.Now()
					run(p, o, in, fromClient)
					took, made := time.Since(start), memory()-begin
					if took > 5*time.Second || made > 600*uint64(len(in))+100<<20 {
						t.Errorf("%s %+v: %s (%d bytes, from the client %v): %v, %d bytes", p.ID, o, name, len(in), fromClient, took, made)
					}
				}
			}
		}
	}
}

func memory() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.TotalAlloc
}

// run gives one message to all that a protocol has, as text and as binary.
func run(p *payload.Protocol, o payload.Opening, in string, fromClient bool) {
	for _, kind := range []payload.Kind{payload.Text, payload.Binary} {
		m := payload.Message{N: 1, FromClient: fromClient, Kind: kind, Payload: []byte(in)}
		if p.Recognise != nil {
			p.Recognise(&o, []payload.Message{m})
		}
		if p.Claim != nil {
			p.Claim(&m, nil)
		}
		if p.Begin != nil {
			p.Begin(&o).Decode(&m, nil)
		}
	}
}

// A packet that comes in a great many messages costs no more than what it holds.
func TestDecoders_SmallMessages(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ token, begin, more string }{
		{"mqtt", "\x30\xff\xff\xff\x06\x00\x01a", "x"}, {"v12.stomp", "MESSAGE\n\n", "x"}, {"v12.stomp", "MESSAGE\ncontent-length:16000000\n\n", "\x00"},
		{"rfb", "", "x"}, {"", "INFO {\"server_id\":\"a\"}\r\nMSG a 1 16000000\r\n", "\n"},
	} {
		start := time.Now()
		r := payload.NewReader(payload.Opening{Token: row.token}, payload.ReaderOptions{}, func(*payload.Message, []payload.App) {})
		for i := range 1 << 18 {
			m := payload.Message{N: int64(i + 1), Kind: payload.Binary, Payload: []byte(row.more)}
			if i == 0 {
				m.Payload = []byte(row.begin)
			}
			r.Push(&m)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s %q: %v", row.token, row.begin, took)
		}
	}
}

// FuzzDecoders gives messages to the decoder of any protocol. Each message is a byte of flags, one of its length, and its payload.
func FuzzDecoders(f *testing.F) {
	for i, p := range payload.Protocols {
		if p.Begin == nil && p.Claim == nil {
			continue
		}
		for k := range openings(p) {
			for _, s := range fuzzSeeds {
				f.Add(uint8(i), uint8(k), []byte(s))
			}
		}
	}
	f.Fuzz(func(t *testing.T, row, form uint8, script []byte) {
		p := payload.Protocols[int(row)%len(payload.Protocols)]
		forms := openings(p)
		o := forms[int(form)%len(forms)]
		var d payload.Decoder
		if p.Begin != nil {
			d = p.Begin(&o)
		}
		var first []payload.Message
		for n := int64(1); len(script) > 1; n++ {
			flags, size := script[0], min(int(script[1]), len(script)-2)
			m := payload.Message{N: n, FromClient: flags&1 != 0, Kind: payload.Kind(flags >> 1 & 1), Cut: flags&8 != 0, Payload: script[2 : 2+size : 2+size]}
			script = script[2+size:]
			before := bytes.Clone(m.Payload)
			if first = append(first, m); p.Recognise != nil && n <= payload.MaxFirst {
				p.Recognise(&o, first)
			}
			if d != nil {
				if flags&4 != 0 {
					d.Lost(m.FromClient)
				}
				checkApps(t, &m, d.Decode(&m, nil))
			}
			if p.Claim != nil {
				checkApps(t, &m, p.Claim(&m, nil))
			}
			if !bytes.Equal(before, m.Payload) {
				t.Fatalf("%s changed its input %x to %x", p.ID, before, m.Payload)
			}
		}
	})
}

var fuzzSeeds = []string{
	"\x03\x0e\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00\x02\x04\x20\x02\x00\x00\x03\x08\x32\x06\x00\x01a\x00\x07x", "\x01\x0bCONNECT\n\n\x00\n\n",
	"\x00\x16INFO {\"server_id\":\"\"}\r\n\x00\x0dMSG a 1 1\r\nx\r\n", "\x02\x0cRFB 003.008\n\x03\x0cRFB 003.003\n\x02\x04\x00\x00\x00\x01",
	"\x01\x094.sync,1.1;", "\x03\x03\x01hi", "\x01\x17[1,\"a\",{\"roles\":{}}]     ", "\x00\x1d<iq type='get' id='a'><b/></iq>", "\x01\x13INVITE a SIP/2.0\r\n\r\n",
	"\x01\x15{\"id\":1,\"connect\":{}}\n", "\x00\x1d{\"action\":4,\"connectionId\":\"\"}", "\x01\x1c[\"1\",\"2\",\"t\",\"phx_join\",{}] ", "\x03\x08\x00\x01\x01\x01\x01abcd",
	"\x00\x13{\"op\":10,\"d\":{\"a\":1}}", "\x02\x08\x83t\x00\x00\x00\x00  ", "\x02\x09\x78\x9c\x00\x00\x00\xff\xff\x00\x00", "\x02\x0d\x28\xb5\x2f\xfd\x00\x58\x11\x00\x00hi  ",
	"\x02\x05\x81\xa2hi\x01", "\x02\x05\xa1\x62hi\x01", "\x02\x07\x0a\x05hello", "\x06\x03\x01\x91\x06",
}

// checkApps checks what holds for all packets.
func checkApps(t *testing.T, m *payload.Message, apps []payload.App) {
	t.Helper()
	if len(apps) > len(m.Payload)+2 {
		t.Fatalf("%d packets in %d bytes", len(apps), len(m.Payload))
	}
	for i := range apps {
		a := &apps[i]
		if a.Event == "" || a.ReplyTo < 0 || a.ReplyTo > m.N || a.First < 0 || a.First > m.N {
			t.Fatalf("%x: a packet without kind, or of the future: %+v", m.Payload, *a)
		}
		if err := checkValue(a.Args); err != nil {
			t.Fatalf("%x: args: %v", m.Payload, err)
		}
		if err := checkValue(a.Also); a.Also != nil && err != nil {
			t.Fatalf("%x: also: %v", m.Payload, err)
		}
	}
}

// checkValue reports what is not one of the kinds that Args may have.
func checkValue(v any) error {
	switch v := v.(type) {
	case nil, bool, string, json.Number, int64, uint64, []byte:
	case float64:
		if v != v || v-v != 0 {
			return fmt.Errorf("%v is no number of JSON", v)
		}
	case json.RawMessage:
		if !json.Valid(v) {
			return fmt.Errorf("%q is no JSON", v)
		}
	case []any:
		for _, e := range v {
			if err := checkValue(e); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, e := range v {
			if err := checkValue(e); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("a value of type %T", v)
	}
	return nil
}
