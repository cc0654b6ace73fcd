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

// Closes reports whether the alert only says that the connection is closed.
func (a Alert) Closes() bool { return a.Code == alertCloseNotify || a.Code == alertUserCanceled }

// Says is what somebody who sends the alert has done: "refused the certificate".
func (a Alert) Says() string {
	for _, r := range alertRows {
		if r.code == a.Code && r.says != "" {
			return r.says
		}
	}
	if a.Fatal {
		return "broke off"
	}
	return "warned"
}

const (
	alertCloseNotify  = 0
	alertUserCanceled = 90
)

const refusedCertificate = "refused the certificate"

// alertRows are the names of alerts (IANA TLS Alerts registry), and what somebody who sends one has done; empty if the name
// says no more than that something went wrong.
var alertRows = []struct {
	code       uint8
	name, says string
}{
	{alertCloseNotify, "close_notify", ""}, {10, "unexpected_message", ""}, {20, "bad_record_mac", ""}, {21, "decryption_failed", ""},
	{22, "record_overflow", ""}, {30, "decompression_failure", ""},
	{40, "handshake_failure", "accepts none of the cipher suites or parameters offered"},
	{41, "no_certificate", "has no certificate"}, {42, "bad_certificate", refusedCertificate},
	{43, "unsupported_certificate", refusedCertificate}, {44, "certificate_revoked", refusedCertificate},
	{45, "certificate_expired", refusedCertificate}, {46, "certificate_unknown", refusedCertificate},
	{47, "illegal_parameter", ""}, {48, "unknown_ca", refusedCertificate}, {49, "access_denied", "denied access"},
	{50, "decode_error", ""}, {51, "decrypt_error", ""}, {60, "export_restriction", ""},
	{70, "protocol_version", "refused the version of TLS"}, {71, "insufficient_security", "wants stronger cipher suites"},
	{80, "internal_error", ""}, {86, "inappropriate_fallback", "refused a fallback to an older version of TLS"},
	{alertUserCanceled, "user_canceled", ""}, {100, "no_renegotiation", ""}, {109, "missing_extension", ""},
	{110, "unsupported_extension", ""}, {111, "certificate_unobtainable", ""}, {112, "unrecognized_name", "does not know the server name"},
	{113, "bad_certificate_status_response", refusedCertificate}, {114, "bad_certificate_hash_value", refusedCertificate},
	{115, "unknown_psk_identity", ""}, {116, "certificate_required", "wants a certificate of the client"},
	{120, "no_application_protocol", "speaks none of the protocols offered (ALPN)"}, {121, "ech_required", ""},
}

// alert takes an alert; one of another length than two is damaged, or was sealed under keys that are not known.
func (c *Conn) alert(h *half, b []byte, a at) {
	if len(b) != 2 || len(c.alerts) >= maxAlerts {
		return
	}
	fatal := b[0] == 2
	if h.nego.version() >= version13 {
		fatal = !Alert{Code: b[1]}.Closes()
	}
	c.alerts = append(c.alerts, Alert{
		Dir: h.dir, FromClient: c.isClient(h), Fatal: fatal, Code: b[1], Packet: a.packet, Time: a.time,
	})
}
