package tls

import (
	"strconv"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// Alert is one that was sent in clear, or that was decrypted (RFC 8446 section 6).
type Alert struct {
	Dir reassembly.Dir
	// FromClient says who sent it.
	FromClient bool
	// Fatal is false for close_notify, user_canceled and, up to TLS 1.2, warnings.
	Fatal bool
	Code  uint8
	// Packet and Time are those that completed its record.
	Packet int
	Time   capture.Time
}

// Name is the name of the alert in the RFC, such as "unknown_ca".
func (a Alert) Name() string {
	for _, r := range alertRows {
		if r.code == a.Code {
			return r.name
		}
	}
	return "alert " + strconv.Itoa(int(a.Code))
}

const (
	alertCloseNotify  = 0
	alertUserCanceled = 90
)

// alertRows are the names of alerts (IANA TLS Alerts registry).
var alertRows = []struct {
	code uint8
	name string
}{
	{alertCloseNotify, "close_notify"}, {10, "unexpected_message"}, {20, "bad_record_mac"}, {21, "decryption_failed"},
	{22, "record_overflow"}, {30, "decompression_failure"}, {40, "handshake_failure"}, {41, "no_certificate"},
	{42, "bad_certificate"}, {43, "unsupported_certificate"}, {44, "certificate_revoked"}, {45, "certificate_expired"},
	{46, "certificate_unknown"}, {47, "illegal_parameter"}, {48, "unknown_ca"}, {49, "access_denied"}, {50, "decode_error"},
	{51, "decrypt_error"}, {60, "export_restriction"}, {70, "protocol_version"}, {71, "insufficient_security"},
	{80, "internal_error"}, {86, "inappropriate_fallback"}, {alertUserCanceled, "user_canceled"}, {100, "no_renegotiation"},
	{109, "missing_extension"}, {110, "unsupported_extension"}, {111, "certificate_unobtainable"}, {112, "unrecognized_name"},
	{113, "bad_certificate_status_response"}, {114, "bad_certificate_hash_value"}, {115, "unknown_psk_identity"},
	{116, "certificate_required"}, {120, "no_application_protocol"}, {121, "ech_required"},
}

// alert takes an alert; one of another length than two is damaged, or was sealed under keys that are not known.
func (c *Conn) alert(h *half, b []byte, a at) {
	if len(b) != 2 || len(c.alerts) >= maxAlerts {
		return
	}
	fatal := b[0] == 2
	if h.nego.version() >= version13 {
		fatal = b[1] != alertCloseNotify && b[1] != alertUserCanceled
	}
	c.alerts = append(c.alerts, Alert{
		Dir: h.dir, FromClient: c.isClient(h), Fatal: fatal, Code: b[1], Packet: a.packet, Time: a.time,
	})
}
