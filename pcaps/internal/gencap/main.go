package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// options are the flags.
type options struct {
	profile            string
	conns              int
	size               int64
	out, truth         string
	payload            bool
	reorder, dup, drop float64
	mss                int
	seed               uint64
	mid                bool
	tls, keys          string
}

func (o *options) flags() *flag.FlagSet {
	f := flag.NewFlagSet("gencap", flag.ExitOnError)
	f.StringVar(&o.profile, "profile", "mixed", "json, deflate, bulk, small or mixed")
	f.IntVar(&o.conns, "conns", 500, "connections")
	f.Int64Var(&o.size, "size", 256<<20, "approximate size of the capture in bytes")
	f.StringVar(&o.out, "o", "big.pcap", "capture to write")
	f.StringVar(&o.truth, "truth", "", "truth to write: one line of JSON a message")
	f.BoolVar(&o.payload, "payload", false, "with -truth: add the bytes of the messages in base64")
	f.Float64Var(&o.reorder, "reorder", 0, "fraction of segments that change places with the next of their direction")
	f.Float64Var(&o.dup, "dup", 0, "fraction of segments sent twice")
	f.Float64Var(&o.drop, "drop", 0, "fraction of data segments that the capture misses")
	f.IntVar(&o.mss, "mss", 1448, "payload bytes a TCP segment carries at most")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the random numbers")
	f.BoolVar(&o.mid, "mid", false, "start in the middle of the connections: no handshakes")
	f.StringVar(&o.tls, "tls", "", "encrypt with TLS 1.2 or 1.3; requires -keys")
	f.StringVar(&o.keys, "keys", "", "TLS key log to write (SSLKEYLOGFILE format)")
	return f
}

func main() {
	var o options
	o.flags().Parse(os.Args[1:]) //nolint:errcheck // flag.ExitOnError
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "gencap:", err)
		os.Exit(1)
	}
}

// run creates the files, fills them and reports what was written.
func run(o options) (err error) {
	var outs outputs
	defer func() { err = errors.Join(err, outs.close()) }()
	g, err := newGenerator(o, outs.create(o.out))
	if err != nil {
		return err
	}
	if o.truth != "" {
		g.truth = newTruth(outs.create(o.truth), o.payload)
	}
	if o.tls != "" && o.keys == "" {
		return errors.New("-tls requires -keys")
	}
	if o.tls != "" {
		if g.tls, err = newTLS(o.tls, outs.create(o.keys)); err != nil {
			return err
		}
	}
	if outs.err != nil {
		return outs.err
	}
	if err := g.run(); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%s: %d bytes, %d connections\n", o.out, g.written, o.conns)
	return nil
}

// outputs are the files to be written. The first error is kept.
type outputs struct {
	files   []*os.File
	buffers []*bufio.Writer
	err     error
}

// create returns a buffered writer of a new file; it discards what is written if the file cannot be created.
func (o *outputs) create(name string) io.Writer {
	f, err := os.Create(name)
	if err != nil {
		o.err = errors.Join(o.err, err)
		return io.Discard
	}
	b := bufio.NewWriterSize(f, 1<<20)
	o.files, o.buffers = append(o.files, f), append(o.buffers, b)
	return b
}

func (o *outputs) close() error {
	var err error
	for i, f := range o.files {
		err = errors.Join(err, o.buffers[i].Flush(), f.Close())
	}
	return err
}
