# Sourced by the tests of this folder: TAP from small shell scripts, run against the built program in
# a scratch folder and a clean environment.
#
#	. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"
#	test_expect_success 'lint finds nothing to say' '
#		expect_status 0 "$tally" lint good.json
#		expect_empty err
#	'
#	test_done
#
# A script runs in a subshell under `set -e`, in the scratch folder: any command that fails fails the
# test (but not one after `!`: use expect_not_in).  Files stay for the next test; variables do not.
# shellcheck shell=sh
set -u
: "${TALLY_SRCDIR:?run these tests through make check}" "${TALLY_BUILDDIR:?}"

# Shells cannot trap what was ignored when they began, as it is below nohup: begin again without that.
if [ -z "${nohup_is_over:-}" ] && env --default-signal=HUP true 2>/dev/null; then
	exec env --default-signal=HUP nohup_is_over=yes sh "$0" "$@"
fi
unset nohup_is_over

# What the surroundings say must not reach the program: not Pact's and our variables, not a CI's.
for name in $(env | sed -n -e '/^TALLY_\(SRC\|BUILD\)DIR=/d' -e 's/^\([A-Za-z0-9_]*\)=.*/\1/p'); do
	case $name in
	TALLY_* | PACT_* | GITHUB_* | CI_* | BUILDKITE* | CIRCLE* | TRAVIS* | BITBUCKET_* | APPVEYOR* | \
		BUILD_* | SYSTEM_* | SEMAPHORE* | DRONE* | GIT_* | CHANGE_* | BRANCH_NAME | TAG_NAME | \
		GITLAB_* | XDG_* | MAKEFLAGS | MAKELEVEL | MFLAGS | NO_COLOR)
		unset "$name"
		;;
	esac
done
unset name

# shellcheck disable=SC2034 # used by the scripts
tally=$TALLY_BUILDDIR/tally
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tally-cli.XXXXXX") || exit 99
scratch=$(cd "$scratch" && pwd -P) || exit 99
HOME=$scratch GIT_CEILING_DIRECTORIES=$(dirname "$scratch") GIT_CONFIG_NOSYSTEM=1 TERM=dumb
export HOME GIT_CEILING_DIRECTORIES GIT_CONFIG_NOSYSTEM TERM
mkdir "$scratch/work" "$scratch/pids" && cd "$scratch/work" || exit 99

test_clean_up() {
	for pid in "$scratch"/pids/*; do
		# One that is not empty stands for a group of processes.
		if [ -s "$pid" ]; then
			kill -- "-${pid##*/}" 2>/dev/null
		elif [ -e "$pid" ]; then
			kill "${pid##*/}" 2>/dev/null
		fi
	done
	chmod -R u+rwx "$scratch" 2>/dev/null
	rm -rf "$scratch"
}
trap test_clean_up EXIT
trap 'exit 1' HUP INT TERM

test_count=0
test_failures=0

# test_expect_success TITLE SCRIPT
test_expect_success() {
	test_count=$((test_count + 1))
	(
		set -e
		eval "$2"
	) >"$scratch/log" 2>&1 </dev/null
	# shellcheck disable=SC2181 # in a condition, set -e would not count
	if [ $? -eq 0 ]; then
		echo "ok $test_count - $1"
	else
		test_failures=$((test_failures + 1))
		echo "not ok $test_count - $1"
		{
			printf '%s\n' "$2"
			cat "$scratch/log"
		} | sed 's/^/# /'
	fi
}

# test_skip TITLE WHY
test_skip() {
	test_count=$((test_count + 1))
	echo "ok $test_count - $1 # SKIP $2"
}

# test_skip_all WHY: instead of a script's tests, before the first of them.
test_skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

test_done() {
	echo "1..$test_count"
	[ "$test_failures" -eq 0 ]
}

# ---- for the scripts ----------------------------------------------------------------------------

# expect_status N COMMAND...: it leaves with N; its output is in `out` and `err`.
expect_status() {
	expected_status=$1
	shift
	status=0
	"$@" >out 2>err || status=$?
	[ "$status" -eq "$expected_status" ] && return 0
	echo "expected exit status $expected_status, found $status: $*"
	sed 's/^/out: /' out
	sed 's/^/err: /' err
	return 1
}

# expect_in FILE TEXT...: each text is somewhere in the file, as it is.
expect_in() {
	looked_in=$1
	shift
	for text; do
		grep -qF -e "$text" "$looked_in" && continue
		echo "expected in $looked_in: $text"
		sed "s/^/$looked_in: /" "$looked_in"
		return 1
	done
}

# expect_not_in FILE TEXT
expect_not_in() {
	! grep -F -e "$2" "$1"
}

# expect_no_lines COMMAND...: it prints nothing on standard output.
expect_no_lines() {
	"$@" >lines || :
	expect_empty lines
}

# expect_empty FILE...
expect_empty() {
	for looked_in; do
		[ -s "$looked_in" ] || continue
		echo "expected nothing in $looked_in:"
		cat "$looked_in"
		return 1
	done
}

# expect_refused TEXT COMMAND...: exit status 2, nothing on standard output, the text on standard error.
expect_refused() {
	refusal=$1
	shift
	expect_status 2 "$@" && expect_empty out && expect_in err "$refusal"
}

# json_equal EXPECTED ACTUAL: two JSON files say the same; through the program itself.
json_equal() {
	printf '{"contents":%s}' "$(cat "$1")" >expected.message
	printf '{"contents":%s}' "$(cat "$2")" >actual.message
	"$tally" match message expected.message actual.message
}

