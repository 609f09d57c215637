#!/usr/bin/env bash
# The main job from end to end: a web shop (the consumer), an orders service (the provider), and the
# question whether a version of either can be deployed.  Each command is printed before it runs, and
# can be repeated by hand in the same order.  `./bootstrap demo` runs this.
#
# Environment: TALLY, the program; EXAMPLES, the folder of the built example programs; SOURCES, the
# top of the source tree; DEMO_FOLDER, where to play (a new temporary folder).
set -uo pipefail

: "${TALLY:?run this as ./bootstrap demo}" "${EXAMPLES:?}" "${SOURCES:?}"
folder=${DEMO_FOLDER:-$(mktemp -d "${TMPDIR:-/tmp}/tally-demo.XXXXXX")} || exit 4
provider=
# What a pipeline has set must not lead away from the story.
unset "${!PACT_@}" "${!TALLY_@}" 2>/dev/null

end_provider() {
	[ -z "$provider" ] || { kill "$provider" && wait "$provider"; } 2>/dev/null
	provider=
}
trap end_provider EXIT
trap 'exit 130' INT TERM

tell() {
	echo
	printf '# %s\n' "$@"
}

# run STATUS COMMAND-LINE: prints the command, runs it, and ends the demo if it leaves with anything
# but STATUS.
run() {
	local expected=$1 status=0
	printf '\n$ %s\n' "$2"
	eval "$2" || status=$?
	[ "$expected" -eq 0 ] && [ "$status" -eq 0 ] && return 0
	printf '(exit status %d)\n' "$status"
	[ "$status" -eq "$expected" ] && return 0
	printf 'demo: this should have left with %d; stopping here. Everything is in %s\n' \
		"$expected" "$folder" >&2
	exit 1
}

# start LOG COMMAND-LINE: starts a server and waits for the line in which it says where it listens.
start() {
	printf '\n$ %s >%s &\n' "$2" "$1"
	# shellcheck disable=SC2086 # the command's words
	$2 >"$1" 2>&1 &
	provider=$!
	until grep -q '^listening on ' "$1"; do
		kill -0 "$provider" 2>/dev/null || {
			echo "demo: '$2' ended before it listened:" >&2
			cat "$1" >&2
			exit 1
		}
		sleep 0.05
	done
	cat "$1"
	run 0 "URL=\$(sed -n 's/^listening on //p' $1)"
}

tell "Everything happens in a folder of its own."
run 0 "cd $folder"
run 0 "PATH=$(dirname "$TALLY"):$EXAMPLES:\$PATH"

tell "The web shop's test runs against a mock of the orders service. What it asked, and what it" \
	"expects as an answer, becomes a contract."
run 0 "tally mock $SOURCES/contracts/examples/orders.json -- consumer_test"

tell "A broker is a git repository. The contract goes into it, as version 1.0.0 on branch main."
run 0 "tally broker init broker.git"
run 0 "tally publish contracts --version 1.0.0 --branch main --broker broker.git"

tell "The orders service replays the contract against its version 1.0.0 and records the result."
start orders-1.log "provider"
run 0 "tally verify --provider orders --provider-url \$URL --state-change-url \$URL/provider-states \\
    --broker broker.git --publish --provider-version 1.0.0 --provider-branch main"
end_provider

tell "That version goes live. Can the web shop follow?"
run 0 "tally environment create production --production --broker broker.git"
run 0 "tally record-deployment orders@1.0.0 --to production --broker broker.git"
run 0 "tally can-i-deploy web-shop@1.0.0 --to production --broker broker.git"
run 0 "tally record-deployment web-shop@1.0.0 --to production --broker broker.git"

tell "Version 2.0.0 of the orders service calls the total an amount."
start orders-2.log "provider --rename-total amount"
run 1 "tally verify --provider orders --provider-url \$URL --state-change-url \$URL/provider-states \\
    --broker broker.git --publish --provider-version 2.0.0 --provider-branch main"
end_provider

tell "So can it be deployed?"
run 1 "tally can-i-deploy orders@2.0.0 --to production --broker broker.git"

tell "Every answer can be explained later: the broker's history is git's."
run 0 "tally log --broker broker.git"
run 0 "git -C broker.git log --oneline"

printf '\nThe broker is %s/broker.git; read it with\n    git -C %s/broker.git log --stat\n' "$folder" "$folder"
