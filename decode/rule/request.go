package rule

// Rules of the opening handshake's request (RFC 6455 sections 4.1 and 4.2.1).
var (
	// HTTPMethod means: the request's method is not GET.
	HTTPMethod = &Rule{ID: "http.method", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "The method of the opening handshake is GET.",
		Why:   "The handshake is made so that any HTTP server can read it, and only a GET has no body in which frames could hide.",
		Look:  "A hand-written client, or HTTP/2's CONNECT written as HTTP/1.1.",
		Break: "method", How: "POST",
	}
	// HTTPVersion means: the HTTP version is lower than 1.1.
	HTTPVersion = &Rule{ID: "http.http-version", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "The HTTP version of the opening handshake is at least 1.1.",
		Why:   "Upgrade and Connection came with HTTP/1.1; a proxy that speaks 1.0 would pass them on without understanding them.",
		Look:  "nginx without proxy_http_version 1.1, which is the classic cause, or a very old client.",
		Break: "http-version", How: "HTTP/1.0",
	}
	// Host means: the Host field is missing or not alone.
	Host = &Rule{ID: "http.host", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "The request contains one Host header field.",
		Why:   "One address serves many names; without Host the server cannot know which is meant, and two could be read differently by proxy and server.",
		Look:  "A hand-written client, or header fields joined by a proxy.",
		Break: "host", How: "no Host",
	}
	// Upgrade means: the request's Upgrade field lacks websocket.
	Upgrade = &Rule{ID: "http.upgrade", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "The request contains an Upgrade header field with the token websocket.",
		Why:   "It says which protocol is asked for; without it the request is an ordinary GET.",
		Look:  "A proxy that removes hop-by-hop fields and does not put them back.",
		Break: "upgrade", How: "the request has no Upgrade",
	}
	// Connection means: the request's Connection field lacks Upgrade.
	Connection = &Rule{ID: "http.connection", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "The request contains a Connection header field with the token Upgrade.",
		Why:   "Upgrade concerns the next hop only, and Connection says so: a proxy that does not know WebSocket must then drop Upgrade and not pass it on blindly.",
		Look:  "nginx without proxy_set_header Connection \"upgrade\", or a client that sends only keep-alive.",
		Break: "connection", How: "Connection: keep-alive",
	}
	// Key means: Sec-WebSocket-Key is missing, repeated, or not 16 bytes of base64.
	Key = &Rule{ID: "http.key", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "The request contains one Sec-WebSocket-Key, the base64 of 16 bytes.",
		Why:   "A fresh key makes each handshake different, so that a cached answer is recognised.",
		Look:  "A key that is a constant of another length, or a random string instead of the base64 of 16 bytes.",
		Break: "key", How: "a key of 5 bytes",
	}
	// Version means: Sec-WebSocket-Version is missing, repeated, or not 13.
	Version = &Rule{ID: "http.version", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "The request contains one Sec-WebSocket-Version, and it is 13.",
		Why:   "Client and server must read frames by the same rules. 13 is the RFC's number; lower ones were drafts.",
		Look:  "A client from before 2011, or one that lists several versions although only a server may.",
		Break: "version", How: "Sec-WebSocket-Version: 8",
	}
	// Origin means: more than one Origin field.
	Origin = &Rule{ID: "http.origin", RFC: rfc6455, Section: "4.1", Level: Note,
		Text:  "A browser's request contains one Origin header field; other clients may leave it out.",
		Why:   "A browser tells which page asks, so that a server can refuse strangers (cross-site WebSocket hijacking). Two values could be read differently by proxy and server.",
		Look:  "A proxy that adds an Origin of its own.",
		Break: "origin", How: "Origin twice",
	}
	// SubprotocolSyntax means: what is offered is not a list of unique tokens.
	SubprotocolSyntax = &Rule{ID: "http.subprotocol-syntax", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "The subprotocols offered are tokens, and each is offered once.",
		Why:   "The server answers with one of the names, so they must be comparable tokens, and each offered once.",
		Look:  "A bearer token, JSON or a URL in Sec-WebSocket-Protocol, as pages use it that cannot set other header fields: characters such as / or = break the grammar.",
		Break: "subprotocol-syntax", How: "a subprotocol that is not a token",
	}
	// EarlyData means: the client sent frames before the response.
	EarlyData = &Rule{ID: "http.early-data", RFC: rfc6455, Section: "4.1", Level: Must,
		Text:  "After its request the client waits for the response before it sends any further data.",
		Why:   "Until the 101 the server may still refuse, and would then read frames as another HTTP request.",
		Look:  "A client that hurries, or one that does not wait for the answer on purpose, to smuggle a request past a proxy.",
		Break: "early-data", How: "a frame before the 101",
	}
)
