package main

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const (
	// tlsTarget is how many times as fast as tshark wspeek is to be under TLS.
	tlsTarget = 15
	// tlsCost is how many times as long it may take as the same in clear and one pass of AES-GCM over the bytes.
	tlsCost = 2
	// recordLen is the most that a record holds.
	recordLen = 16 << 10
)

// underTLS compares the listing of json under TLS 1.3 with that of tshark and with that of json in clear, and counts the
// targets that were missed.
func underTLS(mb string) (missed int, err error) {
	base := filepath.Join(*dir, "tls13-"+mb)
	mine, _, err := best(*wspeek, "messages", "--no-payload", "--json", "--keylog", base+".keys", base+".pcap")
	if err != nil {
		return 0, err
	}
	clear, _, err := best(*wspeek, "messages", "--no-payload", "--json", filepath.Join(*dir, "json-"+mb+".pcap"))
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(base + ".pcap")
	if err != nil {
		return 0, err
	}
	pass := gcmPass(info.Size())
	bound := time.Duration(tlsCost * float64(clear+pass))
	verdict := ""
	if mine > bound {
		missed, verdict = 1, "  missed"
	}
	fmt.Printf("json under TLS 1.3, %s MB: wspeek %.3fs; in clear %.3fs, AES-128-GCM over the bytes %.3fs, bound %.3fs%s\n",
		mb, mine.Seconds(), clear.Seconds(), pass.Seconds(), bound.Seconds(), verdict)
	tshark, lookErr := exec.LookPath("tshark")
	if lookErr != nil {
		return missed, nil
	}
	theirs, _, err := best(tshark, listing(base+".pcap", "-o", "tls.keylog_file:"+base+".keys")...)
	if err != nil {
		return missed, err
	}
	ratio := theirs.Seconds() / mine.Seconds()
	if verdict = ""; ratio < tlsTarget {
		missed, verdict = missed+1, "  missed"
	}
	fmt.Printf("%-8s %6s %9.3fs %9.3fs %8.1f %7d%s\n", "tls13", mb, mine.Seconds(), theirs.Seconds(), ratio, tlsTarget, verdict)
	return missed, nil
}

// gcmPass is how long AES-128-GCM takes for n bytes in records as long as they can be, the best of several runs.
func gcmPass(n int64) (took time.Duration) {
	block, err := aes.NewCipher(make([]byte, 16))
	if err != nil {
		panic(err) // the length of the key is right
	}
	a, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	nonce, plain := make([]byte, a.NonceSize()), make([]byte, recordLen)
	sealed := a.Seal(nil, nonce, plain, nil)
	for i := range runs {
		start := time.Now()
		for done := int64(0); done < n; done += recordLen {
			if plain, err = a.Open(plain[:0], nonce, sealed, nil); err != nil {
				panic(err) // it was just sealed
			}
		}
		if t := time.Since(start); i == 0 || t < took {
			took = t
		}
	}
	return took
}
