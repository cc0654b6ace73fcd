package http2

import (
	"testing"

	"golang.org/x/net/http2"
)

func TestSniff(t *testing.T) {
	t.Parallel()
	w := newWire()
	settings := w.settings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 100}, enable)
	many := w.settings(make([]http2.Setting, 33)...)
	tests := []struct {
		name, b string
		want    Verdict
	}{
		{"nothing", "", Undecided},
		{"preface", Preface, IsClient},
		{"preface and more", Preface + settings, IsClient},
		{"part of the preface", Preface[:23], Undecided},
		{"PRI of HTTP/1.1", "PRI * HTTP/1.1\r\n\r\n", IsNot},
		{"GET", "GET / HTTP/1.1\r\n", IsNot},
		{"server", settings, MaybeServer},
		{"server with empty settings", w.settings() + w.ping(), MaybeServer},
		{"part of a header", settings[:5], Undecided},
		{"a header alone", settings[:9], Undecided},
		{"one byte of the first setting", settings[:10], Undecided},
		{"acknowledgment first", w.ack(), IsNot},
		{"another frame", w.ping(), IsNot},
		{"SETTINGS on a stream", w.raw(4, 0, 1, ""), IsNot},
		{"SETTINGS of a wrong length", w.raw(4, 0, 0, "abcde"), IsNot},
		{"very many settings", many, IsNot},
		{"a setting that is not registered", w.raw(4, 0, 0, "\x7f\x00\x00\x00\x00\x00"), IsNot},
		{"zeros", "\x00\x00\x00\x00\x00\x00", IsNot},
		{"TLS", "\x16\x03\x01\x02\x00\x01", IsNot},
	}
	for _, tt := range tests {
		if got := Sniff([]byte(tt.b)); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
		for n := range len(tt.b) {
			if got := Sniff([]byte(tt.b[:n])); got != Undecided && got != Sniff([]byte(tt.b)) {
				t.Errorf("%s, first %d bytes: %d", tt.name, n, got)
			}
		}
	}
}
