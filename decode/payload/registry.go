package payload

// Protocols are all the protocols that are known. Where two are sure of a session the first is right, so what is special comes
// before what is general. The row without a name, the last, is what many protocols do.
var Protocols = [...]*Protocol{
	&actionCableRow, &discordRow, &socketIORow, &graphQLRow, &graphQLOldRow, &jsonRPCRow, &mqttRow, &phoenixRow, &pusherRow, &signalRRow, &sockJSRow, &stompRow, &anyProtocol,
}
