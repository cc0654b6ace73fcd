package check_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// sarifSchema is the schema of OASIS (testdata/SARIF-SCHEMA.md).
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// writeForm writes reports of a capture, and findings of each rule, one of them hostile.
func writeForm(t *testing.T, f check.Form) []byte {
	t.Helper()
	out := f.Begin(nil)
	for i, r := range rule.All {
		out = f.Finding(out, 1, &ws.Finding{Rule: r, Message: i, Detail: "detail\x00\x1b]]><x>&\"\xff", At: ws.Stamp{Packet: i}}, "dir/a b#?.pcap")
	}
	for _, r := range reports(t, pcaps.Get("reset").Data) {
		for i := range r.Findings {
			out = f.Finding(out, r.Session.N, &r.Findings[i], "reset.pcap")
		}
		out = f.Report(out, r, "reset.pcap")
	}
	return f.End(out, []string{"x\x1b.pcap: ends inside packet 3"})
}

// TestSARIF: what is written is valid by the schema, and has each rule and finding.
func TestSARIF(t *testing.T) {
	t.Parallel()
	schema := sarifSchema(t)
	for name, text := range map[string][]byte{
		"all rules": writeForm(t, &check.SARIF{Version: "1.2.3"}),
		"nothing":   func() []byte { s := &check.SARIF{}; return s.End(s.Begin(nil), nil) }(),
	} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v in %s", name, err, text)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct {
					Rules []struct {
						ID   string
						Help struct{ Text string }
					}
				}
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
			Invocations []struct {
				ToolExecutionNotifications []struct{ Message struct{ Text string } }
			}
		}
	}
	if err := json.Unmarshal(writeForm(t, &check.SARIF{}), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if len(run.Tool.Driver.Rules) != len(rule.All) || len(run.Results) < len(rule.All) {
		t.Errorf("%d rules, %d results", len(run.Tool.Driver.Rules), len(run.Results))
	}
	for i, x := range run.Results {
		r := rule.ByID(x.RuleID)
		if r == nil || run.Tool.Driver.Rules[x.RuleIndex].ID != x.RuleID || run.Tool.Driver.Rules[x.RuleIndex].Help.Text == "" {
			t.Errorf("result %d is of rule %s at %d", i, x.RuleID, x.RuleIndex)
		}
		if want := map[rule.Level]string{rule.Must: "error", rule.Should: "warning", rule.Note: "note"}[r.Level]; x.Level != want {
			t.Errorf("%s: level %s, want %s", x.RuleID, x.Level, want)
		}
	}
	first := run.Results[1]
	if at := first.Locations[0].PhysicalLocation; at.ArtifactLocation.URI != "dir/a%20b%23%3F.pcap" || at.Region.StartLine != 1 {
		t.Errorf("it is at %+v", at)
	}
	if !strings.HasPrefix(first.Message.Text, `session 1, message 1, packet 1: detail\x00\x1b]]><x>&"\xff. `) {
		t.Errorf("got %q", first.Message.Text)
	}
	if n := run.Invocations[0].ToolExecutionNotifications; len(n) != 1 || n[0].Message.Text != `incomplete: x\x1b.pcap: ends inside packet 3` {
		t.Errorf("got %+v", n)
	}
}

// TestJUnit: what is written is XML, and counts what failed.
func TestJUnit(t *testing.T) {
	t.Parallel()
	var all struct {
		Suite struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Cases    []struct {
				Class   string `xml:"classname,attr"`
				Name    string `xml:"name,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
					Text    string `xml:",chardata"`
				} `xml:"failure"`
				Out string `xml:"system-out"`
			} `xml:"testcase"`
			Err string `xml:"system-err"`
		} `xml:"testsuite"`
	}
	for _, tt := range []struct {
		fail     rule.Level
		failures int
	}{{rule.Must, 1}, {rule.Note, 1}} {
		out := writeForm(t, &check.JUnit{Fail: tt.fail})
		if err := xml.Unmarshal(out, &all); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		if all.Suite.Tests != 1 || all.Suite.Failures != tt.failures || len(all.Suite.Cases) != 1 {
			t.Errorf("%d tests, %d failures, %d cases", all.Suite.Tests, all.Suite.Failures, len(all.Suite.Cases))
		}
		c := all.Suite.Cases[0]
		if c.Failure == nil || !strings.Contains(c.Failure.Text, `must ws.mask-required packet`) || !strings.Contains(c.Failure.Message, "of level "+tt.fail.String()) {
			t.Errorf("got %+v", c.Failure)
		}
		if c.Class != "reset.pcap" || !strings.Contains(c.Out, "ended it with a RST") || !strings.Contains(all.Suite.Err, "ends inside packet 3") {
			t.Errorf("got %+v, %s", c, all.Suite.Err)
		}
		all.Suite.Cases = nil
	}
	j := &check.JUnit{Fail: rule.Must}
	j.Finding(nil, 1, &ws.Finding{Rule: rule.NoClose}, "x")
	if out := string(j.End(nil, nil)); strings.Contains(out, "<failure") || !strings.Contains(out, `failures="0"`) {
		t.Errorf("a note fails: %s", out)
	}
}
