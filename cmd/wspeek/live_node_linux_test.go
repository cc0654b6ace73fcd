package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// nodeTalk sends n messages in both directions with npm's ws, and tells their hashes.
const nodeTalk = `
const { WebSocketServer, WebSocket } = require('ws');
const { createHash, randomBytes } = require('crypto');
const n = Number(process.argv[2]), deflate = process.argv[3] === 'true';
const hash = p => createHash('sha256').update(p).digest('hex');
const sent = { c2s: [], s2c: [] };
const options = deflate ? { threshold: 0 } : false;
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: options }, () => {
  server.on('connection', s => s.on('message', m => {
    const p = Buffer.concat([m, randomBytes(7)]);
    sent.s2c.push(hash(p));
    s.send(p);
  }));
  const c = new WebSocket('ws://127.0.0.1:' + server.address().port + '/node', { perMessageDeflate: options });
  let got = 0;
  c.on('open', () => {
    for (let i = 0; i < n; i++) {
      const p = JSON.stringify({ i, text: 'word '.repeat(i % 300) });
      sent.c2s.push(hash(p));
      c.send(p);
    }
  });
  c.on('message', () => { if (++got === n) c.close(1000, 'bye'); });
  c.on('close', () => {
    for (const dir in sent) for (const h of sent[dir]) console.log(dir, h);
    server.close();
  });
});
`

// TestLive_NodeWS captures what npm's ws says: NODE_PATH is where it is installed.
func TestLive_NodeWS(t *testing.T) {
	if exec.Command("node", "-e", "require('ws')").Run() != nil {
		t.Skip("needs node, and npm's ws in NODE_PATH")
	}
	for _, deflate := range []string{"false", "true"} {
		t.Run("deflate "+deflate, func(t *testing.T) {
			t.Parallel()
			inNamespace(t)
			script := filepath.Join(t.TempDir(), "talk.js")
			if err := os.WriteFile(script, []byte(nodeTalk), 0o644); err != nil {
				t.Fatal(err)
			}
			p := startCapture(t, nil, "live", "-i", "lo", "--json", "--hash", "--no-payload")
			listed := p.reading()
			out, err := exec.Command("node", script, "5000", deflate).Output()
			if err != nil {
				t.Fatal(err)
			}
			sent := hashes{}
			for line := range strings.Lines(string(out)) {
				dir, hash, _ := strings.Cut(strings.TrimSpace(line), " ")
				sent[dir] = append(sent[dir], hash)
			}
			listed.waitFor(sent)
			p.interrupt()
			list, _ := listed.rest()
			wantAll(t, list, sent)
			if len(sent["c2s"]) != 5000 {
				t.Errorf("node sent %d messages", len(sent["c2s"]))
			}
		})
	}
}
