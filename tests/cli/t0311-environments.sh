#!/bin/sh
# tally environment update and delete; tally record-deployment, record-undeployment, record-release
# and record-support-ended
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

TALLY_BROKER=broker.git
export TALLY_BROKER

commits() {
	git -C broker.git rev-list --count HEAD
}

# uuid_in FILE: the first identifier in an answer
uuid_in() {
	sed -n "s/.*\"uuid\": \"\([0-9a-f-]*\)\".*/\1/p" "$1" | head -n 1
}

test_expect_success 'a broker with two versions' '
	"$tally" broker init broker.git
	contract one.json
	"$tally" publish one.json --version 1.0.0 --branch main
	"$tally" publish one.json --version 1.1.0 --branch main
	"$tally" environment create test
	"$tally" environment create production --production
'

test_expect_success 'the options of Pact: name, contact, identifier' '
	expect_status 0 "$tally" environment create --name uat --display-name UAT \
		--contact-name Team --contact-email-address t@example.org --format json
	is_json out
	expect_in out "\"emailAddress\": \"t@example.org\"" "\"displayName\": \"UAT\""
	uuid=$(uuid_in out)
	expect_status 0 "$tally" environment show --uuid "$uuid"
	expect_in out uat "contact: Team, emailAddress: t@example.org"
	expect_status 0 "$tally" environment update --uuid "$uuid" --display-name "UAT 2" --production
	expect_in out "uat (production): UAT 2"
	expect_status 0 "$tally" environment update uat --no-production
	expect_status 0 "$tally" environment show uat
	expect_in out "uat: UAT 2" "contact: Team"
	expect_status 0 "$tally" environment delete --uuid "$uuid"
	expect_in out "environment deleted: uat"
	expect_status 1 "$tally" environment show --uuid "$uuid"
	expect_in err "$uuid"
'

test_expect_success 'deployed, replaced, undeployed' '
	expect_status 0 "$tally" record-deployment web-shop@1.0.0 --to test
	expect_status 0 "$tally" record-deployment web-shop@1.0.0 --to test --target blue
	expect_in out "web-shop 1.0.0 runs in test, instance blue"
	before=$(commits)
	expect_status 0 "$tally" record-deployment web-shop@1.0.0 --to test
	[ "$(commits)" -eq "$before" ]
	expect_status 0 "$tally" record-deployment --pacticipant web-shop --version 1.1.0 \
		--environment test
	expect_in out "web-shop 1.1.0 runs in test, in place of 1.0.0"
	expect_status 0 "$tally" environment show test
	expect_in out "web-shop 1.1.0, since" "web-shop 1.0.0, instance blue, since"
	expect_status 1 "$tally" record-undeployment web-shop@1.0.0 --from test
	expect_in err "web-shop 1.0.0 is not deployed in test: 1.1.0 is"
	expect_status 0 "$tally" record-undeployment web-shop --from test
	expect_in out "web-shop 1.1.0 does not run in test any more"
	expect_status 1 "$tally" record-undeployment -a web-shop --environment test
	expect_empty out
	expect_in err "web-shop is not deployed in test" "instance \"blue\""
	expect_status 0 "$tally" record-undeployment web-shop --to test --application-instance blue \
		--format json
	is_json out
	expect_in out "\"currentlyDeployed\": false" "\"undeployedAt\":"
'

test_expect_success 'released side by side, until support ends' '
	expect_status 0 "$tally" record-release web-shop@1.0.0 --to production
	expect_in out "web-shop 1.0.0 is released in production"
	expect_status 0 "$tally" record-release web-shop@1.1.0 --to production --format json
	expect_in out "\"status\": \"created\"" "\"currentlySupported\": true"
	before=$(commits)
	expect_status 0 "$tally" record-release web-shop@1.1.0 --to production --format json
	expect_in out "\"status\": \"unchanged\""
	[ "$(commits)" -eq "$before" ]
	expect_status 0 "$tally" environment show production
	expect_in out "web-shop 1.0.0, released, since" "web-shop 1.1.0, released, since"
	expect_status 0 "$tally" record-support-ended web-shop@1.0.0 --in production
	expect_in out "web-shop 1.0.0 is not supported in production any more"
	expect_status 1 "$tally" record-support-ended -a web-shop -e 1.0.0 --environment production
	expect_in err "its support ended at"
	expect_status 0 "$tally" environment show production
	expect_not_in out 1.0.0
	expect_status 0 "$tally" record-release web-shop@1.0.0 --to production --format json
	expect_in out "\"status\": \"resumed\""
'

test_expect_success 'a released provider counts: it has to honour the contract' '
	contract of-web.json consumer=portal provider=web-shop
	"$tally" publish of-web.json --version 1 --branch main
	expect_status 1 "$tally" can-i-deploy portal@1 --to test
	expect_in out absent
	"$tally" record-release web-shop@1.0.0 --to test
	expect_status 1 "$tally" can-i-deploy portal@1 --to test
	expect_in out "waiting" "web-shop 1.0.0"
'

test_expect_success 'a new name: what is live goes along' '
	"$tally" record-deployment web-shop@1.0.0 --to production
	expect_status 0 "$tally" environment update production --name live
	expect_in out "environment is now: live (production)"
	expect_status 1 "$tally" environment show production
	expect_status 0 "$tally" environment show live
	expect_in out "web-shop 1.0.0, since" "web-shop 1.1.0, released, since"
	expect_status 1 "$tally" environment update live --name test
	expect_in err "there is an environment \"test\" already"
'

test_expect_success 'deleted: what is there ends, in one commit; --at still knows' '
	before=$(git -C broker.git rev-parse HEAD)
	expect_status 0 "$tally" environment delete live
	expect_in out "environment deleted: live (production)" "web-shop 1.0.0, since" ", until "
	[ "$(git -C broker.git rev-parse HEAD~1)" = "$before" ]
	expect_status 0 "$tally" environment show live --at "$before"
	expect_in out "web-shop 1.0.0, since"
	git -C broker.git fsck --strict
	expect_no_lines git -C broker.git ls-tree -r --name-only HEAD environments/live
'

test_expect_success 'wrong use' '
	expect_refused "NAME is missing" "$tally" environment show
	expect_refused "not both" "$tally" environment show test --uuid 1
	expect_refused "nothing to change" "$tally" environment update test
	expect_refused "not both" "$tally" environment update test --production --no-production
	expect_refused "--contact-name is missing" \
		"$tally" environment update test --contact-email-address a@example.org
	expect_refused "--to is missing" "$tally" record-release web-shop@1.0.0
	expect_refused "--version is missing" "$tally" record-support-ended web-shop --in test
	expect_refused "APP[@VERSION] is missing" "$tally" record-undeployment --to test
	expect_refused "leave one out" "$tally" record-undeployment web-shop@1 --version 1 --to test
	expect_refused "unknown option --at" "$tally" record-release web-shop@1 --to test --at HEAD
	for command in record-release record-support-ended record-deployment; do
		expect_status 1 "$tally" "$command" web-shop@9 --to test
		expect_in err "no version \"9\" of \"web-shop\""
		expect_status 1 "$tally" "$command" web-shop@1.0.0 --to nowhere
		expect_in err "no environment \"nowhere\""
	done
'

test_done
