#!/bin/sh
# tally app, version, branch, tag and label
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

TALLY_BROKER=broker.git
export TALLY_BROKER

tip() {
	git -C broker.git rev-parse HEAD
}

test_expect_success 'applications are made, changed, listed and shown' '
	"$tally" broker init broker.git
	expect_status 0 "$tally" app list
	expect_empty out err
	expect_status 0 "$tally" app create fooBar_service
	expect_in out "fooBar_service (Foo Bar Service)"
	expect_status 0 "$tally" app create --name orders --main-branch trunk --display-name "Orders"
	expect_status 0 "$tally" app update orders --repository-url https://git.example.org/orders
	expect_in out "orders (Orders)" "main branch: trunk" "repository: https://git.example.org/orders"
	expect_status 0 "$tally" app update orders --clear repository-url
	expect_not_in out "repository"
	expect_status 0 "$tally" app list --format json
	is_json out
	expect_in out "\"name\": \"orders\"" "\"updatedAt\":" "\"more\": false"
	expect_status 0 "$tally" app list --match ORD
	expect_in out orders
	expect_not_in out fooBar
'

test_expect_success 'what does not exist: 1, nothing changed' '
	before=$(tip)
	expect_status 1 "$tally" app show nothing
	expect_empty out
	expect_in err "no application \"nothing\""
	expect_status 1 "$tally" app create orders
	expect_status 1 "$tally" app update nothing --main-branch main
	expect_status 1 "$tally" app delete nothing
	expect_status 1 "$tally" version show orders@1
	expect_in err "no version \"1\" of \"orders\""
	expect_status 1 "$tally" version show orders
	expect_in err "has no versions"
	expect_status 1 "$tally" version update orders@1 --build-url https://ci.example.org/1
	expect_status 1 "$tally" version delete orders@1
	expect_status 1 "$tally" version list nothing
	expect_status 1 "$tally" branch show orders main
	expect_status 1 "$tally" branch create orders@1 main
	expect_status 1 "$tally" branch delete orders main
	expect_status 1 "$tally" tag create orders@1 pilot --no-create
	expect_status 1 "$tally" tag delete orders@1 pilot
	expect_status 1 "$tally" label add nothing x
	expect_status 1 "$tally" label remove orders x
	expect_in err "has no label \"x\""
	[ "$(tip)" = "$before" ]
'

test_expect_success 'versions are made, and listed newest first' '
	for version in 1 2 3 4 5; do
		expect_status 0 "$tally" version create "orders@$version" --branch main --tag "t$version"
	done
	expect_status 0 "$tally" version create --pacticipant orders --version 6 --branch feature/x \
		--build-url https://ci.example.org/6
	expect_in out "orders 6" "build: https://ci.example.org/6" "branches: feature/x (head)"
	expect_status 0 "$tally" version list orders --limit 2
	grep -q "^6, " out
	grep -q "^5, " out
	expect_not_in out "4, "
	expect_in err "there is more"
	expect_status 0 "$tally" version list orders --before 5 --limit 0
	[ "$(grep -c "^[0-9]" out)" -eq 4 ]
	expect_empty err
	expect_status 0 "$tally" version list orders --branch main --format json
	is_json out
	[ "$(grep -c "\"sequence\":" out)" -eq 5 ]
	expect_status 0 "$tally" version list orders --tag t3
	grep -q "^3, " out
	expect_not_in out "4, "
	expect_status 0 "$tally" version show orders --branch main
	expect_in out "orders 5"
	expect_status 0 "$tally" version show orders --tag t2
	expect_in out "orders 2"
	expect_status 0 "$tally" version show orders
	expect_in out "orders 6"
'

test_expect_success 'heads pass on when versions leave' '
	expect_status 0 "$tally" branch create orders@2 main
	expect_in out "orders 2 is on branch main; the head is 5"
	expect_status 0 "$tally" branch create orders@6 main
	[ "$(cat out)" = "orders 6 is on branch main" ]
	expect_status 0 "$tally" branch delete orders main --version 6
	expect_in out "head: 5"
	expect_status 0 "$tally" version delete orders@5
	expect_status 0 "$tally" branch show orders main --format json
	is_json out
	expect_in out "\"version\": \"4\""
	expect_status 0 "$tally" tag create orders@4 both
	expect_status 0 "$tally" tag create orders@3 both
	expect_in out "as a newer version has"
	expect_status 0 "$tally" tag delete orders@4 both
	expect_in out "the newest with it: 3"
	expect_status 0 "$tally" tag list orders
	expect_in out "both: 3"
	expect_not_in out "t5:"
	expect_status 0 "$tally" version list orders
	expect_not_in out "5, "
	git -C broker.git fsck --strict
