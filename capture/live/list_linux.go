//go:build !libpcap

package live

import (
	"net"
	"os"
	"strconv"
	"strings"
)

// Interfaces lists the interfaces of this system in the order of their numbers, those that are
// down included, and AnyInterface after them. It needs no rights.
func Interfaces() ([]Interface, error) {
	found, err := net.Interfaces()
	if err != nil {
		return nil, &InterfaceError{What: "cannot be listed", Err: err}
	}
	var all []Interface
	for _, i := range found {
		all = append(all, describe(i))
	}
	return append(all, Interface{
		Name: AnyInterface, Description: "all interfaces", Up: true, Running: true,
	}), nil
}

func describe(i net.Interface) Interface {
	d := Interface{
		Name: i.Name, Index: i.Index, Description: description(i),
		Up:       i.Flags&net.FlagUp != 0,
		Running:  i.Flags&net.FlagRunning != 0,
		Loopback: i.Flags&net.FlagLoopback != 0,
	}
	addresses, _ := i.Addrs()
	for _, a := range addresses {
		d.Addresses = append(d.Addresses, a.String())
	}
	return d
}

// deviceKinds are the device types that the system names, in words.
var deviceKinds = map[string]string{
	"wlan": "wireless", "bridge": "bridge", "vlan": "VLAN", "vxlan": "VXLAN tunnel", "geneve": "Geneve tunnel",
	"wireguard": "WireGuard tunnel", "bond": "bond", "macvlan": "macvlan", "ppp": "point-to-point", "wwan": "mobile",
}

// description is the alias that the administrator gave, else the kind of device.
func description(i net.Interface) string {
	if alias := strings.TrimSpace(sysText(i.Name, "ifalias")); alias != "" {
		return alias
	}
	for line := range strings.Lines(sysText(i.Name, "uevent")) {
		if kind, ok := strings.CutPrefix(strings.TrimSpace(line), "DEVTYPE="); ok {
			return deviceKinds[kind]
		}
	}
	if i.Flags&net.FlagLoopback != 0 {
		return "loopback"
	}
	return ""
}

// sysText is what the system says about an interface, "" if it says nothing.
func sysText(name, what string) string {
	if strings.ContainsAny(name, "/") || name == "." || name == ".." {
		return ""
	}
	text, _ := os.ReadFile("/sys/class/net/" + name + "/" + what)
	return string(text)
}

// missed is what an interface's driver says that it lost.
type missed struct {
	name  string
	start uint64 // what it had lost before
	count uint64
}

func (m *missed) begin(name string) {
	m.name = name
	m.start = m.now()
}

// read brings count up to date. What the driver counts may go away, or start again.
func (m *missed) read() {
	if now := m.now(); m.name != "" && now > m.start {
		m.count = max(m.count, now-m.start)
	}
}

// now sums what was lost for want of room before a packet socket could see it.
// rx_dropped is not among it: it also counts packets that a packet socket has seen.
func (m *missed) now() (n uint64) {
	if m.name == "" {
		return 0
	}
	for _, what := range []string{"rx_missed_errors", "rx_fifo_errors"} {
		v, _ := strconv.ParseUint(strings.TrimSpace(sysText(m.name, "statistics/"+what)), 10, 64)
		n += v
	}
	return n
}
