package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/keep"
	"github.com/wspeek/wspeek/cmd/internal/packets"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/tui"
)

// readFor reads inputs to their end, as a screen does, and returns what saves their packets.
func readFor(t *testing.T, in run.Inputs, saves packetsOf) tui.Packets {
	t.Helper()
	r := run.Over(in, run.Options{Decode: decode.Options{Keep: true, Frames: true}})
	f := &fileFeed{run: r, conns: packets.NewConnections()}
	if err := f.Run(t.Context(), func(*decode.Batch, *decode.Event) error { return nil }); err != nil {
		t.Fatal(err)
	}
	in.Close()
	return saves(f.conns, r.Visited)
}

func filesFor(t *testing.T, names ...string) tui.Packets {
	t.Helper()
	in, err := capture.OpenFiles(names, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return readFor(t, in, packets.OfFiles(names))
}

// hold is what gives a Saver its packets.
type hold = func(context.Context) (*packets.Held, error)

// ringFor keeps packets in a ring of limit bytes and decodes them, as a live screen does. Wrap, if any, changes what the
// Saver is given.
func ringFor(t *testing.T, limit int64, list []capture.Packet, wrap ...func(hold) hold) *packets.Saver {
	t.Helper()
	ring := keep.NewRing(keep.RingOptions{Bytes: limit, Dir: t.TempDir()})
	t.Cleanup(ring.Close)
	ring.Backlog().Put(list)
	ring.Backlog().Close(io.EOF)
	ring.Run()
	conns := packets.NewConnections()
	r := run.Over(&listSource{slices.Clone(list)}, run.Options{Decode: decode.Options{Limits: run.LiveLimits()}})
	if err := r.Each(t.Context(), conns.Before(func(*decode.Batch, *decode.Event) error { return nil })); err != nil {
		t.Fatal(err)
	}
	held := packets.HoldRing(ring, []capture.WriteInterface{{Name: "lo", Link: list[0].LinkType}}, nil)
	for _, w := range wrap {
		held = w(held)
	}
	return packets.NewSaver(conns, held, r.Visited)
}

// sessionsIn is how many sessions a capture has.
func sessionsIn(t *testing.T, path string) int {
	t.Helper()
	return strings.Count(wspeekRun("sessions", "-q", "--json", path).out, `"type":"session"`)
}

// saveOK saves, and returns the file and what was said without the name.
func saveOK(t *testing.T, from tui.Packets, sessions ...int) (file, said string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "x.pcapng")
	said, err := from.Save(t.Context(), tui.Saving{Name: file, Sessions: sessions})
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	return file, strings.TrimSuffix(strings.Replace(said, file, "", 1), " written to ")
}

