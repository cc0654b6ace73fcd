package tls

import (
	"bytes"
	"testing"
)

// Vectors that were published for the TLS 1.2 PRF (mailing list of the TLS working group, 2010) and for the key schedule of
// TLS 1.3 (RFC 8448 section 3).
func TestKeyDerivation(t *testing.T) {
	t.Parallel()
	got := prf(hashSHA256, fromHex(t, "9bbe436ba940f017b17652849a71db35"), "test label", fromHex(t, "a0ba9f936cda311827a6f796ffd5198c"), 100)
	want := fromHex(t, "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa0"+
		"22f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66")
	if !bytes.Equal(got, want) {
		t.Errorf("PRF: got %x, want %x", got, want)
	}
	secret := fromHex(t, "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38")
	for _, v := range []struct {
		label string
		n     int
		want  string
	}{
		{"key", 16, "3fce516009c21727d0f2e4e86ee403bc"},
		{"iv", 12, "5d313eb2671276ee13000b30"},
	} {
		if got := expandLabel(hashSHA256, secret, v.label, v.n); !bytes.Equal(got, fromHex(t, v.want)) {
			t.Errorf("%s: got %x, want %s", v.label, got, v.want)
		}
	}
}
