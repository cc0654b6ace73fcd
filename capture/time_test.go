package capture

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"
)

const rfc3339Nine = "2006-01-02T15:04:05.000000000Z07:00"

func TestTimeAppendRFC3339(t *testing.T) {
	t.Parallel()
	check := func(v int64) {
		want := time.Unix(0, v).UTC().Format(rfc3339Nine)
		if got := Time(v).String(); got != want {
			t.Fatalf("Time(%d): got %s, want %s", v, got, want)
		}
		if got := Time(v).Std(); got.UnixNano() != v || got.Location() != time.UTC {
			t.Fatalf("Time(%d).Std(): got %v", v, got)
		}
	}
	for _, v := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64, 951782400e9, 951868799999999999,
		4107542400e9, 1e9 - 1, -1e9, 1763633640123456789} {
		check(v)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		check(int64(r.Uint64()))
	}
}

func TestTimeUnits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		resol  uint8
		offset int64
		ts     uint64
		want   Time
	}{
		{"microseconds", 6, 0, 1_500_000, 1_500_000_000},
		{"nanoseconds", 9, 0, 1_500_000_001, 1_500_000_001},
		{"whole seconds", 0, 0, 7, 7e9},
		{"picoseconds round down", 12, 0, 1_999, 1},
		{"2^-1", 0x81, 0, 3, 1_500_000_000},
		{"2^-20 half a second", 0x80 | 20, 0, 1<<20 + 1<<19, 1_500_000_000},
		{"2^-32 all ones rounds down", 0x80 | 32, 0, 1<<32 - 1, 999_999_999},
		{"2^-63", 0x80 | 63, 0, 1 << 63, 1e9},
		{"2^-64", 0x80 | 64, 0, 1 << 63, 5e8},
		{"2^-100 is next to nothing", 0x80 | 100, 0, math.MaxUint64, 0},
		{"10^-100 is next to nothing", 100, 0, math.MaxUint64, 0},
		{"10^-28", 28, 0, math.MaxUint64, 1},
		{"offset", 6, 100, 1_500_000, 101_500_000_000},
		{"offset before 1970", 6, -2, 1_500_000, -500_000_000},
		{"seconds beyond the range", 0, 0, math.MaxUint64, math.MaxInt64},
		{"offset beyond the range", 6, math.MaxInt64, 1, math.MaxInt64},
		{"offset below the range", 6, math.MinInt64, 1, math.MinInt64},
		{"earliest moment", 9, -9223372037, 145224192, math.MinInt64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			u := newUnits(tt.resol, tt.offset)
			if got := u.time(tt.ts); got != tt.want {
				t.Errorf("resolution %#x, offset %d, ts %d: got %d, want %d", tt.resol, tt.offset, tt.ts, got, tt.want)
			}
		})
	}
}

// TestTimeUnitsExact compares with arithmetic that has no bounds.
func TestTimeUnitsExact(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 50_000 {
		resol, ts := uint8(r.Uint32()), r.Uint64()>>(r.Uint32()%64)
		offset := int64(r.Uint64()) >> (r.Uint32() % 64)
		u := newUnits(resol, offset)
		if got, want := u.time(ts), exactTime(resol, offset, ts); got != want {
			t.Fatalf("resolution %#x, offset %d, ts %d: got %d, want %d", resol, offset, ts, got, want)
		}
	}
}

func exactTime(resol uint8, offset int64, ts uint64) Time {
	base := int64(10)
	if resol&0x80 != 0 {
		base = 2
	}
	perSecond := new(big.Int).Exp(big.NewInt(base), big.NewInt(int64(resol&0x7f)), nil)
	v := new(big.Int).SetUint64(ts)
	v.Mul(v, big.NewInt(1e9)).Div(v, perSecond)
	v.Add(v, new(big.Int).Mul(big.NewInt(offset), big.NewInt(1e9)))
	switch {
	case v.Cmp(big.NewInt(math.MaxInt64)) > 0:
		return math.MaxInt64
	case v.Cmp(big.NewInt(math.MinInt64)) < 0:
		return math.MinInt64
	}
	return Time(v.Int64())
}

func BenchmarkTimeAppendRFC3339(b *testing.B) {
	buf := make([]byte, 0, 32)
	b.ReportAllocs()
	for b.Loop() {
		buf = Time(1763633640123456789).AppendRFC3339(buf[:0])
	}
}
