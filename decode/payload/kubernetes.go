package payload

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

const kubernetesName = "kubernetes"

var kubernetesRow = Protocol{
	Name: "Kubernetes exec, attach, port-forward", ID: kubernetesName, Spec: "Kubernetes apimachinery, remotecommand and portforward over WebSocket",
	Decodes: "channels by name, terminal sizes, the status at the end, ports",
	Tokens: []string{
		"v5.channel.k8s.io", "v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io",
		"v4.base64.channel.k8s.io", "base64.channel.k8s.io", "v2.portforward.k8s.io", "portforward.k8s.io",
	},
	Evidence:  "the path is that of a pod's exec, attach or portforward",
	Recognise: recogniseKubernetes,
	Begin: func(o *Opening) Decoder {
		path, _, _ := strings.Cut(o.Target, "?")
		return &kubernetesDecoder{coded: strings.Contains(o.Token, "base64."), ports: strings.HasSuffix(path, "/portforward")}
	},
}

func recogniseKubernetes(o *Opening, first []Message) Certainty {
	if strings.HasSuffix(o.Token, "channel.k8s.io") {
		return Yes
	}
	path, _, _ := strings.Cut(o.Target, "?")
	if !strings.Contains(path, "/api/v1/namespaces/") || !strings.Contains(path, "/pods/") ||
		!strings.HasSuffix(path, "/exec") && !strings.HasSuffix(path, "/attach") && !strings.HasSuffix(path, "/portforward") {
		return No
	}
	for i := range first {
		if m := &first[i]; m.Kind != Binary || len(m.Payload) > 0 && m.Payload[0] > 4 && m.Payload[0] != 255 {
			return No
		}
	}
	return Yes
}

type kubernetesDecoder struct {
	coded   bool // base64
	ports   bool // port-forward
	started [256]bool
}

// Lost implements Decoder: each message stands for itself.
func (d *kubernetesDecoder) Lost(bool) {}

var kubernetesChannels = map[byte]string{0: "stdin", 1: "stdout", 2: "stderr", 3: "error", 4: "resize", 255: "close"}

// Decode implements Decoder.
func (d *kubernetesDecoder) Decode(m *Message, out []App) []App {
	p := m.Payload
	if len(p) == 0 {
		return out
	}
	channel, p := p[0], p[1:]
	if d.coded {
		channel -= '0'
		plain := make([]byte, base64.StdEncoding.DecodedLen(len(p)))
		n, err := base64.StdEncoding.Decode(plain, p)
		if err != nil && !m.Cut {
			return out
		}
		p = plain[:n]
	}
	a := App{Protocol: kubernetesName, Event: kubernetesChannels[channel], Also: map[string]any{"channel": int64(channel)}}
	switch {
	case d.ports:
		d.tellPort(&a, channel, p, m.FromClient)
	case a.Event == "":
		return out
	case a.Event == "error":
		a.Args = content(p)
		a.Error = kubernetesFailed(p)
	case a.Event == "resize":
		if a.Args = jsonValue(p); a.Args == nil {
			a.Args = content(p)
		}
	case a.Event == "close":
		if len(p) == 1 {
			a.Summary = kubernetesChannels[p[0]]
			a.Also["closed"] = a.Summary
		}
	default:
		a.Args = text(p)
	}
	a.Summary = line(a.Event, a.Summary, body(a.Args))
	return append(out, a)
}

// kubernetesFailed reports whether the status that ends a command tells of a failure: an object from version 4 on, else text.
func kubernetesFailed(p []byte) bool {
	var status struct{ Status string }
	if json.Unmarshal(p, &status) == nil {
		return status.Status != "Success"
	}
	return len(p) > 0
}

// tellPort tells of port-forward: two channels a port, data and errors; the first message of a channel is the port.
func (d *kubernetesDecoder) tellPort(a *App, channel byte, p []byte, fromClient bool) {
	if a.Event = "data"; channel%2 == 1 {
		a.Event = "error"
	}
	if !fromClient && !d.started[channel] && len(p) == 2 {
		d.started[channel] = true
		port := int64(p[0]) | int64(p[1])<<8
		a.Event, a.Also["port"], a.Summary = "port", port, fmt.Sprint(port)
		return
	}
	a.Args = content(p)
	a.Error = a.Event == "error" && len(p) > 0
}

// text is content that is text if it is UTF-8, JSON or not; a copy.
func text(p []byte) any {
	if utf8.Valid(p) {
		return string(p)
	}
	return append([]byte(nil), p...)
}
