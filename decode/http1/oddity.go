package http1

import "strings"

// oddityWords say what each bit of Oddity means, in the order of the bits.
var oddityWords = [...]string{
	"a line ends in LF alone", "a folded line", "white space before a colon", "a line that is not a field",
	"both Content-Length and Transfer-Encoding", "a Content-Length that is not a length", "a header section that is too long",
}

// String names the deviations, separated by commas.
func (o Oddity) String() string {
	var words []string
	for i, w := range oddityWords {
		if o&(1<<i) != 0 {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}
