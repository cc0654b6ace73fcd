package tls

import (
	"bytes"
	"testing"
)

// The vectors of RFC 3713 appendix A.
func TestCamellia(t *testing.T) {
	t.Parallel()
	for _, v := range []struct{ name, key, sealed string }{
		{"128-bit key", "0123456789abcdeffedcba9876543210", "67673138549669730857065648eabe43"},
		{"256-bit key", "0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff", "9acc237dff16d76c20ef7c919e3a7509"},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			c, err := newCamellia(fromHex(t, v.key))
			if err != nil {
				t.Fatal(err)
			}
			plain, got := fromHex(t, "0123456789abcdeffedcba9876543210"), make([]byte, 16)
			if c.Encrypt(got, plain); !bytes.Equal(got, fromHex(t, v.sealed)) {
				t.Errorf("encrypted: got %x, want %s", got, v.sealed)
			}
			if c.Decrypt(got, got); !bytes.Equal(got, plain) {
				t.Errorf("decrypted: got %x, want %x", got, plain)
			}
		})
	}
	if _, err := newCamellia(make([]byte, 24)); err == nil {
		t.Error("a key of 24 bytes: no error")
	}
}

// The S-box is a permutation.
func TestCamelliaSbox(t *testing.T) {
	t.Parallel()
	var seen [256]bool
	for _, v := range camelliaSbox {
		if seen[v] {
			t.Errorf("%d is there twice", v)
		}
		seen[v] = true
	}
}
