#!/bin/sh
# tally broker check: what git keeps, and how problems are told
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

unset TALLY_BROKER

# tree_with MODE,OBJECT,PATH: a commit on main that has that entry besides
commit_with() {
	GIT_INDEX_FILE=index git -C broker.git read-tree main
	GIT_INDEX_FILE=index git -C broker.git update-index --add --cacheinfo "$1"
	tree=$(GIT_INDEX_FILE=index git -C broker.git write-tree)
	commit=$(git -C broker.git -c user.name=x -c user.email=x@example.com commit-tree -p main -m x "$tree")
	git -C broker.git update-ref refs/heads/main "$commit"
	rm -f broker.git/index
}
restore() {
	git -C broker.git update-ref refs/heads/main "$(cat sound)"
}
blob() {
	printf %s "$1" | git -C broker.git hash-object -w --stdin
}

test_expect_success 'a sound broker: 0, and how much was read' '
	"$tally" broker init broker.git
	contract one.json
	"$tally" publish one.json --version 1 --branch main --broker broker.git
	"$tally" environment create test --broker broker.git
	git -C broker.git rev-parse main >sound
	expect_status 0 "$tally" broker check broker.git
	expect_empty err
	expect_in out " records, 3 commits and " "0 errors, 0 warnings"
	grep -q "^sound: [1-9]" out
	expect_status 0 "$tally" broker check --broker broker.git --history --format json
	is_json out
	expect_in out "\"commits\": 3" "\"problems\": []" "\"errors\": 0"
	expect_status 0 env TALLY_BROKER=nowhere "$tally" broker check broker.git
'

test_expect_success 'a record changed by hand: 1, where, and what to do' '
	commit_with "100644,$(blob "{\"name\": \"other\", \"createdAt\": \"2026-01-01T00:00:00Z\"}"),apps/web-shop/app.json"
	expect_status 1 "$tally" broker check broker.git
	expect_in out "apps/web-shop/app.json: error: " "the name in its path" \
		"next: git -C broker.git log -p main -- apps/web-shop/app.json" "damaged: "
	restore
	expect_status 0 "$tally" broker check broker.git
'

test_expect_success 'what is no file' '
	commit_with "120000,$(blob elsewhere),apps/web-shop/link.json"
	expect_status 1 "$tally" broker check broker.git
	expect_in out "apps/web-shop/link.json: error: this is a symbolic link"
	restore
	commit_with "160000,$(cat sound),apps/sub"
	expect_status 1 "$tally" broker check broker.git
	expect_in out "apps/sub: error: this is a submodule"
	restore
	commit_with "100755,$(git -C broker.git rev-parse main:tally.json),tally.json"
	expect_status 0 "$tally" broker check broker.git
	expect_in out "tally.json: warning: this file is marked as a program" "1 warning"
	restore
'

test_expect_success 'what people keep beside the records is theirs' '
	commit_with "100644,$(blob hello),README.md"
	expect_status 0 "$tally" broker check broker.git
	expect_in out "0 errors, 0 warnings"
	commit_with "100644,$(blob hello),apps/web-shop/README.md"
	expect_status 0 "$tally" broker check broker.git
	expect_in out "apps/web-shop/README.md: warning: this file is no record"
	restore
'

