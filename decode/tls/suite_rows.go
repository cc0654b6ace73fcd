package tls

// kxID is the number of a suite and its key exchange.
type kxID struct {
	id uint16
	kx string
}

// suiteRow lists the suites of one bulk cipher (IANA TLS Cipher Suites registry).
type suiteRow struct {
	bulk bulk
	ids  []kxID
}

var suiteRows = []suiteRow{
	{bulk{"AES_128_GCM_SHA256", algAES, modeGCM, 16, hashNone, hashSHA256}, []kxID{
		{0x1301, ""}, {0xc02f, "ECDHE_RSA"}, {0xc02b, "ECDHE_ECDSA"}, {0x009c, "RSA"}, {0x009e, "DHE_RSA"},
		{0x00a0, "DH_RSA"}, {0x00a2, "DHE_DSS"}, {0x00a4, "DH_DSS"}, {0x00a6, "DH_anon"}, {0xc02d, "ECDH_ECDSA"},
		{0xc031, "ECDH_RSA"}, {0x00a8, "PSK"}, {0x00aa, "DHE_PSK"}, {0x00ac, "RSA_PSK"}, {0xd001, "ECDHE_PSK"},
	}},
	{bulk{"AES_256_GCM_SHA384", algAES, modeGCM, 32, hashNone, hashSHA384}, []kxID{
		{0x1302, ""}, {0xc030, "ECDHE_RSA"}, {0xc02c, "ECDHE_ECDSA"}, {0x009d, "RSA"}, {0x009f, "DHE_RSA"},
		{0x00a1, "DH_RSA"}, {0x00a3, "DHE_DSS"}, {0x00a5, "DH_DSS"}, {0x00a7, "DH_anon"}, {0xc02e, "ECDH_ECDSA"},
		{0xc032, "ECDH_RSA"}, {0x00a9, "PSK"}, {0x00ab, "DHE_PSK"}, {0x00ad, "RSA_PSK"}, {0xd002, "ECDHE_PSK"},
	}},
	{bulk{"CHACHA20_POLY1305_SHA256", algChaCha20, modePoly1305, 32, hashNone, hashSHA256}, []kxID{
		{0x1303, ""}, {0xcca8, "ECDHE_RSA"}, {0xcca9, "ECDHE_ECDSA"}, {0xccaa, "DHE_RSA"},
		{0xccab, "PSK"}, {0xccac, "ECDHE_PSK"}, {0xccad, "DHE_PSK"}, {0xccae, "RSA_PSK"},
	}},
	{bulk{"AES_128_CCM_SHA256", algAES, modeCCM, 16, hashNone, hashSHA256}, []kxID{
		{0x1304, ""}, {0xd005, "ECDHE_PSK"},
	}},
	{bulk{"AES_128_CCM_8_SHA256", algAES, modeCCM8, 16, hashNone, hashSHA256}, []kxID{
		{0x1305, ""}, {0xd003, "ECDHE_PSK"},
	}},
	{bulk{"AES_128_CCM", algAES, modeCCM, 16, hashNone, hashSHA256}, []kxID{
		{0xc09c, "RSA"}, {0xc09e, "DHE_RSA"}, {0xc0ac, "ECDHE_ECDSA"}, {0xc0a4, "PSK"}, {0xc0a6, "DHE_PSK"},
	}},
	{bulk{"AES_256_CCM", algAES, modeCCM, 32, hashNone, hashSHA256}, []kxID{
		{0xc09d, "RSA"}, {0xc09f, "DHE_RSA"}, {0xc0ad, "ECDHE_ECDSA"}, {0xc0a5, "PSK"}, {0xc0a7, "DHE_PSK"},
	}},
	{bulk{"AES_128_CCM_8", algAES, modeCCM8, 16, hashNone, hashSHA256}, []kxID{
		{0xc0a0, "RSA"}, {0xc0a2, "DHE_RSA"}, {0xc0ae, "ECDHE_ECDSA"}, {0xc0a8, "PSK"}, {0xc0aa, "PSK_DHE"},
	}},
	{bulk{"AES_256_CCM_8", algAES, modeCCM8, 32, hashNone, hashSHA256}, []kxID{
		{0xc0a1, "RSA"}, {0xc0a3, "DHE_RSA"}, {0xc0af, "ECDHE_ECDSA"}, {0xc0a9, "PSK"}, {0xc0ab, "PSK_DHE"},
	}},
	{bulk{"CAMELLIA_128_GCM_SHA256", algCamellia, modeGCM, 16, hashNone, hashSHA256}, []kxID{
		{0xc07a, "RSA"}, {0xc07c, "DHE_RSA"}, {0xc086, "ECDHE_ECDSA"}, {0xc08a, "ECDHE_RSA"},
	}},
	{bulk{"CAMELLIA_256_GCM_SHA384", algCamellia, modeGCM, 32, hashNone, hashSHA384}, []kxID{
		{0xc07b, "RSA"}, {0xc07d, "DHE_RSA"}, {0xc087, "ECDHE_ECDSA"}, {0xc08b, "ECDHE_RSA"},
	}},
	{bulk{"AES_128_CBC_SHA", algAES, modeCBC, 16, hashSHA1, hashSHA256}, []kxID{
		{0x002f, "RSA"}, {0x0030, "DH_DSS"}, {0x0031, "DH_RSA"}, {0x0032, "DHE_DSS"}, {0x0033, "DHE_RSA"},
		{0x0034, "DH_anon"}, {0xc004, "ECDH_ECDSA"}, {0xc009, "ECDHE_ECDSA"}, {0xc00e, "ECDH_RSA"},
		{0xc013, "ECDHE_RSA"}, {0xc018, "ECDH_anon"}, {0x008c, "PSK"}, {0x0090, "DHE_PSK"}, {0x0094, "RSA_PSK"},
		{0xc035, "ECDHE_PSK"}, {0xc01d, "SRP_SHA"}, {0xc01e, "SRP_SHA_RSA"}, {0xc01f, "SRP_SHA_DSS"},
	}},
	{bulk{"AES_256_CBC_SHA", algAES, modeCBC, 32, hashSHA1, hashSHA256}, []kxID{
		{0x0035, "RSA"}, {0x0036, "DH_DSS"}, {0x0037, "DH_RSA"}, {0x0038, "DHE_DSS"}, {0x0039, "DHE_RSA"},
		{0x003a, "DH_anon"}, {0xc005, "ECDH_ECDSA"}, {0xc00a, "ECDHE_ECDSA"}, {0xc00f, "ECDH_RSA"},
		{0xc014, "ECDHE_RSA"}, {0xc019, "ECDH_anon"}, {0x008d, "PSK"}, {0x0091, "DHE_PSK"}, {0x0095, "RSA_PSK"},
		{0xc036, "ECDHE_PSK"}, {0xc020, "SRP_SHA"}, {0xc021, "SRP_SHA_RSA"}, {0xc022, "SRP_SHA_DSS"},
	}},
	{bulk{"AES_128_CBC_SHA256", algAES, modeCBC, 16, hashSHA256, hashSHA256}, []kxID{
		{0x003c, "RSA"}, {0x003e, "DH_DSS"}, {0x003f, "DH_RSA"}, {0x0040, "DHE_DSS"}, {0x0067, "DHE_RSA"},
		{0x006c, "DH_anon"}, {0xc023, "ECDHE_ECDSA"}, {0xc025, "ECDH_ECDSA"}, {0xc027, "ECDHE_RSA"},
		{0xc029, "ECDH_RSA"}, {0x00ae, "PSK"}, {0x00b2, "DHE_PSK"}, {0x00b6, "RSA_PSK"}, {0xc037, "ECDHE_PSK"},
	}},
	{bulk{"AES_256_CBC_SHA256", algAES, modeCBC, 32, hashSHA256, hashSHA256}, []kxID{
		{0x003d, "RSA"}, {0x0068, "DH_DSS"}, {0x0069, "DH_RSA"}, {0x006a, "DHE_DSS"}, {0x006b, "DHE_RSA"}, {0x006d, "DH_anon"},
	}},
	{bulk{"AES_256_CBC_SHA384", algAES, modeCBC, 32, hashSHA384, hashSHA384}, []kxID{
		{0xc024, "ECDHE_ECDSA"}, {0xc026, "ECDH_ECDSA"}, {0xc028, "ECDHE_RSA"}, {0xc02a, "ECDH_RSA"},
		{0x00af, "PSK"}, {0x00b3, "DHE_PSK"}, {0x00b7, "RSA_PSK"}, {0xc038, "ECDHE_PSK"},
	}},
	{bulk{"CAMELLIA_128_CBC_SHA", algCamellia, modeCBC, 16, hashSHA1, hashSHA256}, []kxID{
		{0x0041, "RSA"}, {0x0042, "DH_DSS"}, {0x0043, "DH_RSA"}, {0x0044, "DHE_DSS"}, {0x0045, "DHE_RSA"}, {0x0046, "DH_anon"},
	}},
	{bulk{"CAMELLIA_256_CBC_SHA", algCamellia, modeCBC, 32, hashSHA1, hashSHA256}, []kxID{
		{0x0084, "RSA"}, {0x0085, "DH_DSS"}, {0x0086, "DH_RSA"}, {0x0087, "DHE_DSS"}, {0x0088, "DHE_RSA"}, {0x0089, "DH_anon"},
	}},
	{bulk{"CAMELLIA_128_CBC_SHA256", algCamellia, modeCBC, 16, hashSHA256, hashSHA256}, []kxID{
		{0x00ba, "RSA"}, {0x00bb, "DH_DSS"}, {0x00bc, "DH_RSA"}, {0x00bd, "DHE_DSS"}, {0x00be, "DHE_RSA"}, {0x00bf, "DH_anon"},
		{0xc072, "ECDHE_ECDSA"}, {0xc074, "ECDH_ECDSA"}, {0xc076, "ECDHE_RSA"}, {0xc078, "ECDH_RSA"},
		{0xc094, "PSK"}, {0xc096, "DHE_PSK"}, {0xc098, "RSA_PSK"}, {0xc09a, "ECDHE_PSK"},
	}},
	{bulk{"CAMELLIA_256_CBC_SHA256", algCamellia, modeCBC, 32, hashSHA256, hashSHA256}, []kxID{
		{0x00c0, "RSA"}, {0x00c1, "DH_DSS"}, {0x00c2, "DH_RSA"}, {0x00c3, "DHE_DSS"}, {0x00c4, "DHE_RSA"}, {0x00c5, "DH_anon"},
	}},
	{bulk{"CAMELLIA_256_CBC_SHA384", algCamellia, modeCBC, 32, hashSHA384, hashSHA384}, []kxID{
		{0xc073, "ECDHE_ECDSA"}, {0xc075, "ECDH_ECDSA"}, {0xc077, "ECDHE_RSA"}, {0xc079, "ECDH_RSA"},
		{0xc095, "PSK"}, {0xc097, "DHE_PSK"}, {0xc099, "RSA_PSK"}, {0xc09b, "ECDHE_PSK"},
	}},
	{bulk{"3DES_EDE_CBC_SHA", alg3DES, modeCBC, 24, hashSHA1, hashSHA256}, []kxID{
		{0x000a, "RSA"}, {0x000d, "DH_DSS"}, {0x0010, "DH_RSA"}, {0x0013, "DHE_DSS"}, {0x0016, "DHE_RSA"},
		{0x001b, "DH_anon"}, {0xc003, "ECDH_ECDSA"}, {0xc008, "ECDHE_ECDSA"}, {0xc00d, "ECDH_RSA"},
		{0xc012, "ECDHE_RSA"}, {0xc017, "ECDH_anon"}, {0x008b, "PSK"}, {0x008f, "DHE_PSK"}, {0x0093, "RSA_PSK"},
		{0xc034, "ECDHE_PSK"}, {0xc01a, "SRP_SHA"}, {0xc01b, "SRP_SHA_RSA"}, {0xc01c, "SRP_SHA_DSS"},
	}},
	{bulk{"RC4_128_SHA", algRC4, modeStream, 16, hashSHA1, hashSHA256}, []kxID{
		{0x0005, "RSA"}, {0x0066, "DHE_DSS"}, {0xc002, "ECDH_ECDSA"}, {0xc007, "ECDHE_ECDSA"}, {0xc00c, "ECDH_RSA"},
		{0xc011, "ECDHE_RSA"}, {0xc016, "ECDH_anon"}, {0x008a, "PSK"}, {0x008e, "DHE_PSK"}, {0x0092, "RSA_PSK"}, {0xc033, "ECDHE_PSK"},
	}},
	{bulk{"RC4_128_MD5", algRC4, modeStream, 16, hashMD5, hashSHA256}, []kxID{{0x0004, "RSA"}, {0x0018, "DH_anon"}}},
	{bulk{"NULL_MD5", algNull, modeStream, 0, hashMD5, hashSHA256}, []kxID{{0x0001, "RSA"}}},
	{bulk{"NULL_SHA", algNull, modeStream, 0, hashSHA1, hashSHA256}, []kxID{
		{0x0002, "RSA"}, {0x002c, "PSK"}, {0x002d, "DHE_PSK"}, {0x002e, "RSA_PSK"}, {0xc001, "ECDH_ECDSA"},
		{0xc006, "ECDHE_ECDSA"}, {0xc00b, "ECDH_RSA"}, {0xc010, "ECDHE_RSA"}, {0xc015, "ECDH_anon"}, {0xc039, "ECDHE_PSK"},
	}},
	{bulk{"NULL_SHA256", algNull, modeStream, 0, hashSHA256, hashSHA256}, []kxID{
		{0x003b, "RSA"}, {0x00b0, "PSK"}, {0x00b4, "DHE_PSK"}, {0x00b8, "RSA_PSK"}, {0xc03a, "ECDHE_PSK"},
	}},
	{bulk{"NULL_SHA384", algNull, modeStream, 0, hashSHA384, hashSHA384}, []kxID{
		{0x00b1, "PSK"}, {0x00b5, "DHE_PSK"}, {0x00b9, "RSA_PSK"}, {0xc03b, "ECDHE_PSK"},
	}},
}
