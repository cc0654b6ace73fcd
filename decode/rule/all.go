package rule

// All are the rows in the order of the documents: RFC 6455, 7692, 8441, 9110, 9112, 9113, those of application protocols, then notes on
// the capture and on what is measured.
var All = []*Rule{
	HTTPMethod, HTTPVersion, Host, Upgrade, Connection, Key, Version, Origin, SubprotocolSyntax, EarlyData, SentAfterRefusal,
	Accept, ResponseUpgrade, ResponseConnection, ExtensionNotOffered, SubprotocolNotOffered, ResponseVersion, ResponseMissing,
	MaskRequired, MaskForbidden, RSV, OpcodeReserved, LengthMinimal, LengthMSB, NotWebSocket, MaskZero,
	ContinuationUnexpected, ContinuationExpected, Unfinished, Tiny, ControlLength, ControlFragmented,
	CloseLength, DataAfterClose, ControlAfterClose, PingUnanswered, TCPKeptOpen, NoClose, CloseCodeReserved,
	CloseCodeRange, UTF8, ExtensionSyntax, SubprotocolMany, Grew, DeflateRSV1, DeflateParams, TakeoverUnused,
	DeflateWindow, DeflateTail, DeflateData,
	H2ConnectSetting, H2ConnectSettingValue, H2ConnectSettingWithdrawn, H2ProtocolMethod, H2ProtocolTarget, H2Scheme,
	H2UpgradeFields, H2KeyFields, H2ResetCode,
	ResponseBody, RequestBody, UpgradeRequired, HTTPSyntax,
	H2Preface, H2FrameSize, H2HeaderBlock, H2StreamClosed, H2StreamID, H2StreamZero, H2Padding, H2Continuation,
	H2FieldName, H2ConnectionField, H2PseudoField, H2ConnectedFrames, H2Status101,
	DiscordHeartbeat, EngineHeartbeat, MQTTKeepAlive, MQTTUnacknowledged, OCPPHeartbeat, StompHeartBeat, StompReceipt,
	Gap, Conflict, Damaged, Outside, Unchecked, Limit,
	Slow, AppUnanswered, AppIDReused, AppReplyUnknown, AppHeartbeat,
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
