# Read by the other scripts here (POSIX sh). They run in the root of the repository.

shared=${WSPEEK_SHARED:-../shared}
cache=${WSPEEK_CACHE:-${TMPDIR:-/tmp}/wspeek-captures}
export CGO_ENABLED=0

skip() { echo "skipped: $*"; }

# gencap builds $cache/gencap, which writes captures.
gencap() { mkdir -p "$cache" && go build -o "$cache/gencap" ./pcaps/internal/gencap; }

# captures NAME... writes $cache/NAME.pcap unless it exists. A NAME is PROFILE-MB, tls13-MB (json under TLS 1.3, with its
# key log), or mixed-2000: 1 GiB in 2,000 connections.
captures() {
	gencap || return 1
	for name in "$@"; do
		[ -s "$cache/$name.pcap" ] && continue
		case $name in
		tls13-*) set -- -profile json -conns 500 -size $((${name##*-} << 20)) -tls 1.3 -keys "$cache/$name.keys" ;;
		mixed-2000) set -- -profile mixed -conns 2000 -size $((1 << 30)) ;;
		*) set -- -profile "${name%-*}" -conns 500 -size $((${name##*-} << 20)) ;;
		esac
		echo "writing $cache/$name.pcap" >&2
		"$cache/gencap" "$@" -o "$cache/$name.tmp" && mv "$cache/$name.tmp" "$cache/$name.pcap" || return 1
	done
}
