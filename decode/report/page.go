package report

import (
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"html/template"
	"io"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode/show"
)

//go:embed page.html
var pageText string

//go:embed page.css
var styleText string

//go:embed page.js
var scriptText string

// policy is the Content-Security-Policy: nothing is loaded, and nothing runs but the script and the style of the page.
func policy() string {
	source := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; script-src " + source(scriptText) + "; style-src " + source(styleText) + "; base-uri 'none'; form-action 'none'"
}

// head is what the page has before its sessions.
type head struct {
	Title, Program, Policy string
	Style                  template.CSS
	// Notes say what there is, and what was left out.
	Notes, Left []string
	Sessions    []*sessionView
	End         string
	Rates       rates
	Sizes       []sizeRow
	Calls       []callRow
	MoreCalls   int
	Closes      []closeRow
	Rules       []ruleRow
}

// foot is what it has after them.
type foot struct {
	Account  []string
	Redacted string
	Script   template.JS
}

// Write writes the page. account is the account of the run, in lines.
func (r *Report) Write(w io.Writer, account []string) error {
	r.calls.Finish()
	out := &counter{w: io.Discard}
	views, left := r.views()
	h := r.head(views)
	h.Left = r.leftOut(left, &plan{})
	if err := r.fixed(out, h, account); err != nil {
		return err
	}
	shown := detailed(views)
	p, err := r.plan(r.opt.Most-out.n-out.n/50, shown)
	if err != nil {
		return err
	}
	h.Left = r.leftOut(left, p)
	r.left = h.Left
	out = &counter{w: w}
	if err := r.pages.ExecuteTemplate(out, "head", h); err != nil {
		return err
	}
	for _, v := range views {
		if v.Detailed {
			if err := r.section(out, v, p.rows[v.N]); err != nil {
				return err
			}
		}
	}
	return r.pages.ExecuteTemplate(out, "foot", r.foot(account))
}

// fixed writes what does not depend on how many messages the page has.
func (r *Report) fixed(w *counter, h *head, account []string) error {
	if err := r.pages.ExecuteTemplate(w, "head", h); err != nil {
		return err
	}
	for _, v := range h.Sessions {
		before := w.n
		if err := r.pages.ExecuteTemplate(w, "open", v); err != nil {
			return err
		}
		if err := r.pages.ExecuteTemplate(w, "close", v); err != nil {
			return err
		}
		if v.Detailed = w.n < r.opt.Most/2 || v == h.Sessions[0]; !v.Detailed {
			w.n = before
		}
	}
	return r.pages.ExecuteTemplate(w, "foot", r.foot(account))
}

// section writes a session with its first n messages.
func (r *Report) section(w io.Writer, v *sessionView, n int) error {
	s := r.sessions[v.N]
	v.Shown, v.LeftOut = n, s.messages-int64(n)
	if err := r.pages.ExecuteTemplate(w, "open", v); err != nil {
		return err
	}
	for i := range n {
		row, err := r.row(v.N, &s.rows[i], s.info.Zero)
		if err != nil {
			return err
		}
		if err := r.pages.ExecuteTemplate(w, "message", row); err != nil {
			return err
		}
	}
	return r.pages.ExecuteTemplate(w, "close", v)
}

func detailed(views []*sessionView) (out []int) {
	for _, v := range views {
		if v.Detailed {
			out = append(out, v.N)
		}
	}
	return out
}

func (r *Report) head(views []*sessionView) *head {
	end := r.end()
	h := &head{Title: show.Inert(r.opt.Title), Program: show.Inert(r.opt.Program), Policy: policy(), Style: template.CSS(styleText), //nolint:gosec // ours
		Sessions: views, End: show.Duration(end), Rates: r.drawRates(end), Sizes: r.drawSizes(), Closes: r.closeRows(), Rules: r.ruleRows()}
	h.Calls, h.MoreCalls = r.drawCalls()
	hurt := 0
	for _, s := range r.sessions {
		if s.hurt {
			hurt++
		}
	}
	h.Notes = []string{show.CountGrouped(int64(len(r.sessions))+r.more, "session") + ", " + show.CountGrouped(r.messages, "message") + ", over " + h.End}
	if hurt > 0 {
		h.Notes = append(h.Notes, show.CountGrouped(int64(hurt), "session")+" did not go well, marked with ●")
	}
	return h
}

func (r *Report) foot(account []string) *foot {
	f := &foot{Redacted: r.opt.Redact.Said(), Script: template.JS(scriptText)} //nolint:gosec // ours
	for _, line := range account {
		f.Account = append(f.Account, show.Inert(line))
	}
	return f
}

// LeftOut says what the page does not have that was written, a line each.
func (r *Report) LeftOut() []string { return r.left }

// leftOut says what the page does not have; sessions is how many of these are not in the table.
func (r *Report) leftOut(sessions int64, p *plan) (out []string) {
	limit := "this page is limited to " + strconv.FormatInt(r.opt.Most>>20, 10) + " MB (--max-mb)"
	if sessions > 0 {
		out = append(out, show.CountGrouped(sessions, "session")+" left out: "+limit)
	}
	if p.left > 0 {
		out = append(out, show.CountGrouped(p.left, "message")+" left out: "+limit)
	}
	if p.cut > 0 {
		out = append(out, show.CountGrouped(p.cut, "payload")+" cut to "+show.Short(maxPayload)+" bytes")
	}
	if r.opt.NoPayload {
		out = append(out, "payloads left out (--no-payload)")
	}
	return out
}

// words is text of the wire with its secrets replaced, inert.
func (r *Report) words(s string) string { return show.Inert(r.opt.Redact.Text(s)) }

// counter counts the bytes that are written.
type counter struct {
	w io.Writer
	n int64
}

// Write is io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// firstUpper is s as the start of a sentence.
func firstUpper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
