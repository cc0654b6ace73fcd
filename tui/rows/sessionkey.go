package rows

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"github.com/wspeek/wspeek/decode/ws"
)

// SessionKey is what the list of sessions is sorted by.
type SessionKey uint8

// The keys: most are columns of the list.
const (
	ByNumber SessionKey = iota
	ByClient
	ByName
	ByVerdict
	ByLife
	BySent
	ByReceived
	ByFindings
	ByFile
	ByBytesSent
	ByBytesReceived
	ByStatus
	ByCertainty
	BySubprotocol
	ByExtensions
	ByStart
	ByEnd
	ByServer
	SessionKeys // how many there are
)

// sortValue is what a session is sorted by: the number, then the texts. None is a value that is not known: it comes last.
type sortValue struct {
	num        int64
	text, more string
	none       bool
}

// sessionKeys are the rows of the keys: name, whether the largest comes first, and the value.
var sessionKeys = [SessionKeys]struct {
	name    string
	largest bool
	value   func(*Listed, func(int) string) sortValue
}{
	ByNumber: {"number", false, func(i *Listed, _ func(int) string) sortValue { return sortValue{num: int64(i.N)} }},
	ByClient: {"client", false, func(i *Listed, _ func(int) string) sortValue { return clientValue(i) }},
	ByName:   {"name", false, func(i *Listed, _ func(int) string) sortValue { return nameValue(i) }},
	ByVerdict: {"verdict", false, func(i *Listed, _ func(int) string) sortValue {
		return sortValue{num: int64(i.Fate.Health), text: i.Fate.Text}
	}},
	ByLife: {"life", true, func(i *Listed, _ func(int) string) sortValue {
		d, ok := i.Life()
		return sortValue{none: !ok, num: int64(d)}
	}},
	BySent:          {"sent", true, func(i *Listed, _ func(int) string) sortValue { return sortValue{num: i.Messages[ws.C2S]} }},
	ByReceived:      {"received", true, func(i *Listed, _ func(int) string) sortValue { return sortValue{num: i.Messages[ws.S2C]} }},
	ByFindings:      {"findings", true, func(i *Listed, _ func(int) string) sortValue { return sortValue{num: int64(i.Findings)} }},
	ByFile:          {"file", false, fileValue},
	ByBytesSent:     {"bytes-sent", true, func(i *Listed, _ func(int) string) sortValue { return sortValue{num: i.Bytes[ws.C2S]} }},
	ByBytesReceived: {"bytes-received", true, func(i *Listed, _ func(int) string) sortValue { return sortValue{num: i.Bytes[ws.S2C]} }},
	ByStatus: {"status", true, func(i *Listed, _ func(int) string) sortValue {
		return sortValue{none: i.Status == 0, num: int64(i.Status)}
	}},
	ByCertainty: {"certainty", false, func(i *Listed, _ func(int) string) sortValue {
		return sortValue{none: i.Confidence == 0 && i.Missing == 0, num: int64(1e6 * i.Confidence)}
	}},
	BySubprotocol: {"subprotocol", false, func(i *Listed, _ func(int) string) sortValue { return textValue(i.Subprotocol) }},
	ByExtensions:  {"extensions", false, func(i *Listed, _ func(int) string) sortValue { return textValue(i.Extensions) }},
	ByStart: {"start", false, func(i *Listed, _ func(int) string) sortValue {
		return sortValue{none: !i.HasStarted, num: int64(i.Started)}
	}},
	ByEnd: {"end", false, func(i *Listed, _ func(int) string) sortValue {
		return sortValue{none: !i.HasEnded, num: int64(i.Ended)}
	}},
	ByServer: {"server", false, func(i *Listed, _ func(int) string) sortValue { return addressValue(i.Server) }},
}

// String is the key's name, as :sort takes it.
func (k SessionKey) String() string { return sessionKeys[k].name }

// LargestFirst reports whether the largest comes first, unless the order is reversed.
func (k SessionKey) LargestFirst() bool { return sessionKeys[k].largest }

// SessionKeyNamed is the key with a name, or the first that starts with it.
func SessionKeyNamed(name string) (k SessionKey, ok bool) {
	for k := range SessionKeys {
		if sessionKeys[k].name == name {
			return k, true
		}
	}
	for k := range SessionKeys {
		if name != "" && strings.HasPrefix(sessionKeys[k].name, name) {
			return k, true
		}
	}
	return 0, false
}

func textValue(s string) sortValue { return sortValue{none: s == "", text: s} }

// nameValue sorts by host and path.
func nameValue(i *Listed) sortValue {
	if i.Host == "" {
		return sortValue{text: i.Server.String(), more: i.Path}
	}
	return sortValue{text: i.Host, more: i.Path}
}

func fileValue(i *Listed, fileOf func(int) string) sortValue {
	if fileOf == nil {
		return sortValue{none: true}
	}
	return textValue(fileOf(i.First))
}

// afterIPv4 is more than the number of any IPv4 address and port.
const afterIPv4 = 1 << 60

// addressValue sorts addresses as numbers, then by port.
func addressValue(a netip.AddrPort) sortValue {
	if v := a.Addr(); v.Is4() {
		b := v.As4()
		return sortValue{num: int64(binary.BigEndian.Uint32(b[:]))<<16 | int64(a.Port())}
	}
	b := a.Addr().As16()
	return sortValue{none: !a.IsValid(), num: afterIPv4, text: string(append(b[:], byte(a.Port()>>8), byte(a.Port())))}
}

func clientValue(i *Listed) sortValue {
	real := i.RealClient()
	if real == "" {
		return addressValue(i.Client)
	}
	if p, err := netip.ParseAddrPort(real); err == nil {
		return addressValue(p)
	}
	if a, err := netip.ParseAddr(strings.Trim(real, "[]")); err == nil {
		return addressValue(netip.AddrPortFrom(a, 0))
	}
	return sortValue{num: afterIPv4 + 1, text: real} // what is no address comes after those that are
}
