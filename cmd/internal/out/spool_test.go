package out

import (
	"bytes"
	"testing"
)

func TestSpool_ReturnsWhatWasPut(t *testing.T) {
	t.Parallel()
	var s Spool
	defer s.Close()
	big := bytes.Repeat([]byte("0123456789abcdef"), spoolMemory/16-1)
	puts := [][]byte{{}, []byte("in memory"), big, {}, []byte("in the file"), {}, []byte("more")}
	var refs []int64
	for _, p := range puts {
		ref, err := s.Put(p)
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, ref)
	}
	if s.file == nil {
		t.Fatal("nothing went into the file")
	}
	for i, want := range puts {
		if got, err := s.Get(refs[i], len(want)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("put %d: got %d bytes, %v, want %d", i, len(got), err, len(want))
		}
		if got, _ := s.Get(refs[i], len(want)/2); !bytes.Equal(got, want[:len(want)/2]) {
			t.Errorf("put %d: half of it differs", i)
		}
	}
}
