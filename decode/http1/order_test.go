package http1

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// matches is what a recorder was reported, but for the order of calls between the directions and packet numbers.
func (r *recorder) matches() string {
	log := append([]string(nil), r.log...)
	sort.SliceStable(log, func(i, j int) bool { return log[i][:4] < log[j][:4] })
	return fmt.Sprintf("%s; passed on %q from %v", strings.Join(log, " | "), r.got, r.first)
}

// exchanges draws a conversation as a client that does not pipeline has it, with true acknowledgments.
func exchanges(t *rapid.T) (out []event) {
	var sent [2]int64
	add := func(d int, data string) {
		e := event{d: cli, data: data, ack: sent[1]}
		if d == 1 {
			e.d, e.ack = srv, sent[0]
		}
		if e.ack == 0 {
			e.ack = nothing
		}
		sent[d] += int64(len(data))
		out = append(out, e)
	}
	n := rapid.IntRange(0, 4).Draw(t, "exchanges")
	for id := range n {
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			add(0, fmt.Sprintf("GET /%d HTTP/1.1\r\n\r\n", id))
			add(1, fmt.Sprintf("HTTP/1.1 200 %d\r\nContent-Length: 5\r\n\r\nhello", id))
		case 1:
			add(0, fmt.Sprintf("POST /%d HTTP/1.1\r\nContent-Length: 3\r\n\r\n", id))
			add(1, fmt.Sprintf("HTTP/1.1 100 %d\r\n\r\n", id))
			add(0, "abc")
			add(1, fmt.Sprintf("HTTP/1.1 200 %d\r\nTransfer-", id))
			add(1, "Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
		case 2:
			add(0, fmt.Sprintf("GET /%d HTTP/1.1\r\n", id))
			add(0, "Upgrade: websocket\r\n\r\n")
			add(1, fmt.Sprintf("HTTP/1.1 403 %d\r\nContent-Length: 2\r\n\r\nno", id))
		case 3:
			add(0, fmt.Sprintf("HEAD /%d HTTP/1.1\r\n\r\n", id))
			add(1, fmt.Sprintf("HTTP/1.1 200 %d\r\nContent-Length: 5\r\n\r\n", id))
		}
	}
	add(0, fmt.Sprintf("GET /%d HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", n))
	add(1, fmt.Sprintf("HTTP/1.1 101 %d\r\n\r\nS", n))
	add(1, "SS")
	add(0, "CC")
	add(1, "TT")
	return out
}

// reordered mixes the directions, each in its order.
func reordered(t *rapid.T, in []event) (out []event) {
	var q [2][]event
	for _, e := range in {
		q[e.d] = append(q[e.d], e)
	}
	for len(q[0])+len(q[1]) > 0 {
		d := rapid.IntRange(0, 1).Draw(t, "next")
		if len(q[d]) == 0 {
			d = 1 - d
		}
		out = append(out, q[d][0])
		q[d] = q[d][1:]
	}
	return out
}

func TestHazard_T12_AnyOrder(t *testing.T) {
	t.Parallel()
	whole := func(int) int { return 0 }
	rapid.Check(t, func(t *rapid.T) {
		sorted := exchanges(t)
		mixed := reordered(t, sorted)
		f, g := playAll(sorted, false, whole), playAll(mixed, false, whole)
		if got, want := g.r.matches(), f.r.matches(); got != want || strings.Contains(want, "?") {
			t.Fatalf("\n got  %s\n want %s", got, want)
		}
		if g.bytes != f.bytes || len(g.r.broken) > 0 {
			t.Fatalf("account %+v, want %+v; %v", g.bytes, f.bytes, g.r.broken)
		}
	})
}

// TestLossNeverMismatches drops parts of a conversation: a request that is named must be the right one.
func TestLossNeverMismatches(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sorted := exchanges(t)
		for i := range sorted {
			if rapid.IntRange(0, 3).Draw(t, "lost") == 0 {
				sorted[i] = event{d: sorted[i].d, gap: int64(len(sorted[i].data))}
			}
		}
		f := playAll(sorted, rapid.Bool().Draw(t, "take"), func(int) int { return 0 })
		sum := f.bytes.HTTP + f.bytes.Undecoded + f.bytes.Missing + f.r.passed
		if sum != f.given || len(f.r.broken) > 0 {
			t.Fatalf("account %+v, passed on %d, given %d; %v", f.bytes, f.r.passed, f.given, f.r.broken)
		}
		i := 0
		for _, l := range f.r.log {
			if !strings.HasPrefix(l, "response") {
				continue
			}
			_, id, named := strings.Cut(l, "/")
			if r := f.r.resp[i]; named && id != r.Reason && !r.Partial {
				t.Fatalf("%s is answered by %s in %v", l, r.Reason, f.r.log)
			}
			i++
		}
	})
}