// packetsIn are the packets of a capture without their numbers.
func packetsIn(t *testing.T, name string) (list []string) {
	t.Helper()
	read := packets.Reread(1<<30, func() (run.Inputs, error) { return capture.OpenFiles([]string{name}, capture.Options{}) })
	err := read(t.Context(), func(p *capture.Packet) error {
		list = append(list, packetText(p))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func packetText(p *capture.Packet) string {
	return fmt.Sprintf("%v %v %v %x", p.Time, p.LinkType, p.OrigLen, p.Data)
}

func textsOf(all []capture.Packet) (list []string) {
	for i := range all {
		list = append(list, packetText(&all[i]))
	}
	return list
}

// TestSave_Samples: all packets are those of the capture; those of a session are those that export writes.
func TestSave_Samples(t *testing.T) {
	t.Parallel()
	eachSample(t, func(t *testing.T, s pcaps.Sample, path string) {
		from := filesFor(t, path)
		file, _ := saveOK(t, from)
		want := packetsIn(t, path)
		if got := packetsIn(t, file); !slices.Equal(got, want) {
			t.Errorf("%d packets, want %d", len(got), len(want))
		}
		ring := ringFor(t, 100<<20, sample(t, s.Name))
		for n := 1; n <= sessionsIn(t, path); n++ {
			out := filepath.Join(t.TempDir(), "e.pcapng")
			exported(t, out, path, fmt.Sprintf("--session=%d", n))
			want := packetsIn(t, out)
			for what, from := range map[string]tui.Packets{"file": from, "ring": ring} {
				file, said := saveOK(t, from, n)
				if got := packetsIn(t, file); !slices.Equal(got, want) || !strings.HasPrefix(said, show.Count(int64(len(want)), "packet")+" of 1 session") {
					t.Errorf("%s, session %d: %d packets, want %d; said %q", what, n, len(got), len(want), said)
				}
			}
		}
	})
}

// talkFrom is a conversation with so many messages of the client, a millisecond apart. Its packets are fragments of
// frag bytes where that is not 0.
func talkFrom(client string, after time.Duration, messages, frag int) []pcaps.Packet {
	c := pcaps.Conversation{Client: netip.MustParseAddrPort(client), Start: time.Unix(1_800_000_000, 0).Add(after)}
	c.ISN[pcaps.C2S] = uint32(after) // another one where ports are used again
	if frag > 0 {
		c.Wrap = func(ip []byte) [][]byte { return pcaps.Fragment(ip, frag) }
	}
	c.Upgrade(pcaps.Request{Headers: [][2]string{{"X-Pad", strings.Repeat("p", 500)}}}, pcaps.Response{})
	for i := range messages {
		c.SendFrames(pcaps.C2S, pcaps.Text(fmt.Sprintf("%d of %s %s", i, client, strings.Repeat("x", 600))).Masked(pcaps.RFCKey))
	}
	c.Close()
	return c.Packets
}

// three is a capture of three sessions: the second is in fragments and goes on all the time, the third has the ports of
// the first.
func three() (sessions [3][]pcaps.Packet, all []byte) {
	sessions = [3][]pcaps.Packet{
		talkFrom("192.0.2.1:4000", 0, 10, 0),
		talkFrom("192.0.2.9:4001", 2*time.Millisecond, 100, 200),
		talkFrom("192.0.2.1:4000", 300*time.Millisecond, 10, 0),
	}
	return sessions, pcaps.Pcap{}.Bytes(pcaps.Merge(sessions[:]...))
}

func packetsOfFile(t *testing.T, data []byte) []string {
	t.Helper()
	return packetsIn(t, putFile(t, "x.pcap", data))
}

// TestSave_Chosen: a session has all packets of its connection, fragments too, and none of another with its ports.
func TestSave_Chosen(t *testing.T) {
	t.Parallel()
	sessions, all := three()
	path := putFile(t, "three.pcap", all)
	for what, from := range map[string]tui.Packets{"file": filesFor(t, path), "ring": ringFor(t, 100<<20, packetsFrom(t, all))} {
		for i := range sessions {
			file, _ := saveOK(t, from, i+1)
			want := packetsOfFile(t, pcaps.Pcap{}.Bytes(sessions[i]))
			if got := packetsIn(t, file); !slices.Equal(got, want) {
				t.Errorf("%s, session %d: %d packets, want %d", what, i+1, len(got), len(want))
			}
		}
		file, said := saveOK(t, from, 1, 3)
		want := packetsOfFile(t, pcaps.Pcap{}.Bytes(pcaps.Merge(sessions[0], sessions[2])))
		if got := packetsIn(t, file); !slices.Equal(got, want) || said != fmt.Sprintf("%d packets of 2 sessions", len(want)) {
			t.Errorf("%s, sessions 1 and 3: %d packets, want %d; said %q", what, len(got), len(want), said)
		}
	}
}

func packetsFrom(t *testing.T, data []byte) (list []capture.Packet) {
	t.Helper()
	name := putFile(t, "x.pcap", data)
	read := packets.Reread(1<<30, func() (run.Inputs, error) { return capture.OpenFiles([]string{name}, capture.Options{}) })
	err := read(t.Context(), func(p *capture.Packet) error {
		q := *p
		q.Data = bytes.Clone(p.Data)
		list = append(list, q)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestSave_BeginNotKept: what a ring has dropped is reported, and nothing of another connection is taken for it.
func TestSave_BeginNotKept(t *testing.T) {
	t.Parallel()
	sessions, all := three()
	packets := packetsFrom(t, all)
	from := ringFor(t, 70_000, packets)
	file, said := saveOK(t, from)
	kept := packetsIn(t, file)
	dropped := len(packets) - len(kept)
	if !slices.Equal(kept, textsOf(packets)[dropped:]) || said != fmt.Sprintf("%d packets, %d older not kept,", len(kept), dropped) {
		t.Errorf("%d packets of %d, said %q", len(kept), len(packets), said)
	}
	_, err := from.Save(t.Context(), tui.Saving{Name: filepath.Join(t.TempDir(), "x"), Sessions: []int{1}})
	if err == nil || err.Error() != "no packet of session 1 is kept any more; nothing was written" {
		t.Errorf("got %v", err)
	}
	file, said = saveOK(t, from, 3)
	want := packetsOfFile(t, pcaps.Pcap{}.Bytes(sessions[2]))
	if got := packetsIn(t, file); !slices.Equal(got, want) || said != fmt.Sprintf("%d packets of 1 session", len(want)) {
		t.Errorf("session 3: %d packets, want %d; said %q", len(got), len(want), said)
	}
	file, said = saveOK(t, from, 1, 2, 3)
	if got := packetsIn(t, file); said != fmt.Sprintf("%d packets of 2 sessions, nothing of session 1 kept, start of session 2 not kept,", len(got)) {
		t.Errorf("said %q", said)
	}
}

// TestSave_InterfaceNames: they are those of the capture.
func TestSave_InterfaceNames(t *testing.T) {
	t.Parallel()
	_, all := three()
	file, _ := saveOK(t, ringFor(t, 100<<20, packetsFrom(t, all)), 1)
	if b, err := os.ReadFile(file); err != nil || !bytes.Contains(b[:200], []byte("\x02\x00\x02\x00lo\x00\x00")) {
		t.Errorf("%q, %v; want an interface lo", b[:200], err)
	}
}

// TestSave_SeveralFiles: several captures, one of them compressed, are saved as one, and nothing is as long as some were lost.
func TestSave_SeveralFiles(t *testing.T) {
	t.Parallel()
	names := []string{sampleFile(t, pcaps.Get("gzip-sll2")), sampleFile(t, pcaps.Get("jsonrpc"))}
	from := filesFor(t, names...)
	file, said := saveOK(t, from)
	in := wspeekRun("sessions", "-q", names[0], names[1])
	if out := wspeekRun("sessions", "-q", file); out.out != in.out || !strings.HasSuffix(said, fmt.Sprintf(" of %d sessions", sessionsIn(t, file))) {
		t.Errorf("said %q; got\n%s%swant\n%s", said, out.out, out.err, in.out)
	}
}

func TestSave_Demo(t *testing.T) {
	t.Parallel()
	in, err := openDemo()
	if err != nil {
		t.Fatal(err)
	}
	file, _ := saveOK(t, readFor(t, in, savesDemo), 3)
	if got := wspeekRun("sessions", "-q", file); got.status != run.Done || !strings.Contains(got.out, "ws://") {
		t.Errorf("%+v", got)
	}
}

// TestSave_Trouble: what is refused leaves everything as it was.
func TestSave_Trouble(t *testing.T) {
	t.Parallel()
	path := sampleFile(t, pcaps.Get("jsonrpc"))
	from := filesFor(t, path)
	dir := t.TempDir()
	there, link := filepath.Join(dir, "there"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(there, []byte("precious"), 0o644), os.Symlink(there, link)); err != nil {
		t.Fatal(err)
	}
	given, stop := context.WithCancel(t.Context())
	stop()
	for _, c := range []struct {
		name string
		ctx  context.Context
		what tui.Saving
		want string
	}{
		{"a file that is there", t.Context(), tui.Saving{Name: there}, there + " exists; choose another name, or :w! to replace it"},
		{"a symbolic link", t.Context(), tui.Saving{Name: link, Over: true}, link + " is a symbolic link, which is not followed"},
		{"the capture itself", t.Context(), tui.Saving{Name: path, Over: true}, path + " is in use here; choose another name"},
		{"a folder", t.Context(), tui.Saving{Name: dir, Over: true}, dir + " is a folder: want the name of a file"},
		{"no such folder", t.Context(), tui.Saving{Name: dir + "/x/y"}, dir + "/x/y: there is no folder " + dir + "/x"},
		{"no such session", t.Context(), tui.Saving{Name: dir + "/y", Sessions: []int{1, 2}}, "there is no session 2: there are 1 so far; nothing was written"},
		{"cancelled", given, tui.Saving{Name: dir + "/y"}, "cancelled; nothing was written"},
		{"cancelled, over a file", given, tui.Saving{Name: there, Over: true}, "cancelled; nothing was written"},
	} {
		if text, err := from.Save(c.ctx, c.what); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.name, text, err, c.want)
		}
	}
	b, err := os.ReadFile(there)
	names, err2 := os.ReadDir(dir)
	if err != nil || err2 != nil || string(b) != "precious" || len(names) != 2 {
		t.Errorf("%q, %v, %v, %v", b, names, err, err2)
	}
	if _, err := from.Save(t.Context(), tui.Saving{Name: there, Over: true}); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(there); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// TestSave_ChangedSince: a capture that is no longer as it was read is not taken for it.
func TestSave_ChangedSince(t *testing.T) {
	t.Parallel()
	path := sampleFile(t, pcaps.Get("jsonrpc"))
	from := filesFor(t, path)
	if err := os.Truncate(path, 500); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "x.pcapng")
	if text, err := from.Save(t.Context(), tui.Saving{Name: out}); err == nil || !strings.Contains(err.Error(), "has changed since it was read") {
		t.Errorf("got %q, %v", text, err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a file was left behind")
	}
}

// TestSave_ClosedWhileWriting: whoever quits leaves no partial file.
func TestSave_ClosedWhileWriting(t *testing.T) {
	t.Parallel()
	_, all := three()
	reading, closed := make(chan struct{}), make(chan struct{})
	s := ringFor(t, 100<<20, packetsFrom(t, all), func(held hold) hold {
		return func(ctx context.Context) (*packets.Held, error) {
			h, err := held(ctx)
			read := h.Read
			h.Read = func(ctx context.Context, each func(*capture.Packet) error) error {
				err := read(ctx, each)
				close(reading)
				<-ctx.Done()
				return errors.Join(err, ctx.Err())
			}
			return h, err
		}
	})
	go func() {
		<-reading
		s.Close()
		close(closed)
	}()
	out := filepath.Join(t.TempDir(), "x.pcapng")
	if _, err := s.Save(t.Context(), tui.Saving{Name: out}); err == nil || err.Error() != "cancelled; nothing was written" {
		t.Errorf("got %v", err)
	}
	<-closed
	if _, err := os.Stat(out); err == nil {
		t.Error("a file was left behind")
	}
}

func TestRingSummary(t *testing.T) {
	t.Parallel()
	full := &os.PathError{Op: "write", Path: "/tmp/x", Err: errors.New("disk full")}
	for want, c := range map[string]keep.RingCounts{
		"": {Kept: 5},
		"for :w the newest 5 packets were kept; 2 older ones were dropped, 3 were lost on the way": {Kept: 5, Dropped: 2, Lost: 3},
		"for :w 5 packets were kept, and 3 after these could not be: /tmp/x: disk full":            {Kept: 5, Lost: 3, Err: full},
	} {
		if got := ringSummary(c); got != want {
			t.Errorf("%+v: got %q, want %q", c, got, want)
		}
	}
}
