package ws

// Level is how strongly the RFC words a rule (RFC 2119).
type Level uint8

const (
	// Must: the RFC says MUST or MUST NOT, or its grammar leaves no choice.
	Must Level = iota
	// Should: the RFC says SHOULD, or defines no meaning for what was sent.
	Should
	// Note: legal, or not for an endpoint to answer for, but a reader wants to know.
	Note
)

var levelNames = [...]string{"must", "should", "note"}

// String is the level's name as in the JSON.
func (l Level) String() string { return levelNames[l] }

// Rule is something that a passive observer can check. There is one row of each, and
// rules are compared by pointer.
type Rule struct {
	// ID is stable: "ws.utf8". What stands before the point is the layer.
	ID string
	// RFC is the document ("RFC 6455"), empty where no document says it.
	RFC string
	// Section is the section of RFC that words the rule ("5.5.1"), empty with RFC.
	Section string
	// Level is how strongly it is worded.
	Level Level
	// Text is the rule in one sentence.
	Text string
}

const (
	rfc6455 = "RFC 6455"
	rfc7692 = "RFC 7692"
	rfc9110 = "RFC 9110"
	rfc9112 = "RFC 9112"
)

// Rules of the framing (RFC 6455 section 5).
var (
	// RuleMaskRequired: a client's frame is not masked.
	RuleMaskRequired = &Rule{"ws.mask-required", rfc6455, "5.1", Must,
		"A client masks every frame that it sends."}
	// RuleMaskForbidden: a server's frame is masked.
	RuleMaskForbidden = &Rule{"ws.mask-forbidden", rfc6455, "5.1", Must,
		"A server masks no frame that it sends."}
	// RuleRSV: a reserved bit is set that no negotiated extension claims.
	RuleRSV = &Rule{"ws.rsv", rfc6455, "5.2", Must,
		"RSV1, RSV2 and RSV3 are 0 unless a negotiated extension gives them a meaning."}
	// RuleOpcodeReserved: opcode 3-7 or 11-15.
	RuleOpcodeReserved = &Rule{"ws.opcode-reserved", rfc6455, "5.2", Must,
		"Opcodes 0x3-0x7 and 0xB-0xF are reserved; an unknown opcode fails the connection."}
	// RuleLengthMinimal: a longer form of the payload length than needed.
	RuleLengthMinimal = &Rule{"ws.length-minimal", rfc6455, "5.2", Must,
		"The payload length is encoded in the smallest number of bytes that can hold it."}
	// RuleLengthMSB: the top bit of the 64-bit length is set.
	RuleLengthMSB = &Rule{"ws.length-msb", rfc6455, "5.2", Must,
		"The most significant bit of the 64-bit payload length is 0."}
	// RuleNotWebSocket: what follows the handshake is no frame.
	RuleNotWebSocket = &Rule{"ws.not-websocket", rfc6455, "5.2", Must,
		"After the opening handshake the stream consists of frames and nothing else."}
	// RuleMaskZero: the masking key is 0, or always the same.
	RuleMaskZero = &Rule{"ws.mask-zero", rfc6455, "5.3", Note,
		"The masking key is unpredictable and chosen afresh for each frame."}
	// RuleContinuationUnexpected: a continuation frame with nothing to continue.
	RuleContinuationUnexpected = &Rule{"ws.continuation-unexpected", rfc6455, "5.4", Must,
		"A continuation frame follows a frame of the same message that had FIN clear."}
	// RuleContinuationExpected: a new data frame inside an unfinished message.
	RuleContinuationExpected = &Rule{"ws.continuation-expected", rfc6455, "5.4", Must,
		"The fragments of one message are not interleaved with those of another."}
	// RuleUnfinished: the last fragment of a message never came.
	RuleUnfinished = &Rule{"ws.unfinished", rfc6455, "5.4", Note,
		"A fragmented message ends with a frame that has FIN set."}
	// RuleControlLength: a control frame of more than 125 bytes.
	RuleControlLength = &Rule{"ws.control-length", rfc6455, "5.5", Must,
		"A control frame has a payload of 125 bytes or less."}
	// RuleControlFragmented: a control frame without FIN.
	RuleControlFragmented = &Rule{"ws.control-fragmented", rfc6455, "5.5", Must,
		"A control frame is not fragmented."}
	// RuleCloseLength: a close body of one byte.
	RuleCloseLength = &Rule{"ws.close-length", rfc6455, "5.5.1", Must,
		"The body of a Close frame is empty or begins with a 2-byte close code."}
	// RuleDataAfterClose: a data frame after the sender's Close.
	RuleDataAfterClose = &Rule{"ws.data-after-close", rfc6455, "5.5.1", Must,
		"After a Close frame an endpoint sends no more data frames."}
	// RuleControlAfterClose: a ping, pong or second Close after the sender's Close.
	RuleControlAfterClose = &Rule{"ws.control-after-close", rfc6455, "5.5.1", Note,
		"After a Close frame there is nothing left for a control frame to do."}
)

