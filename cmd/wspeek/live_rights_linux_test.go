package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// statusOf are the lines of /proc/PID/task/*/status that tell of rights.
func statusOf(t *testing.T, pid int) (threads []map[string]string) {
	t.Helper()
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, name := range files {
		text, _ := os.ReadFile(name)
		fields := map[string]string{}
		for line := range strings.Lines(string(text)) {
			key, value, _ := strings.Cut(line, ":")
			fields[key] = strings.Join(strings.Fields(value), " ")
		}
		threads = append(threads, fields)
	}
	return threads
}

// TestLive_DecodesWithoutRights looks at all threads while messages are decoded.
func TestLive_DecodesWithoutRights(t *testing.T) {
	tests := []struct {
		name    string
		env     []string
		args    []string
		uid     string
		keepUID bool
	}{
		{"root becomes nobody", nil, nil, "65534", false},
		{"who called sudo", []string{"SUDO_UID=1234", "SUDO_GID=1235", "SUDO_USER=joe"}, nil, "1234", false},
		{"-Z by number", nil, []string{"-Z", "4321"}, "4321", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inNamespace(t)
			p := startCapture(t, test.env, append([]string{"messages", "-i", "lo", "--json"}, test.args...)...)
			k := talk{"both", "gorilla", "127.0.0.1:0", false, 300, 50, 5 * time.Millisecond}
			background(t, k)
			s := bufio.NewScanner(p.out)
			for n := 0; n < 100 && s.Scan(); n++ {
			}
			threads := statusOf(t, p.cmd.Process.Pid)
			go io.Copy(io.Discard, p.out)
			if len(threads) < 2 {
				t.Fatalf("%d threads: %s", len(threads), p.words())
			}
			for _, th := range threads {
				for key, want := range map[string]string{
					"Uid": strings.TrimSpace(strings.Repeat(test.uid+" ", 4)), "CapEff": "0000000000000000", "CapPrm": "0000000000000000",
					"CapInh": "0000000000000000", "CapAmb": "0000000000000000", "NoNewPrivs": "1", "Groups": "",
				} {
					if th[key] != want {
						t.Errorf("%s: got %q, want %q", key, th[key], want)
					}
				}
			}
			p.interrupt()
			p.exit()
		})
	}
}

// TestHazard_V5_NoPermission: the message names commands that mend it.
func TestHazard_V5_NoPermission(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	dir, err := os.MkdirTemp("", "wspeek")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	exe := filepath.Join(dir, "wspeek")
	data, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(exe, data, 0o755)
	}
	if err != nil || os.Chmod(dir, 0o755) != nil {
		t.Fatal(err)
	}
	cmd := wspeekCommand(nil, "live", "-i", "lo", "--json", "tcp and not port 22")
	cmd.Path, cmd.Args[0], cmd.Dir = exe, exe, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	p := start(t, cmd)
	if got := p.exit(); got != run.Trouble {
		t.Errorf("exit %d", got)
	}
	pipe := "sudo tcpdump -U -w - -i lo 'tcp and not port 22' | " + exe + " live -r -\n"
	if !strings.Contains(p.words(), pipe) {
		t.Errorf("got %q, want %q in it", p.words(), pipe)
	}
	var fs unix.Statfs_t
	if unix.Statfs(exe, &fs) == nil && fs.Flags&unix.ST_NOSUID == 0 && !strings.Contains(p.words(), "sudo setcap cap_net_raw+ep "+exe+"\n") {
		t.Errorf("got %q, want the setcap command", p.words())
	}
}

