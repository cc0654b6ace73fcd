package http2

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// Level is how strongly a document words a rule (RFC 2119).
type Level uint8

const (
	// Must: the document says MUST or MUST NOT.
	Must Level = iota
	// Should: the document says SHOULD, or defines no meaning for what was sent.
	Should
	// Note: legal, but a reader wants to know.
	Note
)

// Rule is something that a passive observer can check. There is one row of each, and rules are compared by pointer.
type Rule struct {
	// ID is stable: "h2.padding".
	ID string
	// RFC and Section say where the rule is worded, both empty where no document words it.
	RFC, Section string
	Level        Level
	// Text is the rule in one sentence.
	Text string
}

const (
	rfc8441 = "RFC 8441"
	rfc9113 = "RFC 9113"
)

// Rules of HTTP/2 itself.
var (
	// RulePreface: a side does not begin as it has to.
	RulePreface = &Rule{"h2.preface", rfc9113, "3.4", Must,
		"Each side of a connection begins with its preface, and the first frame is SETTINGS."}
	// RuleFrameSize: a frame longer than allowed, or of a wrong length for its type.
	RuleFrameSize = &Rule{"h2.frame-size", rfc9113, "4.2", Must,
		"The length of a frame is one that its type allows, and at most SETTINGS_MAX_FRAME_SIZE."}
	// RuleHeaderBlock: a header block that HPACK cannot decode.
	RuleHeaderBlock = &Rule{"h2.header-block", rfc9113, "4.3", Must,
		"A field block is valid HPACK."}
	// RuleStreamClosed: frames on a stream after END_STREAM.
	RuleStreamClosed = &Rule{"h2.stream-closed", rfc9113, "5.1", Must,
		"After END_STREAM an endpoint sends no more DATA or HEADERS frames on that stream."}
	// RuleStreamID: a client's stream with an even identifier, or one that is not larger than the last.
	RuleStreamID = &Rule{"h2.stream-id", rfc9113, "5.1.1", Must,
		"A client's new stream has an odd identifier that is larger than all before."}
	// RulePadding: padding that is as long as the payload, or longer.
	RulePadding = &Rule{"h2.padding", rfc9113, "6.1", Must,
		"The padding of a frame is shorter than its payload."}
	// RuleStreamZero: a frame on stream 0 that belongs to a stream, or the other way round.
	RuleStreamZero = &Rule{"h2.stream-zero", rfc9113, "6", Must,
		"Frames that concern the connection are on stream 0, and frames that concern a stream are not."}
	// RuleContinuation: a header block that other frames interrupt, or a CONTINUATION that continues nothing.
	RuleContinuation = &Rule{"h2.continuation", rfc9113, "6.10", Must,
		"A field block that does not end with END_HEADERS is followed by CONTINUATION frames of its stream alone."}
	// RuleConnectionField: Keep-Alive, Transfer-Encoding and their like in a request or response.
	RuleConnectionField = &Rule{"h2.connection-field", rfc9113, "8.2.2", Must,
		"A message has no connection-specific header fields such as Transfer-Encoding."}
	// RulePseudoField: a pseudo-header field that is unknown, repeated or after a regular field.
	RulePseudoField = &Rule{"h2.pseudo-field", rfc9113, "8.3", Must,
		"Pseudo-header fields are those defined, come before all other fields, and are given once."}
	// RuleFieldName: a field name with upper case letters.
	RuleFieldName = &Rule{"h2.field-name", rfc9113, "8.2.1", Must,
		"Field names are not empty and are in lower case."}
	// RuleConnectedFrames: HEADERS on a stream that CONNECT has opened.
	RuleConnectedFrames = &Rule{"h2.connected-frames", rfc9113, "8.5", Must,
		"On a stream that CONNECT opened there are only DATA, RST_STREAM, WINDOW_UPDATE and PRIORITY frames."}
	// RuleStatus101: 101 as a status.
	RuleStatus101 = &Rule{"h2.status-101", rfc9113, "8.6", Must,
		"The status 101 is not used in HTTP/2."}
)

