package ws

// Rules of the opening handshake's request (RFC 6455 sections 4.1 and 4.2.1).
var (
	// RuleHTTPMethod: the request's method is not GET.
	RuleHTTPMethod = &Rule{"http.method", rfc6455, "4.1", Must,
		"The method of the opening handshake is GET."}
	// RuleHTTPVersion: the HTTP version is lower than 1.1.
	RuleHTTPVersion = &Rule{"http.http-version", rfc6455, "4.1", Must,
		"The HTTP version of the opening handshake is at least 1.1."}
	// RuleHost: the Host field is missing or not alone.
	RuleHost = &Rule{"http.host", rfc6455, "4.1", Must,
		"The request contains one Host header field."}
	// RuleUpgrade: the request's Upgrade field lacks websocket.
	RuleUpgrade = &Rule{"http.upgrade", rfc6455, "4.1", Must,
		"The request contains an Upgrade header field with the token websocket."}
	// RuleConnection: the request's Connection field lacks Upgrade.
	RuleConnection = &Rule{"http.connection", rfc6455, "4.1", Must,
		"The request contains a Connection header field with the token Upgrade."}
	// RuleKey: Sec-WebSocket-Key is missing, repeated, or not 16 bytes of base64.
	RuleKey = &Rule{"http.key", rfc6455, "4.1", Must,
		"The request contains one Sec-WebSocket-Key, the base64 of 16 bytes."}
	// RuleVersion: Sec-WebSocket-Version is missing, repeated, or not 13.
	RuleVersion = &Rule{"http.version", rfc6455, "4.1", Must,
		"The request contains one Sec-WebSocket-Version, and it is 13."}
	// RuleOrigin: more than one Origin field.
	RuleOrigin = &Rule{"http.origin", rfc6455, "4.1", Note,
		"A browser's request contains one Origin header field; other clients may leave it out."}
	// RuleSubprotocolSyntax: what is offered is not a list of unique tokens.
	RuleSubprotocolSyntax = &Rule{"http.subprotocol-syntax", rfc6455, "4.1", Must,
		"The subprotocols offered are tokens, and each is offered once."}
	// RuleEarlyData: the client sent frames before the response.
	RuleEarlyData = &Rule{"http.early-data", rfc6455, "4.1", Must,
		"After its request the client waits for the response before it sends any further data."}
)

// Rules of the opening handshake's response (RFC 6455 sections 4.1, 4.2.2, 9.1 and 11.3.4).
var (
	// RuleAccept: Sec-WebSocket-Accept is missing, repeated or wrong.
	RuleAccept = &Rule{"http.accept", rfc6455, "4.1", Must,
		"Sec-WebSocket-Accept is the base64 of the SHA-1 of the key and the fixed GUID."}
	// RuleResponseUpgrade: the 101's Upgrade field is not websocket.
	RuleResponseUpgrade = &Rule{"http.response-upgrade", rfc6455, "4.1", Must,
		"The response contains an Upgrade header field with the value websocket."}
	// RuleResponseConnection: the 101's Connection field lacks Upgrade.
	RuleResponseConnection = &Rule{"http.response-connection", rfc6455, "4.1", Must,
		"The response contains a Connection header field with the token Upgrade."}
	// RuleExtensionNotOffered: the response names an extension that the request did not.
	RuleExtensionNotOffered = &Rule{"http.extension-not-offered", rfc6455, "4.1", Must,
		"The server accepts only extensions that the client offered."}
	// RuleSubprotocolNotOffered: the response names a subprotocol that the request did not.
	RuleSubprotocolNotOffered = &Rule{"http.subprotocol-not-offered", rfc6455, "4.1", Must,
		"The server selects only a subprotocol that the client offered."}
	// RuleResponseVersion: the server took a version that it cannot have agreed on, or refused one without naming its own.
	RuleResponseVersion = &Rule{"http.response-version", rfc6455, "4.2.2", Must,
		"A server that does not speak the client's version refuses it and names the versions that it speaks."}
	// RuleExtensionSyntax: Sec-WebSocket-Extensions breaks its grammar.
	RuleExtensionSyntax = &Rule{"http.extension-syntax", rfc6455, "9.1", Must,
		"Sec-WebSocket-Extensions follows its grammar: extensions by comma, parameters by semicolon, values are tokens."}
	// RuleSubprotocolMany: the response names more than one subprotocol.
	RuleSubprotocolMany = &Rule{"http.subprotocol-many", rfc6455, "11.3.4", Must,
		"The response contains at most one Sec-WebSocket-Protocol, with one subprotocol."}
)

// Rules of HTTP itself that matter to the opening handshake.
var (
	// RuleUpgradeRequired: a 426 without Upgrade.
	RuleUpgradeRequired = &Rule{"http.upgrade-required", rfc9110, "15.5.22", Must,
		"A 426 response contains an Upgrade header field."}
	// RuleResponseBody: a 101 with Content-Length or Transfer-Encoding.
	RuleResponseBody = &Rule{"http.response-body", rfc9110, "8.6", Must,
		"A 101 response has no body, no Content-Length and no Transfer-Encoding."}
	// RuleRequestBody: the upgrade request has a body.
	RuleRequestBody = &Rule{"http.request-body", rfc9110, "9.3.1", Note,
		"The content of a GET request has no meaning."}
	// RuleHTTPSyntax: bare LF, obs-fold, space before a colon, NUL in a value.
	RuleHTTPSyntax = &Rule{"http.syntax", rfc9112, "2.2", Must,
		"Header lines end with CRLF, are not folded, and hold no space before the colon and no NUL."}
)

// Rules are all rows, in the order of the documents: RFC 6455, 7692, 9110, 9112, then what
// no document says.
var Rules = []*Rule{
	RuleHTTPMethod, RuleHTTPVersion, RuleHost, RuleUpgrade, RuleConnection, RuleKey, RuleVersion,
	RuleOrigin, RuleSubprotocolSyntax, RuleEarlyData,
	RuleAccept, RuleResponseUpgrade, RuleResponseConnection, RuleExtensionNotOffered, RuleSubprotocolNotOffered,
	RuleResponseVersion,
	RuleMaskRequired, RuleMaskForbidden,
	RuleRSV, RuleOpcodeReserved, RuleLengthMinimal, RuleLengthMSB, RuleNotWebSocket,
	RuleMaskZero,
	RuleContinuationUnexpected, RuleContinuationExpected, RuleUnfinished,
	RuleControlLength, RuleControlFragmented,
	RuleCloseLength, RuleDataAfterClose, RuleControlAfterClose,
	RuleNoClose, RuleCloseCodeReserved, RuleCloseCodeRange,
	RuleUTF8,
	RuleExtensionSyntax, RuleSubprotocolMany,
	RuleDeflateRSV1, RuleDeflateParams, RuleDeflateTail, RuleDeflateData,
	RuleResponseBody, RuleRequestBody, RuleUpgradeRequired,
	RuleHTTPSyntax,
	RuleGap, RuleConflict, RuleLimit,
}

// RuleByID finds a row by its ID; nil where there is none.
func RuleByID(id string) *Rule {
	for _, r := range Rules {
		if r.ID == id {
			return r
		}
	}
	return nil
}
