#!/bin/sh
# tally merge --driver, in git's hands
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a \
	GIT_COMMITTER_EMAIL=a@example.org

# write NAME:TOTAL...: the contract with these interactions
write() {
	parts=
	for part; do
		contract "part-${part%%:*}.json" "description=${part%%:*}" "total=${part#*:}"
		parts="$parts part-${part%%:*}.json"
	done
	# shellcheck disable=SC2086 # several files
	"$tally" merge $parts -o repo/contract.json
}

# on BRANCH NAME:TOTAL...: commits that contract there
on() {
	git -C repo checkout -q "$1"
	shift
	write "$@"
	git -C repo add -A
	git -C repo commit -q -m "$*"
}

# begin: a repository with two branches, in which two interactions are
begin() {
	rm -rf repo
	git init -q -b main repo
	git -C repo config merge.tally.name "contract files"
	git -C repo config merge.tally.driver "\"$tally\" merge --driver %O %A %B %P"
	echo "contract.json merge=tally" >repo/.gitattributes
	write one:1.0 two:1.0
	git -C repo add -A
	git -C repo commit -q -m begin
	git -C repo branch side
}

# holds NAME:TOTAL...: these interactions are in the contract, and no others
holds() {
	cp repo/contract.json found.json
	write "$@"
	cmp found.json repo/contract.json
}

test_expect_success 'what each side did comes together' '
	begin
	on main one:1.0 two:2.0 three:1.0
	on side one:3.0 two:1.0 four:1.0
	git -C repo checkout -q main
	git -C repo merge -q -m both side
	holds one:3.0 two:2.0 three:1.0 four:1.0
'

test_expect_success 'what one side took out stays out' '
	begin
	on main one:1.0 three:1.0
	on side one:2.0 two:1.0
	git -C repo checkout -q main
	git -C repo merge -q -m both side
	holds one:2.0 three:1.0
'

test_expect_success 'the same on both sides is no conflict' '
	begin
	on main one:5.0 two:1.0 three:1.0
	on side one:5.0 two:1.0 three:1.0
	git -C repo checkout -q main
	git -C repo merge -q -m both side
	holds one:5.0 two:1.0 three:1.0
'

test_expect_success 'a conflict: git stops, and the file shows both' '
	begin
	on main one:2.0 two:1.0 three:1.0
	on side one:3.0 two:1.0
	git -C repo checkout -q main
	expect_status 1 git -C repo merge -q -m both side
	expect_in err "contract.json: both sides changed 1 interaction" "\"one\"" \
		"response.body.content.total" "ours:" "2.0" "theirs:" "3.0"
	[ "$(git -C repo diff --name-only --diff-filter=U)" = contract.json ]
	expect_in repo/contract.json "<<<<<<< ours" "=======" ">>>>>>> theirs" three
	# Either side, taken by hand, is a contract with everything else.
	sed -e "/^<<<<<<< /d" -e "/^=======/,/^>>>>>>> /d" repo/contract.json >ours.json
	sed -e "/^<<<<<<< /,/^=======/d" -e "/^>>>>>>> /d" repo/contract.json >theirs.json
	"$tally" merge ours.json -o repo/contract.json
	holds one:2.0 two:1.0 three:1.0
	"$tally" merge theirs.json -o repo/contract.json
	holds one:3.0 two:1.0 three:1.0
	git -C repo add contract.json
	git -C repo commit -q -m resolved
'

test_expect_success 'taken out here, changed there: a conflict' '
	begin
	on main two:1.0
	on side one:3.0 two:1.0
	git -C repo checkout -q main
	expect_status 1 git -C repo merge -q -m both side
	expect_in err "ours took it out, theirs changed it"
	sed -e "/^<<<<<<< /,/^=======/d" -e "/^>>>>>>> /d" repo/contract.json >theirs.json
	"$tally" merge theirs.json -o repo/contract.json
	holds one:3.0 two:1.0
'

test_expect_success 'rebase and cherry-pick use it too' '
	begin
	on main one:1.0 two:2.0
	on side one:1.0 two:1.0 three:1.0
	on side one:1.0 two:1.0 three:1.0 four:1.0
	git -C repo rebase -q main
	holds one:1.0 two:2.0 three:1.0 four:1.0
	git -C repo checkout -q main
	git -C repo cherry-pick side~1 >/dev/null
	holds one:1.0 two:2.0 three:1.0
'

test_expect_success 'a file that both branches begin' '
	begin
	for branch in main side; do
		git -C repo checkout -q "$branch"
		contract "repo/new.json" "description=on-$branch"
		git -C repo add -A
		git -C repo commit -q -m "$branch"
	done
	git -C repo checkout -q main
	echo "new.json merge=tally" >>repo/.git/info/attributes
	git -C repo merge -q -m both side
	is_json repo/new.json
	expect_in repo/new.json on-main on-side
'

test_expect_success 'what is no contract: a conflict in which nothing is lost' '
	begin
	on main one:2.0 two:1.0
	git -C repo checkout -q side
	printf "{\"mine\": tru" >repo/contract.json
	git -C repo commit -q -am broken
	git -C repo checkout -q main
	expect_status 1 git -C repo merge -q -m both side
	expect_in err "contract.json" "both sides stand in the file, whole"
	expect_in repo/contract.json "<<<<<<< ours" "{\"mine\": tru" ">>>>>>> theirs" "\"two\""
'

test_expect_success 'as a command' '
	begin
	: >none.json
	contract ours.json description=ours
	contract theirs.json description=theirs
	expect_status 0 "$tally" merge --driver none.json ours.json theirs.json
	expect_empty out err
	expect_in ours.json "\"ours\"" "\"theirs\""
	contract other.json consumer=mobile
	cp theirs.json before.json
	expect_status 1 "$tally" merge --driver none.json theirs.json other.json
	expect_in err "only contracts between the same two applications"
	expect_in theirs.json mobile
	expect_refused "expected BASE OURS THEIRS" "$tally" merge --driver ours.json
	expect_refused "not both" "$tally" merge --driver a b c -o d
'

test_done
