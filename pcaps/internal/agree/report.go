package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// report is what wspeek says of a capture.
type report struct{ sessions []*session }

// session is one reported session with its exact messages.
type session struct {
	number, status int
	client         string
	path           string
	subprotocol    string
	extensions     string
	state          string
	got            map[string][]message
}

func (s *session) count() int { return len(s.got["c2s"]) + len(s.got["s2c"]) }

// row is a line of --json: of a session, a message or an update.
type row struct {
	Type, Client, Path, Subprotocol, Extensions, State, Dir, Kind, SHA256 string

	Session, Status, N, Len int
	Close                   struct{ Code int }
}

// readReport runs wspeek twice, for the sessions and for the messages.
func readReport(capture string) (*report, error) {
	sessions, err := rows("sessions", capture)
	if err != nil {
		return nil, err
	}
	messages, err := rows("messages", capture, "--hash", "--no-payload")
	if err != nil {
		return nil, err
	}
	return newReport(sessions, messages)
}

func newReport(sessions, messages []row) (*report, error) {
	r := &report{}
	byNumber := map[int]*session{}
	for _, l := range sessions {
		if l.Type == "session" {
			s := &session{number: l.Session, client: l.Client, status: l.Status, path: l.Path, subprotocol: l.Subprotocol,
				extensions: l.Extensions, state: l.State, got: map[string][]message{}}
			r.sessions, byNumber[l.Session] = append(r.sessions, s), s
		}
	}
	for _, m := range amended(messages) {
		if m.State != "exact" {
			continue
		}
		s := byNumber[m.Session]
		if s == nil {
			return nil, fmt.Errorf("message %d:%d belongs to no session", m.Session, m.N)
		}
		s.got[m.Dir] = append(s.got[m.Dir], newMessage(m.Kind, m.Len, m.SHA256, m.Close.Code))
	}
	return r, nil
}

// amended returns the messages in their final state: an update replaces that of an earlier line.
func amended(rows []row) []*row {
	var out []*row
	index := map[[2]int]*row{}
	for _, l := range rows {
		at := [2]int{l.Session, l.N}
		switch l.Type {
		case "message":
			index[at] = &l
			out = append(out, &l)
		case "update":
			if m := index[at]; m != nil {
				m.State = l.State
			}
		}
	}
	return out
}

// timeLimit is how long wspeek may take for one capture.
const timeLimit = 2 * time.Minute

// rows runs a command of wspeek and reads its lines. Exit status 3 (finished, but incomplete) is fine.
func rows(command, capture string, flags ...string) ([]row, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
	defer cancel()
	args := append([]string{command, "--json"}, flags...)
	if keys := stem(capture) + ".keys"; exists(keys) {
		args = append(args, "--keylog", keys)
	}
	var words bytes.Buffer
	cmd := exec.CommandContext(ctx, *wspeek, append(args, capture)...)
	cmd.Stderr = &words
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && accepted(exit.ExitCode(), out) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", command, err, lastLine(words.String()))
	}
	var all []row
	for in := json.NewDecoder(bytes.NewReader(out)); ; {
		var l row
		if err := in.Decode(&l); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", command, err)
		}
		all = append(all, l)
	}
}

// accepted says whether an exit status is fine: 3, and with -none also 2, for files that are no captures.
func accepted(status int, out []byte) bool {
	return status == 3 || status == 2 && *none && len(out) == 0
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
