package tap

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/wspeek/wspeek/capture/live"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode/show"
)

// interfaceLine is an interface as -D --json prints it.
type interfaceLine struct {
	Schema      int      `json:"schema"`
	Type        string   `json:"type"`
	Name        string   `json:"name"`
	Index       int      `json:"index"`
	Description string   `json:"description"`
	Addresses   []string `json:"addresses"`
	Up          bool     `json:"up"`
	Running     bool     `json:"running"`
	Loopback    bool     `json:"loopback"`
}

// WriteInterfaces lists interfaces, for people or as JSON.
func WriteInterfaces(w io.Writer, asJSON bool, all []live.Interface) error {
	if asJSON {
		return interfacesJSON(w, all)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, i := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", show.Inert(i.Name), stateOf(&i),
			strings.Join(i.Addresses, " "), show.Inert(i.Description))
	}
	return t.Flush()
}

func interfacesJSON(w io.Writer, all []live.Interface) error {
	e := json.NewEncoder(w)
	for _, i := range all {
		line := interfaceLine{1, "interface", i.Name, i.Index, i.Description, append([]string{}, i.Addresses...),
			i.Up, i.Running, i.Loopback}
		if err := e.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func stateOf(i *live.Interface) string {
	switch {
	case !i.Up:
		return "down"
	case !i.Running:
		return "up, no link"
	}
	return "up"
}

// ChooseInterface is the interface where none is named, as tcpdump chooses: the first that is up and running
// and does not lead back here; else the first that is up.
func ChooseInterface() (string, error) {
	all, err := live.Interfaces()
	if err != nil {
		return "", err
	}
	for _, good := range []func(*live.Interface) bool{
		func(i *live.Interface) bool { return i.Up && i.Running && !i.Loopback },
		func(i *live.Interface) bool { return i.Up },
	} {
		for k := range all {
			if i := &all[k]; i.Name != live.AnyInterface && good(i) {
				return i.Name, nil
			}
		}
	}
	return "", run.Troublef("no interface is up: name one with -i (wspeek live -D lists them)")
}
