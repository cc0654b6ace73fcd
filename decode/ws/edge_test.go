package ws

import "testing"

// TestScriptedPeers has bytes that two scripts wrote to each other over loopback, and what they meant by them.
func TestScriptedPeers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, c2s, s2c string
		deflate        *Deflate
		want, broke    string
	}{
		{
			"bad frames", "810a6e6f74206d61736b6564 81841122c3f5774bad90",
			"81941122c3f57c43b09e7446e3976802b79d7402b0906354a687 817e00126c656e67746820696e2031323620666f726d" +
				"817f00000000000000126c656e67746820696e2031323720666f726d a1085253563220736574 8104fffe78c3" +
				"881903ed6e6f7420616c6c6f776564206f6e207468652077697265 810f61667465722074686520436c6f7365", nil,
			`1 c2s text exact "not masked" 2 c2s text exact "fine" 3 s2c text exact "masked by the server"
			 4 s2c text exact "length in 126 form" 5 s2c text exact "length in 127 form" 6 s2c text exact "RSV2 set"
			 7 s2c text exact "\xff\xfex\xc3" 8 s2c close exact 1005 "not allowed on the wire" 9 s2c text exact "after the Close"`,
			"ws.mask-required ws.mask-forbidden ws.length-minimal ws.length-minimal ws.rsv ws.utf8 ws.close-code-reserved ws.data-after-close",
		},
		{
			"bad opcodes", "81851122c3f57947af997e 88822222c3f621c8",
			"831672657365727665642064617461206f70636f646520338b1a726573657276656420636f6e74726f6c206f70636f6465203131810466696e65", nil,
			`1 c2s text exact "hello" 2 c2s close exact 1002 "" 3 s2c reserved exact "reserved data opcode 3"
			 4 s2c reserved exact "reserved control opcode 11" 5 s2c text exact "fine"`,
			"ws.opcode-reserved ws.opcode-reserved",
		},
		{
			"broken deflate", "", "c11cffff2074686973206973206e6f206465666c6174652073747265616d810466696e65880203ef", &Deflate{},
			`1 s2c text undecodable (inflate error) "\xff\xff this is no deflate stream" 2 s2c text exact "fine" 3 s2c close exact 1007 ""`,
			"deflate.data",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			newRig(t, Config{Keep: true, Deflate: c.deflate}).hex(C2S, c.c2s).hex(S2C, c.s2c).close().want(c.want, c.broke)
		})
	}
}
