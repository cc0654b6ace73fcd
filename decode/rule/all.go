package rule

// All are the rows in the order of the documents: RFC 6455, 7692, 9110, 9112, then notes on the capture and on what is measured.
var All = []*Rule{
	HTTPMethod, HTTPVersion, Host, Upgrade, Connection, Key, Version, Origin, SubprotocolSyntax, EarlyData, SentAfterRefusal,
	Accept, ResponseUpgrade, ResponseConnection, ExtensionNotOffered, SubprotocolNotOffered, ResponseVersion, ResponseMissing,
	MaskRequired, MaskForbidden, RSV, OpcodeReserved, LengthMinimal, LengthMSB, NotWebSocket, MaskZero,
	ContinuationUnexpected, ContinuationExpected, Unfinished, Tiny, ControlLength, ControlFragmented,
	CloseLength, DataAfterClose, ControlAfterClose, PingUnanswered, TCPKeptOpen, NoClose, CloseCodeReserved,
	CloseCodeRange, UTF8, ExtensionSyntax, SubprotocolMany, Grew, DeflateRSV1, DeflateParams, TakeoverUnused,
	DeflateTail, DeflateData, ResponseBody, RequestBody, UpgradeRequired, HTTPSyntax, Gap, Conflict, Limit,
	Slow,
}

// ByID finds a row by its ID; nil if there is none.
func ByID(id string) *Rule {
	for _, r := range All {
		if r.ID == id {
			return r
		}
	}
	return nil
}
