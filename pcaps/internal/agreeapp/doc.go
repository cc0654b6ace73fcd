// Command agreeapp compares what wspeek says that messages mean (the field app of messages --json) with what applications logged.
//
// Beside each capture X.pcap is X.app.json: of each session the packets that the applications sent and received, with the fields
// that their logs have. A record is right if the message it belongs to has a packet with the same fields; packets of a direction
// are in order. What the log does not say is not compared, but a message that the log covers holds no more packets than the log.
package main
