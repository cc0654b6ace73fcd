// Command agree compares what wspeek reports with what the endpoints of a capture logged.
//
//	agree [-wspeek ./wspeek] [-truthful [-least PERCENT] | -none] [-v] DIR|CAPTURE...
//
// A capture X.pcap (or .pcapng, compressed or not) has its truth in X.truth.json, which pcaps/README.md
// describes, or in X.truth.jsonl, which gencap writes. X.keys is its TLS key log.
//
//	truth        the connections and their messages, from the log
//	report       the sessions and their messages, from wspeek's --json
//	compare      every connection has one session that says the same
//	truthful     what wspeek reports as exact was sent, in that order
//
// Without a flag the report must be complete. Only messages in state exact count. In each direction the data
// messages must be those of the log, no more and no less; control messages that were logged must be there (an
// application cannot log automatic pongs). Where an aborted connection leaves open whether the last messages
// reached the wire, both answers are right. Path, subprotocol, compression and the status of a refusal must
// be right, and no session may have messages that no connection has.
//
// With -truthful, for captures that miss packets, the report may be incomplete but not false; -least says how many
// percent of the data messages that were sent must be reported as exact. With -none, for
// captures without WebSocket, there may be no session at all; only rows of the directory's INDEX.tsv whose
// column websocket is "no" are read.
//
// Exit status: 0 if all captures agree, 1 if one does not, 2 if there is nothing to compare.
package main
