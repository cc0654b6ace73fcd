package tls

import (
	"bytes"
	"crypto/aes"
	"encoding/hex"
	"testing"
)

func fromHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCCM(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		name, key, nonce, extra, plain, sealed string
		tag                                    int
	}{
		{
			"RFC 3610, packet vector 1", "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000003020100a0a1a2a3a4a5", "0001020304050607",
			"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
			"588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0", 8,
		},
		{
			"RFC 3610, packet vector 2", "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000004030201a0a1a2a3a4a5", "0001020304050607",
			"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
			"72c91a36e135f8cf291ca894085c87e3cc15c439c9e43a3ba091d56e10400916", 8,
		},
		{
			"NIST SP 800-38C, example 3", "404142434445464748494a4b4c4d4e4f", "101112131415161718191a1b",
			"000102030405060708090a0b0c0d0e0f10111213", "202122232425262728292a2b2c2d2e2f3031323334353637",
			"e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951", 8,
		},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			block, err := aes.NewCipher(fromHex(t, v.key))
			if err != nil {
				t.Fatal(err)
			}
			nonce, extra, plain, sealed := fromHex(t, v.nonce), fromHex(t, v.extra), fromHex(t, v.plain), fromHex(t, v.sealed)
			c := &ccm{block, v.tag, len(nonce)}
			if got := c.Seal(nil, nonce, plain, extra); !bytes.Equal(got, sealed) {
				t.Errorf("sealed: got %x, want %x", got, sealed)
			}
			got, err := c.Open([]byte("before"), nonce, sealed, extra)
			if err != nil || string(got) != "before"+string(plain) {
				t.Errorf("opened: got %x, %v; want %x", got, err, plain)
			}
			for i := range sealed {
				bad := bytes.Clone(sealed)
				bad[i] ^= 1
				if _, err := c.Open(nil, nonce, bad, extra); err == nil {
					t.Errorf("byte %d changed: no error", i)
				}
			}
			if _, err := c.Open(nil, nonce, sealed[:v.tag-1], extra); err == nil {
				t.Error("shorter than a tag: no error")
			}
		})
	}
}