// Rules of extended CONNECT (RFC 8441).
var (
	// RuleConnectSetting: extended CONNECT without the server's setting.
	RuleConnectSetting = &Rule{"h2.connect-setting", rfc8441, "3", Must,
		"A client uses :protocol only after the server sent SETTINGS_ENABLE_CONNECT_PROTOCOL with the value 1."}
	// RuleConnectSettingValue: another value than 0 or 1.
	RuleConnectSettingValue = &Rule{"h2.connect-setting-value", rfc8441, "3", Must,
		"The value of SETTINGS_ENABLE_CONNECT_PROTOCOL is 0 or 1."}
	// RuleConnectSettingWithdrawn: 0 after 1.
	RuleConnectSettingWithdrawn = &Rule{"h2.connect-setting-withdrawn", rfc8441, "3", Must,
		"After SETTINGS_ENABLE_CONNECT_PROTOCOL with the value 1 a sender does not send 0."}
	// RuleProtocolMethod: :protocol with another method than CONNECT.
	RuleProtocolMethod = &Rule{"h2.protocol-method", rfc8441, "4", Must,
		"The :protocol pseudo-header field is used with the method CONNECT."}
	// RuleProtocolTarget: :protocol without :scheme, :path or :authority.
	RuleProtocolTarget = &Rule{"h2.protocol-target", rfc8441, "4", Must,
		"A request with :protocol includes :scheme, :path and :authority."}
	// RuleScheme: another scheme than http or https.
	RuleScheme = &Rule{"h2.scheme", rfc8441, "5", Must,
		"The :scheme of a WebSocket request is https for wss and http for ws."}
	// RuleUpgradeFields: Connection or Upgrade in a WebSocket request.
	RuleUpgradeFields = &Rule{"h2.upgrade-fields", rfc8441, "5", Must,
		"A WebSocket request over HTTP/2 has no Connection and no Upgrade header field."}
	// RuleKeyFields: Sec-WebSocket-Key or -Accept.
	RuleKeyFields = &Rule{"h2.key-fields", rfc8441, "5", Note,
		"Sec-WebSocket-Key and Sec-WebSocket-Accept have no meaning over HTTP/2; :protocol replaces them."}
	// RuleResetCode: RST_STREAM with another code than CANCEL.
	RuleResetCode = &Rule{"h2.reset-code", rfc8441, "5", Note,
		"A WebSocket connection that is aborted is reset with the code CANCEL."}
)

// RuleLimit says that a bound of Limits was reached; no document says it.
var RuleLimit = &Rule{"capture.limit", "", "", Note,
	"A limit of this program was reached, and something was not kept or not decoded."}

// Rules are all rows, in the order of the documents.
var Rules = []*Rule{
	RuleConnectSetting, RuleConnectSettingValue, RuleConnectSettingWithdrawn, RuleProtocolMethod, RuleProtocolTarget,
	RuleScheme, RuleUpgradeFields, RuleKeyFields, RuleResetCode,
	RulePreface, RuleFrameSize, RuleHeaderBlock, RuleStreamClosed, RuleStreamID, RuleStreamZero, RulePadding,
	RuleContinuation, RuleFieldName, RuleConnectionField, RulePseudoField, RuleConnectedFrames, RuleStatus101,
	RuleLimit,
}

// Finding is a rule that was broken.
type Finding struct {
	Rule *Rule
	// Stream is the stream identifier, 0 for the connection.
	Stream uint32
	Dir    reassembly.Dir
	// Offset is the place in the connection's stream; Packet and Time are those of the byte that showed it.
	Offset int64
	Packet int
	Time   capture.Time
	Detail string
}

// maxFindings is how many findings of one rule are reported of a connection; the others are counted.
const maxFindings = 64
