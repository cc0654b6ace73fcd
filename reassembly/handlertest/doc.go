// Package handlertest checks the contract of reassembly.Handler. It is for tests only.
//
//	calls ─▶ Handler under test ─▶ Checker (the contract) ─▶ record
//
// The contract, in each direction:
//
//   - offsets grow: Data and Gap cover every byte from the first one on exactly once, in order;
//   - no call is empty: Data has bytes, Gap and Conflict have a length;
//   - only Conflict may name bytes that were passed on before (or bytes still to come);
//   - Close is called once, and nothing follows it;
//   - Chunk.Ack is an offset of the opposite direction of the same stream, or -1;
//   - the calls do not depend on how the input was cut into chunks.
//
// A Checker holds whoever calls a Handler to it. Run does the same for a Handler that passes a part of its
// input on, or that only reports something: it plays a script of calls whole and cut at every length.
package handlertest