// folderOf is a folder of a user that others can look into.
func folderOf(t *testing.T, uid int) string {
	t.Helper()
	dir := t.TempDir()
	for parent := dir; filepath.Base(parent) != filepath.Base(os.TempDir()); parent = filepath.Dir(parent) {
		if err := os.Chmod(parent, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chown(dir, uid, uid); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestHazard_O13_WritesAsRoot: files of -w belong to who called sudo, mode 0600, and are nobody else's.
func TestHazard_O13_WritesAsRoot(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	dir := folderOf(t, 1234)
	victim := filepath.Join(dir, "victim")
	for name, uid := range map[string]int{victim: 0, filepath.Join(dir, "own"): 1234} {
		if err := os.WriteFile(name, []byte("kept"), 0o644); err != nil || os.Chown(name, uid, uid) != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(victim, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "roots"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(dir, "own"), filepath.Join(dir, "twice")); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, file, words string }{
		{"new", "new.pcapng", ""},
		{"symbolic link", "link", "is a symbolic link"},
		{"somebody else's", "victim", "permission denied for 1234"},
		{"two names", "twice", "belongs to another user"},
		{"root's folder", "roots/new.pcapng", "permission denied for 1234"},
	}
	for _, test := range tests {
		file := filepath.Join(dir, test.file)
		cmd := wspeekCommand([]string{"SUDO_UID=1234", "SUDO_GID=1235"}, "live", "-i", "lo", "--json", "-a", "duration:0.2", "--force", "-w", file)
		p := start(t, cmd)
		go io.Copy(io.Discard, p.out)
		status := p.exit()
		if test.words != "" {
			if status != run.Trouble || !strings.Contains(p.words(), test.words) {
				t.Errorf("%s: exit %d, %q", test.name, status, p.words())
			}
			continue
		}
		info, err := os.Stat(file)
		if err != nil || status != run.Done {
			t.Errorf("%s: exit %d, %v, %s", test.name, status, err, p.words())
			continue
		}
		if st := info.Sys().(*syscall.Stat_t); info.Mode() != 0o600 || st.Uid != 1234 || st.Gid != 1235 {
			t.Errorf("%s: mode %v, owner %d:%d", test.name, info.Mode(), st.Uid, st.Gid)
		}
	}
	for _, name := range []string{"victim", "own"} {
		if text, _ := os.ReadFile(filepath.Join(dir, name)); string(text) != "kept" {
			t.Errorf("%s: now %q", name, text)
		}
	}
}

// TestLive_SendsNothing looks at the system calls of a capture from the moment on when it gives its rights up.
func TestLive_SendsNothing(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("needs strace")
	}
	log := filepath.Join(t.TempDir(), "strace")
	own := wspeekCommand(nil, "live", "-i", "lo", "--json", "-w", filepath.Join(t.TempDir(), "kept.pcapng"))
	cmd := exec.Command("strace", append([]string{"-f", "-qq", "-o", log,
		"-e", "trace=connect,sendto,sendmsg,sendmmsg,execve,execveat,socket,bind,prctl,seccomp,write"}, own.Args...)...)
	cmd.Env = own.Env
	p := start(t, cmd)
	p.expect("listening on")
	listed := p.reading()
	listed.waitFor(talk{"both", "gorilla", "127.0.0.1:0", true, 100, 50, 0}.run(t))
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", p.cmd.Process.Pid, p.cmd.Process.Pid))
	var child int
	fmt.Sscan(string(children), &child)
	if child == 0 {
		t.Fatal("strace has no child")
	}
	syscall.Kill(child, syscall.SIGINT)
	list, _ := listed.rest()
	if got := len(hashesOf(list)["c2s"]); got != 100 {
		t.Errorf("%d messages listed, want 100", got)
	}
	p.exit()
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	checkCalls(t, string(text))
}

// checkCalls finds calls that are forbidden once no_new_privs is set.
func checkCalls(t *testing.T, log string) {
	t.Helper()
	before, after, ok := strings.Cut(log, "PR_SET_NO_NEW_PRIVS")
	if !ok || !strings.Contains(before, "AF_PACKET") || !strings.Contains(after, "write(") {
		t.Fatalf("the log has not the calls that are expected: %.2000s", log)
	}
	for _, call := range []string{"connect(", "sendto(", "sendmsg(", "sendmmsg(", "execve", "socket(", "bind("} {
		if strings.Contains(after, call) {
			t.Errorf("%s after the rights were given up:\n%.2000s", call, after[strings.Index(after, call)-20:])
		}
	}
	for _, family := range []string{"AF_INET", "AF_UNIX"} {
		if strings.Contains(before, family) {
			t.Errorf("%s at the begin", family)
		}
	}
}
