// Package calls pairs requests with their replies and measures how long each took.
//
// The Engine receives the messages of all sessions in the order of their ends. Where a session speaks a protocol that
// decode/payload knows, the protocol's own rule says which message answers which. In JSON that belongs to no known protocol
// the field that ties a reply to its request is found from the data: one side sends values that the other returns once. Turns
// of language models (OpenAI Realtime and Responses) are calls with a time to the first token.
//
//	messages ──▶ Engine ──┬─ protocol: Request, Reply, Item, End, Cancel ─┐
//	                      ├─ plain JSON: $.id found, or given            ─┼─▶ Call ──▶ Stats ──▶ Summary
//	                      └─ turns of a language model                   ─┘
//
// Everything that is kept is bounded: see the constants of each file.
package calls
