package filter

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/apps"
	"github.com/wspeek/wspeek/decode/payload"
)

// Visit takes an event.
type Visit = func(*decode.Batch, *decode.Event) error

// Reading is what is to visit the events instead of visit: it reads what messages say, if the filter asks for that, and sets Said.
// Settle must be called when no more events come; both return what visit returned.
func (s *Stream) Reading(opt payload.ReaderOptions, visit Visit) (with Visit, settle func() error) {
	if !s.NeedsApp() {
		return visit, func() error { return nil }
	}
	x := apps.NewStream(opt, func(b *decode.Batch, e *decode.Event, said []payload.App) error {
		s.Said = said
		return visit(b, e)
	})
	return x.Visit, x.Settle
}
