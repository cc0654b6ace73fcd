package rule

// Rules of HTTP itself that matter to the opening handshake (RFC 9110 and RFC 9112).
var (
	// UpgradeRequired means: a 426 without Upgrade.
	UpgradeRequired = &Rule{ID: "http.upgrade-required", RFC: rfc9110, Section: "15.5.22", Level: Must,
		Text:  "A 426 response contains an Upgrade header field.",
		Why:   "426 says that another protocol is needed; without Upgrade the client does not learn which.",
		Look:  "A server or framework that sets the status by hand.",
		Break: "upgrade-required", How: "426 without Upgrade",
	}
	// ResponseBody means: a 101 with Content-Length or Transfer-Encoding.
	ResponseBody = &Rule{ID: "http.response-body", RFC: rfc9110, Section: "8.6", Level: Must,
		Text:  "A 101 response has no body, no Content-Length and no Transfer-Encoding.",
		Why:   "After the header of a 101 come frames. A length there would make a proxy take the first frames for a body.",
		Look:  "A framework that adds Content-Length: 0 to each response.",
		Break: "response-body", How: "a 101 with Content-Length",
	}
	// RequestBody means: the upgrade request has a body.
	RequestBody = &Rule{ID: "http.request-body", RFC: rfc9110, Section: "9.3.1", Level: Note,
		Text:  "The content of a GET request has no meaning.",
		Why:   "Frames begin where the request ends, and a body makes it doubtful where that is.",
		Look:  "A generic HTTP client that sends a body or a length with each request.",
		Break: "request-body", How: "the GET has a body",
	}
	// HTTPSyntax means: bare LF, obs-fold, space before a colon, NUL in a value.
	HTTPSyntax = &Rule{ID: "http.syntax", RFC: rfc9112, Section: "2.2", Level: Must,
		Text:  "Header lines end with CRLF, are not folded, and hold no space before the colon and no NUL.",
		Why:   "Proxy and server must find the same end of the same header, or one of them can be made to read what the other did not (request smuggling).",
		Look:  "Hand-written handshakes with \\n instead of \\r\\n.",
		Break: "syntax", How: "a space before the colon",
	}
)
