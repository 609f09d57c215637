# Sourced by the tests of this folder, which run beside the reference implementation of Pact, from
# npm.  They speak to nothing but the loopback interface, once the packages are there.
# shellcheck shell=sh
# shellcheck source=tests/meta/tap.sh
. "${TALLY_SRCDIR:?}/tests/meta/tap.sh"

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
	echo '1..0 # SKIP node and npm are not installed'
	exit 0
fi
here=$TALLY_SRCDIR/tests/interop
place=$TALLY_BUILDDIR/tests/interop
tally=$TALLY_BUILDDIR/tally
PACT_DO_NOT_TRACK=true
NODE_PATH=$place/node_modules
export PACT_DO_NOT_TRACK NODE_PATH
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
cd "$scratch" || exit 99

# The packages are installed once, and again when the lock file changes.
packages() {
	cmp -s "$here/package-lock.json" "$place/installed" && return 0
	mkdir -p "$place" && cp -f "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$place" &&
		chmod -R u+w "$place" && (cd "$place" && npm ci) >"$scratch/npm.log" 2>&1 &&
		cp -f "$here/package-lock.json" "$place/installed" && return 0
	echo 'npm ci failed:'
	cat "$scratch/npm.log"
}
expect 'the packages are installed as the lock file says' packages

servers=
cleanup() {
	for pid in $servers; do
		kill "$pid" && wait "$pid"
	done 2>/dev/null
	servers=
}
# Starts a server and sets `url` once it says where it listens; 30 seconds are enough for anything.
start() { # COMMAND...
	# Otherwise what is read could be what the last one said.
	rm -f server.out
	: >server.out
	"$@" >server.out 2>&1 &
	pid=$!
	servers="$servers $pid"
	waited=0
	until grep -qE '^listening on |Server started on port [0-9]' server.out; do
		if ! kill -0 "$pid" 2>/dev/null || [ "$waited" -ge 300 ]; then
			echo "Bail out! $* does not listen: $(cat server.out)"
			exit 99
		fi
		waited=$((waited + 1))
		sleep 0.1
	done
	url=$(sed -nE -e 's/^listening on //p' -e 's!.*Server started on port ([0-9]+).*!http://127.0.0.1:\1!p' server.out)
}

# status STATUS COMMAND...: says so when the command leaves with another status.
status() {
	expected=$1
	shift
	"$@" >command.out 2>&1
	got=$?
	[ "$got" -eq "$expected" ] && return 0
	echo "$* left with $got, not $expected"
	cat command.out
}
pact_verify() { # FILE [OPTION...]
	node "$NODE_PATH/@pact-foundation/pact-cli/bin/pact-verifier.js" --file "$@" --hostname 127.0.0.1 \
		--port "${url##*:}" --state-change-url "$url/provider-states" --provider-name orders --no-colour
}
tally_verify() { # FILE [OPTION...]
	"$tally" verify "$@" --provider-url "$url" --state-change-url "$url/provider-states"
}
verdicts() { # STATUS CONTRACT...: both tools leave with STATUS
	want=$1
	shift
	for file; do
		status "$want" pact_verify "$file"
		status "$want" tally_verify "$file"
	done
}
