package payload

// Protocols are all the protocols that are known. Where two are sure of a session the first is right, so what is special comes
// before what is general.
var Protocols = [...]*Protocol{
	&actionCableRow, &discordRow, &socketIORow, &bidiRow, &cdpRow, &ddpRow, &graphQLRow, &graphQLOldRow, &homeAssistantRow, &jupyterRow, &nextRow, &nostrRow, &ocppRow, &openAIRow, &slackRow, &viteRow, &webpackRow,
	&jsonRPCRow, &mqttRow, &natsRow, &kubernetesRow, &rfbRow,
	&guacamoleRow, &wampRow, &xmppRow, &sipRow, &centrifugoRow, &ablyRow, &phoenixRow, &pusherRow, &signalRRow, &sockJSRow, &stompRow,
	&gzipRow, &zlibRow, &zstdRow, &msgpackRow, &cborRow, &protobufRow, &brotliRow,
}
