package rule

// The documents of application protocols.
const (
	discordDoc = "Discord Gateway"
	engineDoc  = "Engine.IO protocol 4"
	mqttDoc    = "MQTT 5.0"
	ocppDoc    = "OCPP 1.6"
	stompDoc   = "STOMP 1.2"
)

// Rules about what messages say, for sessions whose application protocol is known. They are notes: WebSocket has no part in them. Those
// without a document hold for several protocols; the finding names the document of the one that was seen.
var (
	// AppUnanswered means: a request that its protocol has answered was not, though there was time.
	AppUnanswered = &Rule{ID: "app.unanswered", Level: Note,
		Text:  "A request was not answered before the session or the capture ended.",
		Why:   "Whoever asked still waits, or has timed out without saying so on the wire.",
		Look:  "A handler that threw, an answer with another id, a method that the other side ignores, or an event that nobody acknowledges.",
		Break: "answer", How: "a JSON-RPC request without an answer",
	}
	// AppIDReused means: two requests with the same id wait at the same time.
	AppIDReused = &Rule{ID: "app.id-reused", Level: Note,
		Text:  "An id is not used for another request while the first one waits for its answer.",
		Why:   "The answer belongs to either request; most libraries give it to the later one and never complete the first.",
		Look:  "A counter that starts again, a fixed id in hand-written code, two tasks that share a connection, or a retry without a new id.",
		Break: "id-reused", How: "two JSON-RPC requests with one id at a time",
	}
	// AppReplyUnknown means: an answer to nothing.
	AppReplyUnknown = &Rule{ID: "app.reply-unknown", Level: Note,
		Text:  "An answer or acknowledgement has the id of a request that waits.",
		Why:   "The other side ignores it, reports an error, or closes the connection; the request that was meant stays open.",
		Look:  "An answer sent twice, an id of the wrong type (\"1\" for 1), an answer that outlived its connection.",
		Break: "reply-unknown", How: "a JSON-RPC answer with an id that nobody asked with",
	}
	// AppHeartbeat means: a heartbeat came later than was promised, in a protocol without a rule of its own.
	AppHeartbeat = &Rule{ID: "app.heartbeat", Level: Note,
		Text:  "A side that promises a heartbeat keeps to its interval.",
		Why:   "The other side takes a silence that is too long for a broken connection.",
		Look:  "A blocked event loop, a suspended laptop or background tab, a timer that starts too late.",
		Break: "app-heartbeat", How: "Centrifugo pings that stop",
	}
	// MQTTUnacknowledged means: a publication with QoS 1 or 2 was never acknowledged.
	MQTTUnacknowledged = &Rule{ID: "app.mqtt-unacknowledged", RFC: mqttDoc, Section: "4.3", Level: Note,
		Text:  "The receiver of a PUBLISH with QoS 1 answers with PUBACK, with QoS 2 with PUBREC.",
		Why:   "The sender keeps the message and sends it again on the next connection: it is delivered twice, or the window of unacknowledged messages fills.",
		Look:  "A client that acknowledges only after a handler that hangs, a full receive window, a broker that stores slowly.",
		Break: "mqtt-puback", How: "a PUBLISH with QoS 1 without its PUBACK",
	}
	// MQTTKeepAlive means: a client was silent for longer than one and a half times its keep alive.
	MQTTKeepAlive = &Rule{ID: "app.mqtt-keep-alive", RFC: mqttDoc, Section: "3.1.2.10", Level: Note,
		Text:  "A client sends a packet, if nothing else a PINGREQ, within its keep alive; the server closes after one and a half times that.",
		Why:   "The broker closes the connection and publishes the client's will.",
		Look:  "A device that sleeps, a blocked event loop, a keep alive that is shorter than the network's delays.",
		Break: "mqtt-keep-alive", How: "an MQTT client that is silent for 16 s, with a keep alive of 10 s",
	}
	// OCPPHeartbeat means: a charging station was silent for twice the interval that it was given.
	OCPPHeartbeat = &Rule{ID: "app.ocpp-heartbeat", RFC: ocppDoc, Section: "4.6", Level: Note,
		Text:  "A charge point sends a Heartbeat, or anything else, within the interval that BootNotification gave it.",
		Why:   "The central system takes it for offline.",
		Look:  "A station that uses WebSocket pings instead, a modem that was asleep, an interval that was changed before the capture began.",
		Break: "ocpp-heartbeat", How: "a charge point that is silent for 80 s, with an interval of 30 s",
	}
	// EngineHeartbeat means: a ping or its pong came later than the handshake says.
	EngineHeartbeat = &Rule{ID: "app.engine-heartbeat", RFC: engineDoc, Section: "Heartbeat", Level: Note,
		Text:  "One side pings every pingInterval, and the other answers within pingTimeout.",
		Why:   "The session is closed with \"ping timeout\", though the network is well.",
		Look:  "A blocked event loop, a background tab whose timers are throttled, a message so large that a pong has to wait for it.",
		Break: "engine-heartbeat", How: "an Engine.IO ping after 74 s instead of 25 s",
	}
	// DiscordHeartbeat means: the client missed the interval of the hello.
	DiscordHeartbeat = &Rule{ID: "app.discord-heartbeat", RFC: discordDoc, Section: "Sending Heartbeats", Level: Note,
		Text:  "The client sends a heartbeat every heartbeat_interval of the hello.",
		Why:   "The gateway closes the connection, and the client has to resume.",
		Look:  "A blocked event loop: a heartbeat that waits for the work of a handler.",
		Break: "discord-heartbeat", How: "a heartbeat after 100 s instead of 41 s",
	}
	// StompReceipt means: a frame that asked for a receipt got none.
	StompReceipt = &Rule{ID: "app.stomp-receipt", RFC: stompDoc, Section: "RECEIPT", Level: Note,
		Text:  "A frame with a receipt header is answered by a RECEIPT once the server has processed it.",
		Why:   "The client does not know whether its message was stored; a DISCONNECT without its receipt may lose messages.",
		Look:  "A broker that is slow to store, an ERROR without receipt-id, a connection closed right after DISCONNECT.",
		Break: "stomp-receipt", How: "a SEND without its RECEIPT",
	}
	// StompHeartBeat means: nothing came for twice the interval that both sides agreed on.
	StompHeartBeat = &Rule{ID: "app.stomp-heart-beat", RFC: stompDoc, Section: "Heart-beating", Level: Note,
		Text:  "A side sends something at least as often as the heart-beat headers agree on.",
		Why:   "The other side takes the connection for dead and closes it.",
		Look:  "A blocked event loop, a background tab, a broker that is busy, intervals shorter than the network's delays.",
		Break: "stomp-heart-beat", How: "a STOMP server that is silent for 45 s, with heart-beats of 10 s",
	}
)
