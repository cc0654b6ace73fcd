// Package tls decrypts TLS 1.0 to 1.3 (RFC 2246, 4346, 5246, 8446) from the bytes of both directions, given the
// secrets of the connection: a key log, or an RSA private key where the key exchange is RSA.
//
//	Handler.Data | Gap | Conflict | Close ─▶ Conn ─▶ the next Handler, in offsets of the plaintext
//	                                          ▲
//	                        Keys (Log, AddPrivateKeys, Retry, NoMore)
//
// It is rank 2 and sans-IO.
//
// A Conn passes on the content of application data records, one Chunk a record, with the packet and time that
// completed the record. A record is passed on only if its tag or MAC is right, so what is passed on is as certain as bytes
// in clear, and copies of its ciphertext that differed are of no consequence: Conflict is not passed on.
//
// After a loss it looks for the next record and tries the record numbers that the hole allows, and the following keys,
// until one authenticates. That proves the number. The next Handler is given a Gap. Its length is proven if every record has a
// fixed overhead, which is so for AEAD and stream ciphers up to TLS 1.2; else (CBC, TLS 1.3, a change of keys in
// the hole, nothing that authenticates after it) it is inferred, which a reassembly.GapInferrer is told. In TLS
// 1.2 what was lost is taken to be application data. Trials are bounded by Limits and counted in Info.
//
// While secrets may still come, the ciphertext of a connection is kept within Limits, and decrypted when they are there
// (Keys.Retry). What has to be dropped before is a Gap too. Keys.NoMore ends all waiting.
//
// Each byte of Data and Gap is counted once in Bytes: the content that is passed on by the next Handler, everything
// else of records that were opened, and all handshakes, in TLS, what was not decrypted in Undecoded, holes in Missing.
// The next Handler counts a Gap as missing, so Missing is corrected by its length.
//
// No secret is ever part of an error, a string or Info; Conn.KeyLog and Options.Secret return them on request.
package tls