'

test_expect_success 'a branch is deleted, its versions stay' '
	expect_status 0 "$tally" branch delete orders feature/x --dry-run
	expect_in out "branch would be deleted: feature/x" "versions that were on it: 1"
	expect_status 0 "$tally" branch show orders feature/x
	expect_status 0 "$tally" branch delete orders feature/x
	expect_status 1 "$tally" branch show orders feature/x
	expect_status 0 "$tally" version show orders@6
	expect_not_in out "branches"
	expect_status 0 "$tally" app update orders --main-branch main
	expect_status 1 "$tally" branch delete orders main
	expect_in err "is the main branch" --force
	expect_status 0 "$tally" branch delete --pacticipant orders --branch main --force
	expect_status 0 "$tally" branch list orders
	expect_empty out
'

test_expect_success 'what runs somewhere is deleted with a word of its own' '
	"$tally" environment create production --production
	expect_status 0 "$tally" tag create orders@6 production
	expect_in err "tally record-deployment"
	"$tally" record-deployment orders@6 --to production
	before=$(tip)
	expect_status 1 "$tally" version delete orders@6
	expect_empty out
	expect_in err "deployed to production" --force
	expect_status 1 "$tally" app delete orders
	expect_in err "6 is deployed to production"
	expect_status 0 "$tally" version delete orders@6 --dry-run
	expect_in out "version would be deleted: orders 6" "deployed to production"
	[ "$(tip)" = "$before" ]
	expect_status 0 "$tally" version delete orders@6 --force
	expect_in out "version deleted: orders 6" "deployed to production"
	expect_status 0 "$tally" environment show production
	expect_in out "nothing runs there"
	expect_status 0 "$tally" version show orders@6 --at "$before"
	expect_in out "deployed to production"
'

test_expect_success 'labels' '
	expect_status 0 "$tally" label add orders mobile
	expect_status 0 "$tally" label add --pacticipant orders --label team-a
	expect_status 0 "$tally" label list
	printf "mobile\nteam-a\n" | diff - out
	expect_status 0 "$tally" app list --label mobile
	expect_in out orders
	expect_not_in out fooBar
	expect_status 0 "$tally" label remove orders mobile
	expect_status 0 "$tally" label list orders
	[ "$(cat out)" = team-a ]
'

test_expect_success 'an application goes with all that is its own' '
	cat >contract.json <<-EOT
	{"consumer": {"name": "web"}, "provider": {"name": "orders"}, "interactions": [
	 {"description": "one", "request": {"method": "GET", "path": "/"}, "response": {"status": 200}}]}
	EOT
	"$tally" publish contract.json --version 1 --branch main
	expect_status 1 "$tally" app delete orders
	expect_in err "\"web\" has contracts with it"
	expect_status 0 "$tally" app delete orders --dry-run
	expect_in out "versions: 4" "contracts of others with it: 1" "consumers: web"
	expect_status 0 "$tally" app delete orders --force
	expect_status 1 "$tally" app show orders
	expect_status 0 "$tally" version show web@1
	expect_not_in out contract
	git -C broker.git ls-tree -r --name-only HEAD >files
	expect_not_in files apps/orders
	git -C broker.git fsck --strict
'

test_expect_success 'wrong use' '
	for group in app version branch tag label webhook; do
		expect_refused "\"$group\" needs one of its commands:" "$tally" "$group"
	done
	expect_refused "--pacticipant is missing" "$tally" app show
	expect_refused "unexpected \"b\"" "$tally" app show a b
	expect_refused "unexpected \"b\"" "$tally" app show --pacticipant a b
	expect_refused "--version is missing" "$tally" version delete web
	expect_refused "--version is missing" "$tally" tag delete web x
	expect_refused "leave one out" "$tally" version show web@1 --version 2
	expect_refused "expected a version" "$tally" version show web@
	expect_refused "give one of them" "$tally" version show web@1 --branch main
	expect_refused "--branch is missing" "$tally" branch show web
	expect_status 2 "$tally" app create "$(printf "a\tb")"
	expect_status 2 "$tally" label add web "$(printf "%01100d" 0)"
'

test_done