// Rules of the closing handshake and of text (RFC 6455 sections 7 and 8).
var (
	// RuleNoClose: TCP ended without a closing handshake.
	RuleNoClose = &Rule{"ws.no-close", rfc6455, "7.1.5", Note,
		"A connection that ends without a Close frame is reported to the application as 1006."}
	// RuleCloseCodeReserved: 1005, 1006 or 1015 on the wire.
	RuleCloseCodeReserved = &Rule{"ws.close-code-reserved", rfc6455, "7.4.1", Must,
		"Close codes 1005, 1006 and 1015 are never sent in a Close frame."}
	// RuleCloseCodeRange: a close code that is not defined or outside all ranges.
	RuleCloseCodeRange = &Rule{"ws.close-code-range", rfc6455, "7.4.2", Should,
		"A close code is one that is registered, or lies in 3000-4999; others have no meaning."}
	// RuleUTF8: a text message or close reason is not UTF-8.
	RuleUTF8 = &Rule{"ws.utf8", rfc6455, "8.1", Must,
		"Text messages and close reasons are valid UTF-8."}
)

// Rules of permessage-deflate (RFC 7692).
var (
	// RuleDeflateRSV1: RSV1 on a control frame or on a continuation.
	RuleDeflateRSV1 = &Rule{"deflate.rsv1", rfc7692, "6.1", Must,
		"RSV1 is set on the first frame of a compressed data message only."}
	// RuleDeflateParams: parameters of permessage-deflate that are invalid or do not answer the offer.
	RuleDeflateParams = &Rule{"deflate.params", rfc7692, "7.1", Must,
		"The parameters of permessage-deflate are known, valid, given once, and those of a response answer the offer."}
	// RuleDeflateTail: the sender left 00 00 FF FF in, or bytes follow the last block.
	RuleDeflateTail = &Rule{"deflate.tail", rfc7692, "7.2.1", Must,
		"The sender removes the 4 bytes 00 00 FF FF from the end of the compressed message."}
	// RuleDeflateData: the compressed data is damaged.
	RuleDeflateData = &Rule{"deflate.data", rfc7692, "7.2.2", Must,
		"The payload of a compressed message is DEFLATE data."}
)

// Notes on the capture: no document says them.
var (
	// RuleGap: bytes of the stream were never captured.
	RuleGap = &Rule{"capture.gap", "", "", Note,
		"Bytes of the stream are missing from the capture."}
	// RuleConflict: copies of the same stream bytes differ.
	RuleConflict = &Rule{"capture.conflict", "", "", Note,
		"Retransmissions of the same bytes differ; the peer may have seen the other copy."}
	// RuleLimit: a bound of Limits bit.
	RuleLimit = &Rule{"capture.limit", "", "", Note,
		"A limit of this program was reached, and something was not kept or not decoded."}
)
