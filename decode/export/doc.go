// Package export writes what was decoded: one JSON object a line for programs (the contract
// is the README's section on JSON), one line of text for people, and the files that sessions are
// exported to.
//
//	Event ─▶ JSON.Message, JSON.Frame, ...  ─▶ bytes of a line
//	Trace ─▶ HAR, CSV, Markdown             ─▶ bytes of a file
//	             └ Redactor: secrets become marks, the same for the same value
//
// Lines are appended by hand to the caller's buffer, without reflection. Text from the wire is made
// inert: a line is safe to print. (CSV is, with Inert set.)
package export
