package payload

import "github.com/wspeek/wspeek/decode/jsontext"

// maxPrefix is how many bytes may come before JSON in a message.
const maxPrefix = 64

// JSONStart returns where an object or array may start: at the first byte, after white space, or after the packet type and
// namespace that Engine.IO, Socket.IO and SockJS write before it. It returns -1 if there is none. What follows is not checked.
func JSONStart(p []byte) int {
	for i, c := range p {
		switch {
		case c == '{' || c == '[':
			return i
		case i > maxPrefix || c == '"' || c < ' ' && !jsontext.IsSpace(c):
			return -1
		}
	}
	return -1
}

// Prefix returns the length of what Engine.IO, Socket.IO and SockJS write before JSON: packet type, number of attachments,
// namespace and acknowledgement id, without white space. It returns 0 if p does not have the form of one followed by an object
// or array.
func Prefix(p []byte) int {
	for i, c := range p[:min(len(p), maxPrefix)] {
		switch {
		case c == '{' || c == '[':
			return i
		case c <= ' ' || c > 'z':
			return 0
		}
	}
	return 0
}
