package filter_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/filter"
)

// TestTLS asks for what carries a session.
func TestTLS(t *testing.T) {
	t.Parallel()
	secure := &decode.Session{N: 1, Scheme: "wss", H2Stream: 5, TLS: &decode.TLS{Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256",
		SNI: "chat.example", ALPN: "h2", Resumed: true, Keys: "dsb"}}
	clear := &decode.Session{N: 2, Scheme: "ws"}
	for expr, want := range map[string]bool{
		"tls": true, "http2": true, "tls.version == 1.3": true, `tls.version == "1.2"`: false, "tls.version > 1.1": true,
		"tls.cipher contains GCM": true, "tls.sni == chat.example": true, "tls.alpn == h2": true, "tls.resumed": true,
		"tls.early_data": false, "tls.early_data == no": true, "tls.keys == keylog": false, "http2.streamid == 5": true,
		`tls.handshake.extensions_server_name matches "^chat"`: true, "tls.handshake.extensions_alpn_str == h2": true,
	} {
		f, err := filter.Compile(expr)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		if got := f.Match(&filter.Row{Session: secure}); got != want {
			t.Errorf("%s: got %v, want %v", expr, got, want)
		}
		if f.Match(&filter.Row{Session: clear}) {
			t.Errorf("%s is true of a session in clear", expr)
		}
	}
}
