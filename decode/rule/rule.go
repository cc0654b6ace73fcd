package rule

// Level is how strongly the RFC words a rule (RFC 2119).
type Level uint8

const (
	// Must means: the RFC says MUST or MUST NOT, or its grammar leaves no choice.
	Must Level = iota
	// Should means: the RFC says SHOULD, or defines no meaning for what was sent.
	Should
	// Note means: legal, or not the fault of an endpoint, but worth knowing.
	Note
)

var levelNames = [...]string{"must", "should", "note"}

// String is the level's name as in the JSON.
func (l Level) String() string { return levelNames[l] }

// Rule is something that a passive observer can check. There is one row for each, and
// rules are compared by pointer.
type Rule struct {
	// ID is stable: "ws.utf8". The part before the point is the layer.
	ID string
	// RFC is the document ("RFC 6455", "MQTT 5.0"), empty if no document has the rule.
	RFC string
	// Section is the section of RFC that words the rule ("5.5.1", or its heading), empty with RFC.
	Section string
	// Level is how strongly it is worded.
	Level Level
	// Text is the rule in one sentence.
	Text string
	// Why says why the rule exists, and Look what usually breaks it.
	Why, Look string
	// Fields are the fields of a frame that the rule is about (FieldFin, ...), empty for rules about anything else.
	Fields []string
	// Break is the word that `wspeek build --break` takes for it, and How what is then done; empty if it cannot be built.
	Break, How string
}

// The documents.
const (
	rfc6455 = "RFC 6455"
	rfc7692 = "RFC 7692"
	rfc9110 = "RFC 9110"
	rfc9112 = "RFC 9112"
)

// The names of a frame's fields, as RFC 6455 sections 5.2 and 5.5.1 have them.
const (
	FieldFin      = "FIN"
	FieldRSV1     = "RSV1"
	FieldRSV2     = "RSV2"
	FieldRSV3     = "RSV3"
	FieldOpcode   = "opcode"
	FieldMask     = "MASK"
	FieldLen      = "Payload len"
	FieldExtended = "Extended payload length"
	FieldKey      = "Masking-key"
	FieldCode     = "Close code"
	FieldReason   = "Close reason"
	FieldPayload  = "Payload Data"
)
