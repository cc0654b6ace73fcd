// Package filter is the language of display filters: Wireshark's field names and operators,
// our own fields, and bare words that search payloads.
//
//	source ─▶ lex ─▶ parse ─▶ nodes and leaves ─▶ closures ─▶ Filter.Match(Row)
//
// A Filter is asked about a Row: a message, a frame, a finding or a session with what is
// known around it. Whoever lists fills one Row again and again. Stream does so from the events
// of a run. It is rank 5 and sans-IO; Match allocates nothing.
//
// What a message is searched for is looked for in its whole payload, never in a preview; where bytes are
// missing, in what is known on each side of the hole, never across it; where a message is undecodable,
// only in the raw bytes that websocket.payload stands for.
package filter
