package payload

import (
	"google.golang.org/protobuf/encoding/protowire"
)

// protoField is a field of a Protobuf message, as it is on the wire.
type protoField struct {
	number int
	kind   protowire.Type
	value  uint64 // of a varint or a fixed number
	bytes  []byte // of what has a length; part of the message
}

// nextField reads a field; n is 0 if there is none. Groups are not read.
func nextField(p []byte) (f protoField, n int) {
	number, kind, k := protowire.ConsumeTag(p)
	if k < 0 {
		return f, 0
	}
	f.number, f.kind = int(number), kind
	m := -1
	switch kind {
	case protowire.VarintType:
		f.value, m = protowire.ConsumeVarint(p[k:])
	case protowire.Fixed32Type:
		var v uint32
		v, m = protowire.ConsumeFixed32(p[k:])
		f.value = uint64(v)
	case protowire.Fixed64Type:
		f.value, m = protowire.ConsumeFixed64(p[k:])
	case protowire.BytesType:
		f.bytes, m = protowire.ConsumeBytes(p[k:])
	}
	if m < 0 {
		return f, 0
	}
	return f, k + m
}

// eachField calls f for each field of p; it reports whether p is fields and nothing else.
func eachField(p []byte, f func(protoField)) bool {
	for len(p) > 0 {
		field, n := nextField(p)
		if n == 0 {
			return false
		}
		f(field)
		p = p[n:]
	}
	return true
}

// centrifugoBinary reads a command or reply with its length before it; n is 0 if it is none.
func centrifugoBinary(p []byte, fromClient bool) (x centrifugoPacket, n int) {
	in, n := protowire.ConsumeBytes(p)
	if n < 0 {
		return x, 0
	}
	names := centrifugoReplies
	if fromClient {
		names = centrifugoCommands
	}
	var inner []byte
	ok := eachField(in, func(f protoField) {
		switch {
		case f.number == 1 && f.kind == protowire.VarintType && f.value != 0:
			x.id = formatUint(f.value)
		case f.number > 0 && f.number < len(names) && names[f.number] != "" && f.kind == protowire.BytesType && x.event == "":
			x.event, inner = names[f.number], f.bytes
		}
	})
	if !ok || x.event == "" && (len(in) > 0 && x.id == "" || x.id != "" && fromClient) {
		return x, 0
	}
	centrifugoFields(&x, inner, fromClient)
	return x, n
}

// centrifugoField is a field of client.proto: of which request or result, which number.
type centrifugoField struct {
	event  string
	number int
}

// The fields that are told: of requests, and of results.
var (
	centrifugoAsked = map[centrifugoField]string{
		{"connect", 4}: "name", {"rpc", 1}: "data", {"rpc", 2}: "method", {"send", 1}: "data", {"publish", 1}: "channel", {"publish", 2}: "data",
		{"subscribe", 1}: "channel", {"unsubscribe", 1}: "channel", {"presence", 1}: "channel", {"presence_stats", 1}: "channel",
		{"history", 1}: "channel", {"sub_refresh", 1}: "channel",
	}
	centrifugoTold = map[centrifugoField]string{
		{"connect", 1}: "client", {"rpc", 1}: "data", {"error", 1}: "code", {"error", 2}: "message", {"subscribe", 14}: "number",
	}
)

// centrifugoFields reads the fields that are told.
func centrifugoFields(x *centrifugoPacket, p []byte, fromClient bool) {
	names := centrifugoTold
	if fromClient {
		names = centrifugoAsked
	}
	more := map[string]any{}
	eachField(p, func(f protoField) {
		if x.event == "push" {
			centrifugoPush(x, f)
			return
		}
		switch name := names[centrifugoField{x.event, f.number}]; name {
		case "data":
			x.data = content(f.bytes)
		case "method":
			x.method = string(f.bytes)
		case "channel":
			x.channel = string(f.bytes)
		case "number":
			x.number = int64(f.value) //nolint:gosec // it is signed
		case "code":
			more[name] = unsigned(f.value)
		case "name", "client", "message":
			more[name] = string(f.bytes)
		}
	})
	if len(more) > 0 {
		x.body = more
	}
}

// centrifugoData is the number of the field data of each push that has one.
var centrifugoData = map[string]int{"message": 1, "connect": 3, "pub": 4, "subscribe": 7}

func centrifugoPush(x *centrifugoPacket, f protoField) {
	switch {
	case f.number == 1:
		x.number = int64(f.value) //nolint:gosec // it is signed
	case f.number == 2:
		x.channel = string(f.bytes)
	case f.number < len(centrifugoPushes) && centrifugoPushes[max(f.number, 0)] != "" && f.kind == protowire.BytesType:
		x.push = centrifugoPushes[f.number]
		data := centrifugoData[x.push]
		eachField(f.bytes, func(g protoField) {
			if g.number == data && data > 0 && g.kind == protowire.BytesType {
				x.data = content(g.bytes)
			}
		})
	}
}