test_expect_success 'names that are not text' '
	commit_with "100644,$(blob hello),$(printf "apps/web-shop/\\377\\033[1m.json")"
	expect_status 0 "$tally" broker check broker.git
	expect_in out "apps/web-shop/\\xff"
	expect_not_in out "$(printf "\\033")"
	expect_status 0 "$tally" broker check broker.git --format json
	is_json out
	restore
'

test_expect_success 'objects that are broken or missing' '
	cp -R broker.git broken.git
	git -C broken.git unpack-objects -q <"$(echo broker.git/objects/pack/*.pack | cut -d" " -f1)"
	mkdir packs
	mv broken.git/objects/pack/* packs/
	for pack in packs/*.pack; do git -C broken.git unpack-objects -q <"$pack"; done
	expect_status 0 "$tally" broker check broken.git --history
	object() {
		git -C broken.git rev-parse "$1" | sed "s|^..|broken.git/objects/&/|"
	}
	file=$(object main:environments/test/environment.json)
	chmod u+w "$file"
	cp "$file" kept
	cp "$(object main:tally.json)" "$file"
	expect_status 1 "$tally" broker check broken.git
	expect_in out "environments/test/environment.json: error: the file object $(git -C broken.git rev-parse main:environments/test/environment.json) of git is broken" \
		"from a clone or a backup"
	printf garbage >"$file"
	expect_status 1 "$tally" broker check broken.git
	expect_in out "is broken"
	rm "$file"
	expect_status 1 "$tally" broker check broken.git
	expect_in out "environments/test/environment.json: error: " "is missing"
	cp kept "$file"
	rm "$(object main:apps)"
	expect_status 1 "$tally" broker check broken.git
	expect_in out "apps: error: the tree object" "is missing"
'

test_expect_success 'what only the history has is read with --history' '
	commit_with "100644,$(blob "{\"name\": \"web-shop\"}"),apps/web-shop/app.json"
	old=$(git -C broker.git rev-parse main:apps/web-shop/app.json)
	damaged=$(git -C broker.git rev-parse main)
	back=$(git -C broker.git -c user.name=x -c user.email=x@example.com commit-tree -p main -m back "$(cat sound)^{tree}")
	git -C broker.git update-ref refs/heads/main "$back"
	rm -f "broker.git/objects/$(echo "$old" | sed "s|^..|&/|")"
	expect_status 0 "$tally" broker check broker.git
	expect_status 1 "$tally" broker check broker.git --history
	expect_in out "$damaged:apps/web-shop/app.json: error: the file object $old of git is missing"
	restore
'

test_expect_success 'the repository itself' '
	git -C broker.git symbolic-ref HEAD refs/heads/other
	expect_status 0 "$tally" broker check broker.git
	expect_in out "HEAD: warning: it is not at refs/heads/main"
	git -C broker.git symbolic-ref HEAD refs/heads/main
	: >broker.git/refs/heads/main.lock
	expect_status 0 "$tally" broker check broker.git
	touch -d 2020-01-01 broker.git/refs/heads/main.lock
	expect_status 1 "$tally" broker check broker.git
	expect_in out "refs/heads/main.lock: error: git holds the branch, or left its lock behind" "remove the file"
	rm broker.git/refs/heads/main.lock
	: >broker.git/objects/pack/pack-0123456789012345678901234567890123456789.pack
	touch -d 2020-01-01 broker.git/objects/pack/pack-0123456789012345678901234567890123456789.pack
	expect_status 0 "$tally" broker check broker.git
	expect_in out "warning: this pack has no index"
	rm -f broker.git/objects/pack/pack-0123456789012345678901234567890123456789.pack
	git clone -q --bare --shared broker.git shared.git
	expect_status 0 "$tally" broker check shared.git
	expect_in out "objects/info/alternates: warning: objects are borrowed"
	git clone -q --bare --depth 1 "file://$PWD/broker.git" shallow.git
	expect_status 1 "$tally" broker check shallow.git
	expect_in out "shallow: warning: this is a shallow clone"
	mv broker.git/tally tally-before
	: >broker.git/tally
	expect_status 1 "$tally" broker check broker.git
	expect_in out "tally: error: expected a folder here"
	rm broker.git/tally
	mv tally-before broker.git/tally
'

test_expect_success 'a merge that somebody pushed' '
	merge=$(git -C broker.git -c user.name=x -c user.email=x@example.com commit-tree \
		-p main -p main~1 -m merge "main^{tree}")
	git -C broker.git update-ref refs/heads/main "$merge"
	expect_status 0 "$tally" broker check broker.git
	expect_in out "$merge: warning: this commit is a merge"
	restore
'

test_expect_success 'as of then' '
	commit_with "100644,$(blob "{}"),apps/web-shop/app.json"
	expect_status 1 "$tally" broker check broker.git
	expect_status 0 "$tally" broker check broker.git --at "$(cat sound)"
	restore
'

test_expect_success 'nothing is changed' '
	find broker.git -type f -exec sha1sum {} + | sort >before
	expect_status 0 "$tally" broker check broker.git --history
	find broker.git -type f -exec sha1sum {} + | sort >after
	cmp before after
'

test_expect_success 'wrong use' '
	expect_refused "--broker is missing" "$tally" broker check
	expect_refused "unexpected" "$tally" broker check a b
	expect_status 2 "$tally" broker check nowhere.git
	expect_in err nowhere.git
'

test_done
