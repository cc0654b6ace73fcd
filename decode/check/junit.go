package check

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// JUnit writes sessions as test cases, for systems that show what failed: a session fails if it has a finding of level Fail or a stronger one.
// What is not over in the end is a case too.
type JUnit struct {
	// Fail is the weakest level that makes a session fail.
	Fail  rule.Level
	suite junitSuite
	cases map[int]*junitCase
}

// junitFindings is how many findings of a session are written.
const junitFindings = 100

type (
	junitSuites struct {
		XMLName xml.Name   `xml:"testsuites"`
		Suite   junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Cases    []*junitCase `xml:"testcase"`
		Out      string       `xml:"system-err,omitempty"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure"`
		Out     string        `xml:"system-out"`

		findings, failing int
		lines, bad        bytes.Buffer
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

func (j *JUnit) caseOf(session int) *junitCase {
	if j.cases == nil {
		j.cases = map[int]*junitCase{}
	}
	c := j.cases[session]
	if c == nil {
		c = &junitCase{Class: "wspeek", Name: "session " + strconv.Itoa(session), Time: "0"}
		j.cases[session] = c
		j.suite.Cases = append(j.suite.Cases, c)
	}
	return c
}

// Begin is Form.
func (j *JUnit) Begin(dst []byte) []byte { return dst }

// Finding is Form.
func (j *JUnit) Finding(dst []byte, session int, f *ws.Finding, _ string) []byte {
	c := j.caseOf(session)
	to := &c.lines
	if f.Rule.Level <= j.Fail {
		to = &c.bad
		c.failing++
	}
	if c.findings++; c.findings > junitFindings {
		return dst
	}
	where := ""
	if f.Rule.RFC != "" {
		where = " (" + f.Rule.RFC + " section " + f.Rule.Section + ")"
	}
	fmt.Fprintf(to, "%s %s packet %d: %s. %s%s\n", f.Rule.Level, f.Rule.ID, f.At.Packet, show.Inert(f.Detail), f.Rule.Text, where)
	return dst
}

// Report is Form.
func (j *JUnit) Report(dst []byte, r *Report, file string) []byte {
	s := r.Session
	c := j.caseOf(s.N)
	c.Name = fmt.Sprintf("session %d %s", s.N, show.Inert(s.Scheme+"://"+s.Host+s.Path))
	if file != "" {
		c.Class = show.Inert(file)
	}
	if d := lasted(s); d > 0 {
		c.Time = strconv.FormatFloat(d, 'f', 6, 64)
	}
	fmt.Fprintf(&c.lines, "%s.\n", firstUpper(show.Inert(r.Verdict.Text())))
	for _, l := range r.Measured() {
		fmt.Fprintf(&c.lines, "%s: %s\n", l.Name, show.Inert(l.Text))
	}
	return dst
}

// lasted is how long a session was open, in seconds.
func lasted(s *decode.Session) float64 {
	if !s.HasStarted || !s.HasEnded {
		return 0
	}
	return float64(max(s.Ended-s.Started, 0)) / 1e9
}

// End is Form: it appends all.
func (j *JUnit) End(dst []byte, incomplete []string) []byte {
	j.suite.Name = "wspeek check"
	for _, c := range j.suite.Cases {
		if j.suite.Tests++; c.failing > 0 {
			j.suite.Failures++
			text := c.bad.String()
			if c.findings > junitFindings {
				text += fmt.Sprintf("%d findings in all\n", c.findings)
			}
			c.Failure = &junitFailure{show.Count(c.failing, "finding") + " of level " + j.Fail.String() + " or stronger", j.Fail.String(), text}
		}
		c.Out = c.lines.String()
	}
	for _, why := range incomplete {
		j.suite.Out += "incomplete: " + show.Inert(why) + "\n"
	}
	b, err := xml.MarshalIndent(junitSuites{Suite: j.suite}, "", " ")
	if err != nil {
		return dst
	}
	return append(append(append(dst, xml.Header...), b...), '\n')
}
