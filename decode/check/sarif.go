package check

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// SARIF writes findings in the Static Analysis Results Interchange Format 2.1.0 (OASIS), for systems that gate a build: Begin, then each
// finding, then End. The rules are those of decode/rule. A capture has no lines: a line number is that of a packet. The zero value is ready.
type SARIF struct {
	// Version is that of the program.
	Version string
	results int
}

type (
	sarifText struct {
		Text string `json:"text"`
	}
	sarifRule struct {
		ID      string    `json:"id"`
		Name    string    `json:"name"`
		Short   sarifText `json:"shortDescription"`
		Full    sarifText `json:"fullDescription"`
		Help    sarifText `json:"help"`
		HelpURI string    `json:"helpUri,omitempty"`
		Default struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
		Properties struct {
			Tags []string `json:"tags"`
		} `json:"properties"`
	}
	sarifResult struct {
		RuleID     string          `json:"ruleId"`
		RuleIndex  int             `json:"ruleIndex"`
		Level      string          `json:"level"`
		Message    sarifText       `json:"message"`
		Locations  []sarifLocation `json:"locations"`
		Properties sarifPlace      `json:"properties"`
	}
	sarifLocation struct {
		Physical struct {
			Artifact struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region struct {
				StartLine int `json:"startLine"`
			} `json:"region"`
		} `json:"physicalLocation"`
		Logical []sarifLogical `json:"logicalLocations"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
	// sarifPlace says where a finding is, in the words of wspeek's JSON.
	sarifPlace struct {
		Session int    `json:"session"`
		Message int    `json:"message,omitempty"`
		Frame   int    `json:"frame,omitempty"`
		Dir     string `json:"dir"`
		Packet  int    `json:"packet,omitempty"`
		Time    string `json:"time,omitempty"`
	}
	sarifNotice struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifInvocation struct {
		Successful    bool          `json:"executionSuccessful"`
		Notifications []sarifNotice `json:"toolExecutionNotifications,omitempty"`
	}
)

// sarifSchema is where the schema is published.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// sarifLevels are SARIF's words for the levels.
var sarifLevels = [...]string{rule.Must: "error", rule.Should: "warning", rule.Note: "note"}

// Form is a format of other programs that findings and verdicts are written in: Begin, then the findings of sessions and the Report
// of each that has ended, then End with why the run is not complete. Each appends to dst what can be written by then. File is the
// capture that it is in.
type Form interface {
	Begin(dst []byte) []byte
	Finding(dst []byte, session int, f *ws.Finding, file string) []byte
	Report(dst []byte, r *Report, file string) []byte
	End(dst []byte, incomplete []string) []byte
}

// Begin is Form.
func (s *SARIF) Begin(dst []byte) []byte {
	var rules []sarifRule
	for _, r := range rule.All {
		rules = append(rules, sarifRuleOf(r))
	}
	dst = append(dst, `{"$schema":"`+sarifSchema+`","version":"2.1.0","runs":[{"tool":{"driver":{"name":"wspeek","version":`...)
	dst = appendJSON(dst, s.Version)
	dst = append(dst, `,"informationUri":"https://github.com/wspeek/wspeek","rules":`...)
	return append(appendJSON(dst, rules), `}},"results":[`...)
}

func sarifRuleOf(r *rule.Rule) sarifRule {
	x := sarifRule{ID: r.ID, Name: r.ID, Short: sarifText{r.Text}, Full: sarifText{r.Text + " " + r.Why}}
	help := r.Why
	if r.Look != "" {
		help += "\n\nWhat usually causes it: " + r.Look
	}
	x.Help.Text, x.Default.Level = help, sarifLevels[r.Level]
	layer, _, _ := strings.Cut(r.ID, ".")
	x.Properties.Tags = []string{layer}
	if r.RFC != "" {
		number := strings.TrimPrefix(r.RFC, "RFC ")
		x.HelpURI = "https://www.rfc-editor.org/rfc/rfc" + number + "#section-" + r.Section
		x.Properties.Tags = append(x.Properties.Tags, r.RFC)
	}
	return x
}

// Report is Form: SARIF has findings alone.
func (s *SARIF) Report(dst []byte, _ *Report, _ string) []byte { return dst }

// Finding is Form.
func (s *SARIF) Finding(dst []byte, session int, f *ws.Finding, file string) []byte {
	if s.results++; s.results > 1 {
		dst = append(dst, ',')
	}
	place := sarifPlace{Session: session, Message: f.Message, Frame: f.Frame, Dir: f.Dir.String(), Packet: f.At.Packet}
	text := f.Rule.Text
	if f.Detail != "" {
		text = show.Inert(f.Detail) + ". " + text
	}
	x := sarifResult{RuleID: f.Rule.ID, RuleIndex: slices.Index(rule.All, f.Rule), Level: sarifLevels[f.Rule.Level], Message: sarifText{placeWords(&place) + ": " + text}}
	var at sarifLocation
	at.Physical.Artifact.URI, at.Physical.Region.StartLine = fileURI(file), max(f.At.Packet, 1)
	at.Logical = []sarifLogical{{"session " + strconv.Itoa(session), "object"}}
	x.Locations = []sarifLocation{at}
	if f.At.Packet > 0 {
		place.Time = string(f.At.Time.AppendRFC3339(nil))
	}
	x.Properties = place
	return appendJSON(append(dst, '\n'), x)
}

// placeWords is where a finding is, for people.
func placeWords(p *sarifPlace) string {
	out := "session " + strconv.Itoa(p.Session)
	if p.Message > 0 {
		out += ", message " + strconv.Itoa(p.Message)
	}
	if p.Packet > 0 {
		out += ", packet " + strconv.Itoa(p.Packet)
	}
	return out
}

// End is Form.
func (s *SARIF) End(dst []byte, incomplete []string) []byte {
	run := sarifInvocation{Successful: true}
	for _, why := range incomplete {
		run.Notifications = append(run.Notifications, sarifNotice{"warning", sarifText{"incomplete: " + show.Inert(why)}})
	}
	return append(appendJSON(append(dst, "\n],\"invocations\":"...), []sarifInvocation{run}), "}]}\n"...)
}

// fileURI is a file name as a relative URI; what was read from a pipe is called stdin.
func fileURI(name string) string {
	if name == "" || name == "-" {
		return "stdin"
	}
	u := url.URL{Path: filepath.ToSlash(name)}
	if strings.HasPrefix(u.Path, "/") {
		u.Scheme = "file"
	}
	return u.String()
}

// appendJSON appends v; there is nothing in it that cannot be written.
func appendJSON(dst []byte, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return append(dst, "null"...)
	}
	return append(dst, b...)
}
