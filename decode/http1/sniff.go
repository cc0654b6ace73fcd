package http1

// verdict is what a sniffer thinks of the bytes that it was given.
type verdict uint8

const (
	undecided verdict = iota
	isRequest
	isResponse
	isNeither
)

// maxMethod and maxBlank bound what a start line may begin with, in bytes.
const (
	maxMethod = 32
	maxBlank  = 64
)

// place is where in a start line a sniffer is.
type place uint8

const (
	// blank waits for the first byte that is no CR or LF (RFC 9112 section 2.2).
	blank place = iota
	// method waits for the end of a method, or of the name "HTTP".
	method
	// target waits for the end of a request line; the version is what follows its last space.
	target
	// lineFeed waits for the LF after the CR of a request line.
	lineFeed
	// status waits for the version and code of a status line.
	status
)

// sniffer recognises a start line, a few bytes at a time, and keeps none of them.
// It decides at the same byte however its input is cut.
type sniffer struct {
	// strict refuses what only a damaged or foreign stream is likely to hold: where a start line is searched for.
	strict bool
	at     place
	// n counts all bytes, word those of the current word.
	n, word int
	// begin is the start of the method, or its whole if it is a known one.
	begin [maxKnown]byte
	// version is how much of "HTTP/d.d" the current word matches, -1 for none of it.
	version int8
	// hasTarget says that a word comes between method and current word.
	hasTarget bool
}

// feed takes the next bytes.
func (s *sniffer) feed(b []byte) verdict {
	for _, c := range b {
		s.n++
		if v := s.next(c); v != undecided {
			return v
		}
	}
	return undecided
}

func (s *sniffer) next(c byte) verdict {
	switch s.at {
	case blank:
		return s.blank(c)
	case method:
		return s.method(c)
	case target:
		return s.target(c)
	case lineFeed:
		if c == '\n' {
			return isRequest
		}
		return isNeither
	default:
		return s.status(c)
	}
}

func (s *sniffer) blank(c byte) verdict {
	if c == '\r' || c == '\n' {
		if s.strict || s.n > maxBlank {
			return isNeither
		}
		return undecided
	}
	s.at = method
	return s.method(c)
}

func (s *sniffer) method(c byte) verdict {
	switch {
	case isToken(c) && s.word < maxMethod:
		if s.word < maxKnown {
			s.begin[s.word] = c
		}
		s.word++
		if s.strict && !s.known(false) {
			return isNeither
		}
		return undecided
	case c == ' ' && s.word > 0 && (!s.strict || s.known(true)):
		s.at, s.word = target, 0
		return undecided
	case c == '/' && string(s.begin[:]) == "HTTP\x00\x00\x00\x00" && s.word == 4:
		s.at, s.word = status, 0
		return undecided
	}
	return isNeither
}

// maxKnown is the length of the longest of knownMethods.
const maxKnown = 8

// knownMethods are those that a search looks for: RFC 9110 section 9.3, RFC 5789 section 2 and RFC 4918 section 9;
// and what a status line begins with.
var knownMethods = [...]string{
	"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
	"PROPFIND", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "HTTP",
}

// known reports whether the word so far is a known method, or, if not whole, the start of one.
func (s *sniffer) known(whole bool) bool {
	if s.word > maxKnown {
		return false
	}
	for _, m := range knownMethods {
		if len(m) >= s.word && m[:s.word] == string(s.begin[:s.word]) && (!whole || len(m) == s.word) {
			return true
		}
	}
	return false
}

// target is lenient about spaces within the target (RFC 9112 section 3.2 lets servers be), so that
// the word after the last space is the version.
func (s *sniffer) target(c byte) verdict {
	switch {
	case c == ' ':
		s.hasTarget = s.hasTarget || s.word > 0
		s.word, s.version = 0, 0
	case c == '\r' || c == '\n':
		return s.endOfLine(c)
	case c < ' ' || c == 0x7f:
		return isNeither
	default:
		s.matchVersion(c)
		s.word++
	}
	return undecided
}

func (s *sniffer) endOfLine(c byte) verdict {
	if !s.hasTarget || s.version != int8(len(versionForm)) {
		return isNeither
	}
	if c == '\n' {
		return isRequest
	}
	s.at = lineFeed
	return undecided
}

// versionForm and statusForm are what stands in a start line, 0 for any digit.
const (
	versionForm = "HTTP/0.0"
	statusForm  = "0.0 000"
)

func (s *sniffer) matchVersion(c byte) {
	i := int(s.version)
	switch {
	case i < 0 || i >= len(versionForm) || !fits(versionForm[i], c):
		s.version = -1
	case i == 5 && c != '1' && (s.strict || string(s.begin[:4]) == "PRI\x00"):
		s.version = -1 // an HTTP/2 connection preface is not a request (RFC 9113 section 3.4)
	default:
		s.version++
	}
}

func (s *sniffer) status(c byte) verdict {
	if s.word == len(statusForm) {
		if c == ' ' || c == '\r' || c == '\n' {
			return isResponse
		}
		return isNeither
	}
	if !fits(statusForm[s.word], c) || s.strict && s.word == 0 && c != '1' {
		return isNeither
	}
	s.word++
	return undecided
}

func fits(form, c byte) bool {
	if form == '0' {
		return '0' <= c && c <= '9'
	}
	return form == c
}

// isToken reports whether c may stand in a token (RFC 9110 section 5.6.2).
func isToken(c byte) bool { return c < 0x80 && tokens[c] }

var tokens = [0x80]bool{
	'!': true, '#': true, '$': true, '%': true, '&': true, '\'': true, '*': true, '+': true, '-': true, '.': true,
	'^': true, '_': true, '`': true, '|': true, '~': true,
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'A': true, 'B': true, 'C': true, 'D': true, 'E': true, 'F': true, 'G': true, 'H': true, 'I': true, 'J': true,
	'K': true, 'L': true, 'M': true, 'N': true, 'O': true, 'P': true, 'Q': true, 'R': true, 'S': true, 'T': true,
	'U': true, 'V': true, 'W': true, 'X': true, 'Y': true, 'Z': true,
	'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true, 'g': true, 'h': true, 'i': true, 'j': true,
	'k': true, 'l': true, 'm': true, 'n': true, 'o': true, 'p': true, 'q': true, 'r': true, 's': true, 't': true,
	'u': true, 'v': true, 'w': true, 'x': true, 'y': true, 'z': true,
}
