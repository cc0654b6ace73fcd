// Command gencap writes a synthetic WebSocket capture of any size, and the truth about it.
//
//	gencap -profile mixed -conns 500 -size 268435456 -o big.pcap [-truth big.truth.jsonl]
//
// The capture is a classic pcap of Ethernet, IPv4 and TCP. Each connection is an HTTP/1.1 upgrade
// followed by messages in both directions, and the connections are interleaved as on a busy host:
//
//	generator  picks a connection and a number of messages, until the capture is large enough
//	conn       frames, masks and compresses them; with -tls crypto/tls encrypts them
//	queue      cuts the bytes into segments, and reorders, repeats or drops some
//	packets    adds the headers and writes the packets
//
// The truth is one line of JSON for each message, made from what was sent and never from a decoder.
// The same flags write the same capture, except with -tls, whose keys are random.
package main
