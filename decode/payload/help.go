package payload

import (
	"slices"
	"strings"
)

// helpIntro is what comes before the list of protocols.
const helpIntro = `Where wspeek knows the application protocol of a session, it shows what each message says: in a few words in listings and on the screen, in the field app of --json, and in the filter fields app.*. A protocol is claimed by the subprotocol that the server chose, by path and query, or because a message proves it; what contradicts the protocol is shown as it is. --app NAME takes a protocol for that of all sessions, --no-app shows payloads as they are.`

// Help lists the protocols that are decoded: how each is recognised and what is decoded, in lines of at most width characters.
func Help(width int) string {
	var b strings.Builder
	wrap(&b, "", helpIntro, width)
	rows := slices.DeleteFunc(slices.Clone(Protocols[:]), func(p *Protocol) bool { return p.ID == "" || p.Begin == nil && p.Claim == nil })
	for _, p := range sortedByName(rows) {
		b.WriteString("\n" + p.Name + " (" + p.ID + ")\n")
		if len(p.Tokens) > 0 {
			wrap(&b, "  ", "Subprotocol: "+strings.Join(p.Tokens, ", "), width)
		}
		wrap(&b, "  ", "Without one: "+p.Evidence, width)
		wrap(&b, "  ", "Decoded: "+p.Decodes, width)
		wrap(&b, "  ", "Specification: "+p.Spec, width)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func sortedByName(rows []*Protocol) []*Protocol {
	return slices.SortedFunc(slices.Values(rows), func(a, b *Protocol) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
}

// wrap writes text in lines of at most width characters; those after the first are indented.
func wrap(b *strings.Builder, indent, text string, width int) {
	at := 0
	for i, w := range strings.Fields(text) {
		n := len([]rune(w))
		switch {
		case i == 0:
			b.WriteString(indent)
			at = len(indent)
		case at+1+n > width:
			b.WriteString("\n" + indent + indent)
			at = 2 * len(indent)
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(w)
		at += n
	}
	b.WriteByte('\n')
}