# is_json FILE: it is one JSON document, to the program's strict reader.
is_json() {
	printf '{"contents": null}' >any.message
	printf '{"contents": %s}' "$(cat "$1")" >read.message
	status=0
	"$tally" match message any.message read.message >/dev/null 2>json.err || status=$?
	[ "$status" -le 1 ] && return 0
	cat json.err "$1"
	return 1
}

# bad_inputs: makes the folder bad/ with a file for each way in which a file is not JSON, or too much
# of it.  (What reads a contract is to refuse bad/wrong-type.json too, which is JSON.)
bad_inputs() {
	[ ! -d bad ] || return 0
	mkdir bad
	: >bad/empty.json
	printf '   \n' >bad/blank.json
	printf '{"consumer": {"name": "a"' >bad/truncated.json
	printf '{"consumer": "\377\376"}' >bad/not-utf8.json
	printf '\376\377\0{\0}' >bad/utf16.json
	printf '{"a": 1, "a": 2}' >bad/duplicate-name.json
	printf '{"a": "\\u0000"}' >bad/nul-escape.json
	printf '{"a": "x\0y"}' >bad/nul-byte.json
	printf '{"a": "\\ud800"}' >bad/lone-surrogate.json
	printf '{"a": 01}' >bad/leading-zero.json
	printf '{"a": 1} x' >bad/trailing.json
	printf '{"a": "\001"}' >bad/control-character.json
	awk 'BEGIN { for (i = 0; i < 10000; i++) printf "["; for (i = 0; i < 10000; i++) printf "]" }' \
		>bad/deep.json
}

# expect_bad_inputs_refused COMMAND...: with each of these files after the command, it says which file
# is wrong, and where.
expect_bad_inputs_refused() {
	bad_inputs
	for bad_input in bad/*.json; do
		expect_refused "$bad_input" "$@" "$bad_input"
	done
	expect_refused "bad/truncated.json:1:26" "$@" bad/truncated.json
	expect_refused "bad/duplicate-name.json:1:" "$@" bad/duplicate-name.json
	expect_refused "missing.json" "$@" missing.json
	# Root may read everything.
	[ "$(id -u)" -ne 0 ] || return 0
	echo '{}' >unreadable.json
	chmod 0 unreadable.json
	expect_refused "unreadable.json" "$@" unreadable.json
}

# serving FILE: says a contract by which a stub answers GET /contract with the JSON document in FILE.
serving() {
	cat <<-EOF
		{"consumer": {"name": "c"}, "provider": {"name": "p"}, "interactions": [
		 {"description": "d", "request": {"path": "/contract"}, "response": {
		  "headers": {"Content-Type": "application/json"}, "body": $(cat "$1")}}]}
	EOF
}

# contract FILE [NAME=VALUE]...: writes a small contract between web-shop and orders.  `total` is the
# example of the order's total, `consumer`, `provider` and `description` are what they say.
contract() {
	contract_file=$1
	shift
	(
		consumer=web-shop provider=orders total=59.80 description='a request for order 42'
		for assignment; do
			case $assignment in
			consumer=*) consumer=${assignment#*=} ;;
			provider=*) provider=${assignment#*=} ;;
			total=*) total=${assignment#*=} ;;
			description=*) description=${assignment#*=} ;;
			*) exit 1 ;;
			esac
		done
		cat <<-EOF
			{"consumer": {"name": "$consumer"}, "provider": {"name": "$provider"},
			 "interactions": [
			  {"description": "$description",
			   "providerStates": [{"name": "order 42 exists"}],
			   "request": {"method": "GET", "path": "/orders/42"},
			   "response": {"status": 200, "headers": {"Content-Type": "application/json"},
			    "body": {"id": 42, "total": $total},
			    "matchingRules": {"body":
			     {"$.total": {"matchers": [{"match": "decimal"}], "combine": "AND"}}}}}],
			 "metadata": {"pactSpecification": {"version": "3.0.0"}}}
		EOF
	) >"$contract_file"
}

# start_server COMMAND...: starts it, waits until it prints where it listens, and sets `url` and
# `server` (its process).  What it prints after that goes to server.out and server.err.
start_server() {
	rm -f server.pipe
	mkfifo server.pipe
	# Not under timeout: a signal that comes before it knows its child ends it, and not the child.
	"$@" >server.pipe 2>server.err &
	server=$!
	: >"$scratch/pids/$server"
	# Both are open before this function returns: a caller may move server.out away at once.
	exec 3<server.pipe 4>server.out
	url=
	# The end of the pipe, when the server ends early, ends the wait.
	read -r line <&3 || :
	# shellcheck disable=SC2034 # used by the scripts
	url=${line#listening on }
	# One that hangs is not waited for longer than that.
	(timeout 120 cat <&3 >&4 || kill -9 "$server") &
	reader=$!
	exec 3<&- 4>&-
	case $line in
	'listening on http'*) ;;
	*)
		echo "the server did not say where it listens: $line"
		cat server.err
		return 1
		;;
	esac
}

# stop_server [STATUS]: ends it by SIGTERM and checks how it left.
stop_server() {
	kill "$server"
	status=0
	wait "$server" || status=$?
	wait "$reader"
	rm -f "$scratch/pids/$server"
	[ "$status" -eq "${1:-0}" ] && return 0
	echo "expected the server to leave with ${1:-0}, found $status"
	cat server.out server.err
	return 1
}
