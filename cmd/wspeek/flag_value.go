package main

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// value is what a flag sets. The help and every error about the flag use its words.
type value struct {
	// set reads the text that was given, and reports whether it can be used.
	set func(string) bool
	// want says what can be used: "a positive number".
	want string
	// initial is the default as the help shows it, empty if it needs no words.
	initial string
	// choices are all texts that can be used, for completion; nil if there are too many.
	choices []string
	// alone, if it is not empty, is what the flag means without a value.
	alone string
	// word stands for the value in the help, empty for a switch.
	word string
}

// badValue is the error of a value that cannot be used.
type badValue struct{ want string }

func (b badValue) Error() string { return "want " + b.want }

var _ pflag.Value = (*value)(nil)

// Set is pflag.Value.
func (v *value) Set(s string) error {
	if !v.set(s) {
		return badValue{v.want}
	}
	return nil
}

// String is pflag.Value: the default.
func (v *value) String() string { return v.initial }

// Type is pflag.Value: the word that stands for the value in the help.
func (v *value) Type() string { return cmp.Or(v.word, "bool") }

// yes is a switch.
func yes(p *bool) *value {
	return &value{want: "true or false", alone: "true", set: func(s string) bool {
		b, err := strconv.ParseBool(s)
		*p = b
		return err == nil
	}}
}

// ignored is a switch of another tool whose effect is always there.
func ignored(*flags) *value { return yes(new(bool)) }

// text is any text.
func text(p *string) *value {
	return &value{want: "a text", set: func(s string) bool { *p = s; return true }}
}

// nonEmpty is a text that is not empty.
func nonEmpty(p *string, want string) *value {
	return &value{want: want, set: func(s string) bool { *p = s; return s != "" }}
}

// texts are such texts, one each time the flag is given.
func texts(p *[]string, want string) *value {
	return &value{want: want, set: func(s string) bool { *p = append(*p, s); return s != "" }}
}

// oneOf is one of some words; the first is the default unless p has one.
func oneOf(p *string, choices ...string) *value {
	return &value{want: alternatives(choices), initial: *p, choices: choices, set: func(s string) bool {
		*p = s
		return slices.Contains(choices, s)
	}}
}

// alternatives is "a, b or c".
func alternatives(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// integer is a whole number from lo to hi.
func integer[T int | int64](p *T, lo, hi T, want string) *value {
	v := &value{want: want, set: func(s string) bool {
		n, err := strconv.ParseInt(s, 10, 64)
		*p = T(n)
		return err == nil && n == int64(T(n)) && *p >= lo && *p <= hi
	}}
	if *p != 0 {
		v.initial = strconv.FormatInt(int64(*p), 10)
	}
	return v
}

// positive is a whole number from 1 on.
func positive[T int | int64](p *T) *value {
	return integer(p, 1, T(math.MaxInt), "a positive number")
}

// positives are such numbers, separated by commas or given again.
func positives(p *[]int) *value {
	return &value{want: "a positive number, or several as N,M", set: func(s string) bool {
		for part := range strings.SplitSeq(s, ",") {
			n, err := strconv.Atoi(part)
			if err != nil || n < 1 {
				return false
			}
			*p = append(*p, n)
		}
		return true
	}}
}

// duration is a time that is not negative.
func duration(p *time.Duration) *value {
	return &value{want: "a time like 50ms or 2s", initial: p.String(), set: func(s string) bool {
		d, err := time.ParseDuration(s)
		*p = d
		return err == nil && d >= 0
	}}
}

// preference is a preference of tshark that is obeyed: the name of a key log.
func preference(p *[]string) *value {
	const name = "tls.keylog_file:"
	return &value{want: name + "FILE", set: func(s string) bool {
		file, ok := strings.CutPrefix(s, name)
		*p = append(*p, file)
		return ok && file != ""
	}}
}
