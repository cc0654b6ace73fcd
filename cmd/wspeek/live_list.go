package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/wspeek/wspeek/capture/live"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/show"
)

// interfaceLine is an interface as -D --json prints it.
type interfaceLine struct {
	Schema      int      `json:"schema"`
	Type        string   `json:"type"`
	Name        string   `json:"name"`
	Index       int      `json:"index"`
	Description string   `json:"description"`
	Addresses   []string `json:"addresses"`
	Up          bool     `json:"up"`
	Running     bool     `json:"running"`
	Loopback    bool     `json:"loopback"`
}

// listInterfaces is -D.
func listInterfaces(std run.Streams, f *flags) error {
	all, err := live.Interfaces()
	if err != nil {
		return liveTrouble(std.Err, f, err)
	}
	if f.json {
		return interfacesJSON(std, all)
	}
	t := tabwriter.NewWriter(std.Out, 0, 0, 2, ' ', 0)
	for _, i := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", show.Inert(i.Name), stateOf(&i),
			strings.Join(i.Addresses, " "), show.Inert(i.Description))
	}
	return t.Flush()
}

func interfacesJSON(std run.Streams, all []live.Interface) error {
	e := json.NewEncoder(std.Out)
	for _, i := range all {
		line := interfaceLine{1, "interface", i.Name, i.Index, i.Description, append([]string{}, i.Addresses...),
			i.Up, i.Running, i.Loopback}
		if err := e.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func stateOf(i *live.Interface) string {
	switch {
	case !i.Up:
		return "down"
	case !i.Running:
		return "up, no link"
	}
	return "up"
}

// chooseInterface is the interface where none is named, as tcpdump chooses: the first that is up and running
// and does not lead back here; else the first that is up.
func chooseInterface() (string, error) {
	all, err := live.Interfaces()
	if err != nil {
		return "", err
	}
	for _, good := range []func(*live.Interface) bool{
		func(i *live.Interface) bool { return i.Up && i.Running && !i.Loopback },
		func(i *live.Interface) bool { return i.Up },
	} {
		for k := range all {
			if i := &all[k]; i.Name != live.AnyInterface && good(i) {
				return i.Name, nil
			}
		}
	}
	return "", run.Troublef("no interface is up: name one with -i (wspeek live -D lists them)")
}

// sshExpression is a filter for the SSH connection that this program runs in, and that connection for a person;
// empty if there is none.
func sshExpression() (expr, who string) {
	f := strings.Fields(sshConnection())
	for i := range f { // fe80::1%eth0: an address in a packet has no zone
		f[i], _, _ = strings.Cut(f[i], "%")
	}
	if len(f) != 4 || net.ParseIP(f[0]) == nil || net.ParseIP(f[2]) == nil || number(f[1]) < 0 || number(f[3]) < 0 {
		return "", ""
	}
	return fmt.Sprintf("tcp and host %s and host %s and port %s and port %s", f[0], f[2], f[1], f[3]),
		net.JoinHostPort(f[0], f[1]) + " > " + net.JoinHostPort(f[2], f[3])
}

// sshConnection is $SSH_CONNECTION; sudo removes it, and so the environments of the parent processes are searched too.
func sshConnection() string {
	const name = "SSH_CONNECTION"
	if v := os.Getenv(name); v != "" {
		return v
	}
	pid := os.Getppid()
	for range 16 {
		if pid <= 1 {
			break
		}
		environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		for v := range strings.SplitSeq(string(environ), "\x00") {
			if v, ok := strings.CutPrefix(v, name+"="); ok {
				return v
			}
		}
		pid = parentOf(pid)
	}
	return ""
}

// parentOf is the parent process of pid, 0 if that is not known.
func parentOf(pid int) int {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	if f := strings.Fields(after); len(f) > 1 {
		return max(number(f[1]), 0)
	}
	return 0
}

// number is a port or process number, -1 if it is not one.
func number(s string) int {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return -1
	}
	return int(n)
}
