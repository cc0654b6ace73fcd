// Package export writes what was decoded: one JSON object a line for programs (the contract
// is the README's section on JSON), and one line of text for people.
//
//	Event ─▶ JSON.Message, JSON.Frame, ... ─▶ bytes of a line
//
// Lines are appended by hand to the caller's buffer, without reflection. Text from the wire is made
// inert: a line is safe to print.
package export
