package tls_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

// The trace of RFC 8448 section 3, without the server's flight and its ticket: they are a gap.
const (
	rfcClientHello = "16030100c4010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7000006130113031302010000" +
		"910000000b0009000006736572766572ff01000100000a00140012001d0017001800190100010101020103010400230000003300260024001d002099" +
		"381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c002b0003020304000d0020001e04030503060302030804080508060401" +
		"0501060102010402050206020202002d00020101001c00024001"
	rfcServerHello = "160303005a020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e003300" +
		"24001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304"
	rfcClientFinished = "170303003575ec4dc238cce60b298044a71e219c56cc77b0517fe9b93c7a4bfc44d87f38f80338ac98fc46deb384bd1caeacab6867" +
		"d726c40546"
	rfcClientData = "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292" +
		"a2977014bd1e3deae63aeebb21694915e4"
	rfcServerData = "17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb501a59a8fcc49c4bf2e5f0" +
		"a21c0047c2abf332540dd032e167c2955d"
	rfcRandom = "cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7"
	rfcKeys   = "CLIENT_HANDSHAKE_TRAFFIC_SECRET " + rfcRandom + " b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21\n" +
		"SERVER_HANDSHAKE_TRAFFIC_SECRET " + rfcRandom + " b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38\n" +
		"CLIENT_TRAFFIC_SECRET_0 " + rfcRandom + " 9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5\n" +
		"SERVER_TRAFFIC_SECRET_0 " + rfcRandom + " a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643\n"
	// rfcPlain is what both sides send.
	rfcPlain = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031"
	// rfcFlight is the length of what is missing here of the server's: two records.
	rfcFlight = 679 + 227
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRFC8448(t *testing.T) {
	t.Parallel()
	p := newPlayer(t, tls.Limits{})
	p.log(rfcKeys)
	for _, s := range []string{rfcClientHello, rfcServerHello, "", rfcClientFinished, rfcClientData, rfcServerData} {
		d := reassembly.Fwd
		if s == rfcServerHello || s == rfcServerData || s == "" {
			d = reassembly.Rev
		}
		if s == "" {
			p.gap(d, rfcFlight)
			continue
		}
		p.data(d, unhex(t, s))
	}
	p.close()
	for d, got := range p.r.data {
		if hex.EncodeToString(got) != rfcPlain {
			t.Errorf("direction %d: got %x, want %s", d, got, rfcPlain)
		}
	}
	i := p.conn.Info()
	if i.Version != "1.3" || i.Cipher != "TLS_AES_128_GCM_SHA256" || i.SNI != "server" || i.Reason() != 0 || !i.Finished[0] {
		t.Errorf("got %+v", i)
	}
	// The server's handshake was not captured, but the secrets that were used are all that its data needs.
	if log := string(p.conn.KeyLog()); strings.Count(log, "\n") != 3 || strings.Contains(log, "SERVER_HANDSHAKE") || !strings.Contains(rfcKeys, strings.SplitAfter(log, "\n")[0]) {
		t.Errorf("key log %q", log)
	}
}
