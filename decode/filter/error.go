package filter

import "fmt"

// Error says what is wrong with a filter and where. It is not inert: Reason may quote the source.
type Error struct {
	// Src is the source; Pos and End are the bytes [Pos,End) of it that are wrong. At the end of the source both are its length.
	Src      string
	Pos, End int
	// Reason is what is wrong, in plain words.
	Reason string
	// Suggestion is what could stand there instead, empty where nothing comes to mind.
	Suggestion string
}

// Error is the reason with its column, from 1 in characters.
func (e *Error) Error() string {
	s := fmt.Sprintf("column %d: %s", len([]rune(e.Src[:e.Pos]))+1, e.Reason)
	if e.Suggestion != "" {
		s += "; did you mean " + e.Suggestion + "?"
	}
	return s
}
