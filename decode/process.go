package decode

import (
	"bytes"
	"path"
	"strconv"
	"strings"
)

// Process is the program on the machine of the capture that a connection belongs to, as a comment of a packet names it: ptcpdump
// writes such comments. Nobody has checked it.
type Process struct {
	// PID is 0 where it is not named.
	PID int
	// Name is the program's file without its folder, Path with it, Args the command line.
	Name, Path, Args string
	// Container, Image, Pod and Namespace are empty where it is not in one.
	Container, Image, Pod, Namespace string
}

// maxProcessText is how many bytes of a value are kept.
const maxProcessText = 512

// ParseProcess reads the lines "PID: 17", "Cmd: /usr/bin/curl" and so on of a comment; nil if it names no process, container
// or pod.
func ParseProcess(comment []byte) *Process {
	var p Process
	for line := range bytes.Lines(comment) {
		key, value, ok := bytes.Cut(line, []byte(": "))
		if value = bytes.TrimSpace(value); ok && len(value) > 0 {
			p.set(string(key), strings.ToValidUTF8(string(value[:min(len(value), maxProcessText)]), ""))
		}
	}
	if p == (Process{}) {
		return nil
	}
	return &p
}

// set takes one line; the first of a kind counts.
func (p *Process) set(key, value string) {
	to := map[string]*string{"Cmd": &p.Path, "Args": &p.Args, "ContainerName": &p.Container, "ContainerImage": &p.Image,
		"PodName": &p.Pod, "PodNamespace": &p.Namespace}[key]
	switch {
	case key == "PID" && p.PID == 0:
		if n, err := strconv.ParseUint(value, 10, 31); err == nil {
			p.PID = int(n)
		}
	case to != nil && *to == "":
		if *to = value; key == "Cmd" {
			p.Name = path.Base(value)
		}
	}
}

// String is "curl[17]", with the pod or else the container: "curl[17] in default/web".
func (p *Process) String() string {
	s := p.Name
	if p.PID > 0 {
		s += "[" + strconv.Itoa(p.PID) + "]"
	}
	switch {
	case p.Pod != "" && p.Namespace != "":
		s += " in " + p.Namespace + "/" + p.Pod
	case p.Pod != "":
		s += " in " + p.Pod
	case p.Container != "":
		s += " in " + p.Container
	}
	return strings.TrimSpace(s)
}
