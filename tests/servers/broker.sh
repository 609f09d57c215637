# Sourced after lib.sh: a broker in $broker, writers of it, and what must hold afterwards.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # the scripts use what is set here, and lib.sh sets scratch and tally
writer=$TALLY_BUILDDIR/tests/servers/writer
broker=$scratch/work/broker.git

# new_broker [PATH]: empty but for the environment that writers deploy to.
new_broker() {
	"$tally" broker init "${1:-$broker}" >/dev/null &&
		"$tally" environment create production --broker "${1:-$broker}" >/dev/null
}

# expect_told REPOSITORY FILE...: all that writers said they had written is there.
expect_told() {
	told_in=$1
	shift
	git -C "$told_in" ls-tree -r --name-only main >paths
	# A writer tells the end of a path, or of the folder that it is in.
	cat "$@" | awk -v paths=paths '
		BEGIN {
			while ((getline path < paths) > 0) {
				sub(/^.*\/versions\/.\/./, "", path)
				there[path] = 1
				sub(/[^\/]*$/, "", path)
				there[path] = 1
			}
		}
		{ told++ }
		!($0 in there) { print "told, but not there: " $0; lost++ }
		END {
			if (told == 0) print "nobody told anything"
			exit lost > 0 || told == 0
		}'
}

# expect_sound REPOSITORY: to git and to Tally; history is one line; nothing is left of writers that
# were killed.  (Call it after a change, which cleans up after those.)
expect_sound() {
	git -C "$1" fsck --strict --no-dangling
	expect_status 0 "$tally" broker check --broker "$1"
	[ "$(git -C "$1" rev-list --count --min-parents=2 main)" -eq 0 ]
	[ "$(git -C "$1" rev-list --count --max-parents=0 main)" -eq 1 ]
	[ ! -e "$1/refs/heads/main.lock" ]
	[ ! -e "$1/tally/next" ]
	find "$1/objects/pack" -name '*.keep' | expect_no_lines cat
}

# expect_one_order REPOSITORY: the versions of an application are numbered without gap or double.
expect_one_order() {
	for application in web-shop orders; do
		git -C "$1" ls-tree -r main "apps/$application/versions" |
			sed -n 's/^[0-9]* blob \([0-9a-f]*\)	.*\/version\.json$/\1/p' |
			git -C "$1" cat-file --batch | sed -n 's/^ *"sequence": \([0-9]*\),*$/\1/p' |
			sort -n >sequences
		seq "$(wc -l <sequences)" | cmp - sequences
	done
}

# Random numbers that are the same every time: next_random N sets `random` to one below N.
random_state=1
next_random() {
	random_state=$(((random_state * 1103515245 + 12345) % 2147483648))
	random=$((random_state / 65536 % $1))
}
