package payload_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

func TestKubernetes(t *testing.T) {
	t.Parallel()
	a := summaries(t, payload.Opening{Token: "v5.channel.k8s.io"},
		">b \x04{\"Width\":80,\"Height\":24}", ">b \x00ls\r", "<b \x01a\x1b[0mb\r\n", "<b \x02oops", ">b \xff\x00", "<b \x01\xff\xfe",
		"<b \x03"+`{"status":"Failure","message":"exit code 2"}`, "<b \x09?")
	expect(t, a, `resize {"Width":80,"Height":24}`, `stdin "ls\r"`, `stdout "a\x1b[0mb\r\n"`, `stderr "oops"`, "close stdin", "stdout 2 bytes",
		`error {"status":"Failure","message":"exit code 2"}`)
	for _, row := range []struct {
		status string
		failed bool
	}{{`{"status":"Success"}`, false}, {`{"status":"Failure"}`, true}, {"command terminated", true}, {"", false}} {
		if a := told(t, payload.Opening{Token: "v4.channel.k8s.io"}, "<b \x03"+row.status); a[0].Error != row.failed {
			t.Errorf("status %q: failed %v", row.status, a[0].Error)
		}
	}
}

func TestKubernetes_Base64(t *testing.T) {
	t.Parallel()
	got := summaries(t, payload.Opening{Token: "base64.channel.k8s.io"}, "> 0bHM=", "< 1aGk=", "< 1!")
	expect(t, got, `stdin "ls"`, `stdout "hi"`)
}

func TestKubernetes_PortForward(t *testing.T) {
	t.Parallel()
	o := payload.Opening{Target: "/api/v1/namespaces/n/pods/p/portforward?ports=80"}
	a := told(t, o, "<b \x00\x50\x00", "<b \x01\x50\x00", ">b \x00GET / HTTP/1.1", "<b \x01refused")
	var got []string
	for i := range a {
		got = append(got, a[i].Summary+map[bool]string{true: " !"}[a[i].Error])
	}
	expect(t, got, "port 80", "port 80", `data "GET / HTTP/1.1"`, `error "refused" !`)
	if a := told(t, payload.Opening{Target: "/pods/p/exec"}, "<b \x01hi"); len(a) > 0 {
		t.Errorf("claimed by a path that is not Kubernetes': %v", a)
	}
	if a := told(t, payload.Opening{Target: "/api/v1/namespaces/n/pods/p/exec?command=sh"}, "<b \x01hi"); len(a) != 1 || a[0].Event != "stdout" {
		t.Errorf("by its path: %v", a)
	}
}
