package explain

import (
	"slices"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

// concerned are the fields that a broken rule is seen in.
var concerned = map[*ws.Rule][]string{
	ws.RuleMaskRequired:           {nameMask},
	ws.RuleMaskForbidden:          {nameMask},
	ws.RuleRSV:                    {nameRSV1, nameRSV2, nameRSV3},
	ws.RuleOpcodeReserved:         {nameOpcode},
	ws.RuleLengthMinimal:          {nameExtended},
	ws.RuleLengthMSB:              {nameExtended},
	ws.RuleNotWebSocket:           {nameOpcode},
	ws.RuleMaskZero:               {nameKey},
	ws.RuleContinuationUnexpected: {nameOpcode},
	ws.RuleContinuationExpected:   {nameOpcode},
	ws.RuleUnfinished:             {nameFin, namePayload},
	ws.RuleControlLength:          {nameLen},
	ws.RuleControlFragmented:      {nameFin},
	ws.RuleCloseLength:            {namePayload},
	ws.RuleDataAfterClose:         {nameOpcode},
	ws.RuleControlAfterClose:      {nameOpcode},
	ws.RuleCloseCodeReserved:      {nameCode},
	ws.RuleCloseCodeRange:         {nameCode},
	ws.RuleUTF8:                   {namePayload, nameReason},
	ws.RuleDeflateRSV1:            {nameRSV1},
	ws.RuleDeflateTail:            {namePayload},
	ws.RuleDeflateData:            {namePayload},
}

// concerns says whether a rule that f breaks is broken in the field of that name.
func concerns(r *ws.Rule, name string, f *ws.Frame) bool {
	if !slices.Contains(concerned[r], name) {
		return false
	}
	if r == ws.RuleUnfinished {
		return (name == namePayload) == (f.Fin || f.Opcode.Control())
	}
	switch name {
	case nameRSV1:
		return f.RSV&4 != 0 && (r != ws.RuleRSV || !slices.Contains(f.Findings, ws.RuleDeflateRSV1))
	case nameRSV2:
		return f.RSV&2 != 0
	case nameRSV3:
		return f.RSV&1 != 0
	}
	return true
}

func inert(s string) string { return decode.Inert(s) }
