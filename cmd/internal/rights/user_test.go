package rights

import (
	"os"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

func TestNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{"0": 0, "1000": 1000, "": -1, "-1": -1, "joe": -1, "4294967295": -1, "1 ": -1} {
		if got := number(in); got != want {
			t.Errorf("%q: got %d, want %d", in, got, want)
		}
	}
}

// TestIdentities: which user a capture becomes, and which one owns its files.
func TestIdentities(t *testing.T) {
	if os.Geteuid() != 0 {
		who, err := Invoker("")
		if err != nil || who.UID != -1 {
			t.Errorf("without root: got %+v, %v, want no change", who, err)
		}
		if _, err := Invoker("joe"); run.StatusOf(err) != run.Trouble || !strings.Contains(err.Error(), "only root") {
			t.Errorf("-Z without root: got %v", err)
		}
		t.Skip("what root becomes needs root")
	}
	for _, tt := range []struct {
		name, wanted, sudoUID, sudoGID string
		ring                           bool
		who, owner                     int // user IDs
	}{
		{"root becomes nobody, and owns the files", "", "", "", false, nobody, 0},
		{"sudo: back to the caller", "", "1234", "1235", false, 1234, 1234},
		{"-Z by number", "4321", "", "", false, 4321, 4321},
		{"-Z and sudo: the caller owns the files", "4321", "1234", "1235", false, 4321, 1234},
		{"a ring is the new user's", "4321", "1234", "1235", true, 4321, 4321},
		{"sudo from root is not sudo", "", "0", "0", false, nobody, 0},
		{"nonsense in the environment", "", "joe", "x", false, nobody, 0},
	} {
		t.Setenv("SUDO_UID", tt.sudoUID)
		t.Setenv("SUDO_GID", tt.sudoGID)
		who, err := Invoker(tt.wanted)
		if err != nil || who.UID != tt.who {
			t.Errorf("%s: becomes %+v, %v; want %d", tt.name, who, err, tt.who)
		}
		if owner := OwnerOf(who, tt.wanted, tt.ring); owner.UID != tt.owner {
			t.Errorf("%s: the files belong to %+v, want %d", tt.name, owner, tt.owner)
		}
	}
	if _, err := Invoker("no-such-user-here"); run.StatusOf(err) != run.Trouble {
		t.Errorf("-Z of an unknown user: got %v", err)
	}
}
