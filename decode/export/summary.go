package export

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
)

// Summary appends the last line of a run: the account.
func (j *JSON) Summary(dst []byte, a *decode.Account) []byte {
	dst = appendInt(j.open(dst, "summary"), "files", int64(a.Files))
	dst = strconv.AppendInt(append(dst, `,"packets":{"read":`...), a.Read, 10)
	dst = appendInt(dst, "decoded", a.Decoded)
	dst = append(dst, `,"skipped":{`...)
	for i, why := range a.SkipReasons() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendQuoted(dst, why), ':')
		dst = strconv.AppendInt(dst, a.Skipped[why], 10)
	}
	dst = append(dst, '}')
	dst = append(appendInt(appendInt(dst, "dropped", a.Dropped), "cut", a.Cut), '}')
	dst = appendInt(dst, "sessions", a.Sessions)
	dst = appendInt(dst, "messages", a.Messages)
	dst = appendInt(dst, "frames", a.Frames)
	dst = appendInt(dst, "finding_count", a.Findings)
	dst = strconv.AppendInt(append(dst, `,"bytes":{"stream":`...), a.Bytes.Stream, 10)
	dst = appendInt(dst, "http", a.Bytes.HTTP)
	dst = appendInt(dst, "tls", a.Bytes.TLS)
	dst = appendInt(dst, "frame_headers", a.Bytes.FrameHeaders)
	dst = appendInt(dst, "payload", a.Bytes.Payload)
	dst = appendInt(dst, "undecoded", a.Bytes.Undecoded)
	dst = append(appendInt(dst, "missing", a.Bytes.Missing), '}')
	dst = appendUnlooked(appendInt(dst, "clock_back", a.ClockBack), a)
	dst = appendEncrypted(dst, a)
	dst = appendTLSAccount(dst, a)
	dst = appendAppAccount(dst, a)
	dst = appendBool(dst, "complete", len(a.Why) == 0)
	dst = append(dst, `,"incomplete_why":[`...)
	for i, why := range a.Why {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendQuoted(dst, strings.ToValidUTF8(why, "?"))
	}
	return append(j.redaction(append(dst, ']')), '}', '\n')
}

func appendUnlooked(dst []byte, a *decode.Account) []byte {
	if a.Unlooked == 0 {
		return dst
	}
	return appendInt(dst, "not_compared", a.Unlooked)
}

// redaction appends what was redacted, where something was to be.
func (j *JSON) redaction(dst []byte) []byte {
	if j.Redact == nil {
		return dst
	}
	dst = append(dst, `,"redacted":{`...)
	first := true
	for s, n := range j.Redact.Counts {
		if n == 0 {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(appendQuoted(dst, Secret(s).String()), ':')
		dst = strconv.AppendInt(dst, n, 10)
	}
	return append(dst, '}')
}

// appendAppAccount appends what application protocols could not be read, if there is any.
func appendAppAccount(dst []byte, a *decode.Account) []byte {
	if a.Contradict+a.Faults == 0 {
		return dst
	}
	dst = strconv.AppendInt(append(dst, `,"app":{"contradict":`...), a.Contradict, 10)
	return append(appendInt(dst, "faults", a.Faults), '}')
}

// appendTLSAccount appends what became of the TLS connections.
func appendTLSAccount(dst []byte, a *decode.Account) []byte {
	dst = strconv.AppendInt(append(dst, `,"tls":{"connections":`...), a.TLS, 10)
	dst = append(appendInt(dst, "decrypted", a.Decrypted), `,"not_decrypted":{`...)
	for i, why := range slices.Sorted(maps.Keys(a.NotDecrypted)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(append(appendQuoted(dst, why), ':'), a.NotDecrypted[why], 10)
	}
	return append(dst, '}', '}')
}

// appendEncrypted appends what could not be read because it is encrypted, by port.
func appendEncrypted(dst []byte, a *decode.Account) []byte {
	if len(a.QUIC) > 0 {
		dst = append(appendPorts(append(dst, `,"quic":{`...), a.QUIC), '}')
	}
	return append(appendPorts(append(dst, `,"encrypted":{`...), a.Encrypted), '}')
}

// appendPorts appends counts by port.
func appendPorts[N int | int64](dst []byte, counts map[uint16]N) []byte {
	for i, port := range slices.Sorted(maps.Keys(counts)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = fmt.Appendf(dst, `"%d":%d`, port, counts[port])
	}
	return dst
}

// Account is the account in one line for people, with a line of advice where connections are encrypted. It is
// inert: why a run is incomplete can name files.
func Account(a *decode.Account) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d decoded", show.Count(a.Read, "packet"), a.Decoded)
	if a.Cut > 0 {
		fmt.Fprintf(&b, " (%d of these cut short: snaplen)", a.Cut)
	}
	for _, why := range a.SkipReasons() {
		fmt.Fprintf(&b, ", %d %s", a.Skipped[why], why)
	}
	if a.Dropped > 0 {
		fmt.Fprintf(&b, ", %d dropped before they were read", a.Dropped)
	}
	fmt.Fprintf(&b, "; %s, %s, %s, %s", show.Count(a.Sessions, "session"), show.Count(a.Messages, "message"), show.Count(a.Frames, "frame"), show.Count(a.Findings, "finding"))
	y := a.Bytes
	fmt.Fprintf(&b, "; %d stream bytes = %d http + %d tls + %d frame headers + %d payload + %d undecoded + %d missing",
		y.Stream, y.HTTP, y.TLS, y.FrameHeaders, y.Payload, y.Undecoded, y.Missing)
	accountOdd(&b, a)
	if len(a.Why) == 0 {
		b.WriteString("; complete")
	} else {
		b.WriteString("; INCOMPLETE: " + show.Inert(strings.Join(a.Why, "; ")))
	}
	for _, port := range slices.Sorted(maps.Keys(a.Encrypted)) {
		fmt.Fprintf(&b, "\nencrypted: %s to :%d (TLS; %s)", show.Count(int64(a.Encrypted[port]), "connection"), port, keyAdvice(a))
	}
	for _, port := range slices.Sorted(maps.Keys(a.QUIC)) {
		fmt.Fprintf(&b, "\nquic: %s to and from :%d (HTTP/3, which is not read)", show.Count(a.QUIC[port], "packet"), port)
	}
	return b.String()
}

// accountOdd adds what is rarely seen.
func accountOdd(b *strings.Builder, a *decode.Account) {
	if a.ClockBack > 0 {
		fmt.Fprintf(b, "; the clock went back %s", show.Count(a.ClockBack, "time"))
	}
	if a.Unlooked > 0 {
		fmt.Fprintf(b, "; %s sent again after the end of a connection and not compared", show.Bytes(a.Unlooked))
	}
	if a.Contradict > 0 {
		fmt.Fprintf(b, "; %s not decoded as their session's application protocol", show.Count(a.Contradict, "message"))
	}
	if a.Faults > 0 {
		fmt.Fprintf(b, "; %s on which a decoder failed (a bug: please report it)", show.Count(a.Faults, "message"))
	}
}

// keyAdvice says what to do about connections that were not decrypted.
func keyAdvice(a *decode.Account) string {
	if a.Decrypted > 0 || len(a.NotDecrypted) > 0 && a.NotDecrypted["no key"] == 0 {
		return "wspeek sessions -v says why each was not decrypted"
	}
	return "give the keys with --keylog FILE, see wspeek help tls"
}
