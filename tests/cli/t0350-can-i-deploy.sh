#!/bin/sh
# tally can-i-deploy and tally matrix: every way to name versions and places, retries, dry runs
# shellcheck disable=SC2016,SC2154 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

TALLY_BROKER=broker.git
export TALLY_BROKER

# bare FILE CONSUMER PROVIDER: a contract that asks nothing
bare() {
	printf '{"consumer":{"name":"%s"},"provider":{"name":"%s"},"interactions":[],' "$2" "$3" >"$1"
	printf '"metadata":{"pactSpecification":{"version":"2.0.0"}}}\n' >>"$1"
}

test_expect_success 'a broker with a shop, a service and a billing' '
	expect_status 0 "$tally" broker init broker.git
	expect_status 0 "$tally" environment create production --production
	expect_status 0 "$tally" environment create test
	contract web.json
	bare billing.json orders billing
	expect_status 0 "$tally" publish web.json --version 1 --branch main --tag live
	expect_status 0 "$tally" publish web.json --version 2 --branch feature
	expect_status 0 "$tally" publish billing.json --version 7 --branch main
	start_server "$TALLY_BUILDDIR/doc/examples/provider"
	expect_status 0 "$tally" verify --provider orders --provider-url "$url" \
		--state-change-url "$url/provider-states" --publish --provider-version 7 --provider-branch main \
		--provider-tag live
	stop_server
	expect_status 0 "$tally" record-deployment orders@7 --to production
'

test_expect_success 'versions by number, branch, main branch, latest, tag and environment' '
	for which in "web-shop@1" "--pacticipant web-shop --version 1" "web-shop --branch main" \
		"web-shop --main-branch" "web-shop --latest live" "-a web-shop -l live" "web-shop --tag live"; do
		expect_status 0 "$tally" can-i-deploy $which --to production
		expect_in out "web-shop 1 with orders 7"
		expect_not_in out "web-shop 2"
	done
	for which in "web-shop --branch feature" "web-shop --latest" "-l -a web-shop"; do
		[ "$which" != "-l -a web-shop" ] || {
			expect_refused "of which application" "$tally" can-i-deploy $which --to production
			continue
		}
		expect_status 0 "$tally" can-i-deploy $which --to production
		expect_in out "web-shop 2 with orders 7" "warning: another version may be the newest"
	done
	expect_status 0 "$tally" can-i-deploy -a orders --deployed-in production -a web-shop -e 1
	expect_in out "yes: every version of orders in production (7) and web-shop 1 work together"
'

test_expect_success 'places by environment, tag, branch, main branch and latest' '
	for where in "--to production" "--to-environment production" "--environment production" "--to live" \
		"--to-tag live" "--to-branch main" "--to-main-branch" "--to-latest"; do
		expect_status 0 "$tally" can-i-deploy web-shop@1 $where
		expect_in out "web-shop 1 with orders 7"
	done
	expect_status 1 "$tally" can-i-deploy web-shop@1 --to nowhere
	expect_in err nowhere
	expect_status 1 "$tally" can-i-deploy web-shop@1 --to-environment live
	expect_status 2 "$tally" can-i-deploy web-shop@1 --to production --to-tag live
	expect_in err "one place alone"
'

test_expect_success 'what is compared: two versions, and what is not there' '
	expect_status 0 "$tally" can-i-deploy web-shop@1 orders@7
	expect_in out "yes: web-shop 1 and orders 7 work together"
	expect_status 1 "$tally" can-i-deploy web-shop@1 orders@8
	expect_in out "nothing is known of orders 8" "next: tally verify --provider orders" "--provider-version 8"
	expect_status 1 "$tally" can-i-deploy web-shop --branch gone --to production
	expect_in out "the head of branch gone of web-shop (there is none)" "next: tally version list web-shop"
	expect_refused "--to is missing" "$tally" can-i-deploy web-shop@1
'

test_expect_success 'what if' '
	expect_status 1 "$tally" can-i-deploy web-shop@1 --to test
	expect_in out "absent  web-shop 1 with orders" "next: tally can-i-deploy orders@7 --to test"
	expect_status 0 "$tally" can-i-deploy web-shop@1 --to test --assume orders@7
	expect_in out "assuming that orders 7 is deployed in test"
	expect_status 0 "$tally" can-i-deploy web-shop@1 --to test --assume orders@7 deployed
	expect_status 0 "$tally" can-i-deploy web-shop@1 --to test --assume "orders@7 released"
	expect_status 0 "$tally" can-i-deploy web-shop@1 --to test --assume "orders@7 deployed as blue"
	expect_in out "(instance blue)"
	expect_status 1 "$tally" can-i-deploy web-shop@1 --to production --assume "orders gone"
	expect_in out "assuming that no version of orders is there in production" "absent"
	expect_refused "APP gone" "$tally" can-i-deploy web-shop@1 --to test --assume orders
	expect_refused "in quotes" "$tally" can-i-deploy web-shop@1 --to test --assume orders@7 \
		--assume billing@1 deployed
	expect_status 1 "$tally" can-i-deploy web-shop@1 --to test --assume orders@99
	expect_status 1 "$tally" can-i-deploy web-shop@1 --to test
'

test_expect_success 'what is ignored is said' '
	expect_status 0 "$tally" can-i-deploy web-shop@1 --to test --ignore orders
	expect_in out "ignored web-shop 1 with orders" "on purpose" "all that is needed is ignored"
	expect_status 0 "$tally" can-i-deploy web-shop@1 --to production --ignore orders --version 7 --format json
	expect_in out "\"verdict\": \"ignored\"" "\"otherwise\": \"ok\"" "\"ignored\": 1"
	expect_status 0 "$tally" can-i-deploy web-shop@1 --to production --ignore orders@99
	expect_in out "warning: there is nothing to ignore in orders 99"
'

test_expect_success 'a contract that asks nothing says so' '
	expect_status 1 "$tally" can-i-deploy orders@7 --to test
	expect_in out "absent  orders 7 with billing"
	expect_status 0 "$tally" publish billing.json --version 8
	bare other.json billing ledger
	expect_status 0 "$tally" publish other.json --version 1
	expect_status 0 "$tally" can-i-deploy orders@8 billing@1
	expect_in out "nothing had to pass" "has no interactions" "ask nothing that has to pass"
	expect_status 0 "$tally" can-i-deploy orders@8 billing@1 -o json
	expect_in out "\"empty\": true" "\"warning\""
'

test_expect_success 'asks again while results are missing, and no more once one is broken' '
	expect_status 0 "$tally" publish web.json --version 3
	expect_status 0 "$tally" can-i-deploy web-shop@3 --to production --retry-while-unknown 3 --retry-interval 0
	expect_empty err
	expect_status 1 "$tally" can-i-deploy web-shop@1 --to test --retry-while-unknown 2 --retry-interval 0
	[ "$(grep -c "1 result is not known yet: asking again" err)" -eq 2 ]
	# Of app, one provider fails and the other is not there.
	contract failing.json consumer=app
	sed -i "s|/orders/42|/nothing|" failing.json
	bare absent.json app ledger
	expect_status 0 "$tally" publish failing.json absent.json --version 1
	start_server "$TALLY_BUILDDIR/doc/examples/provider"
	expect_status 1 "$tally" verify --provider orders --provider-url "$url" --filter-consumer app \
		--state-change-url "$url/provider-states" --publish --provider-version 7
	stop_server
	expect_status 1 "$tally" can-i-deploy app@1 --to production --retry-while-unknown 9 --retry-interval 600
	expect_in out "broken  app 1 with orders 7" "absent  app 1 with ledger"
	expect_empty err
	# Whoever waits sees what others record.
	"$tally" can-i-deploy web-shop@1 --to test --retry-while-unknown 600 --retry-interval 1 >waiting 2>&1 &
	waiting=$!
	until grep -q "asking again" waiting; do sleep 0.1; done
	expect_status 0 "$tally" record-deployment orders@7 --to test
	wait "$waiting"
	expect_in waiting "yes: web-shop 1 can be deployed to test"
'

test_expect_success 'a dry run leaves with 0, and says what it would be' '
	expect_status 0 "$tally" can-i-deploy web-shop@99 --to production --dry-run
	expect_in out "no: web-shop 99"
	expect_in err "the exit status is 0, and would be 1"
	expect_status 0 env PACT_BROKER_CAN_I_DEPLOY_DRY_RUN=true "$tally" can-i-deploy web-shop@99 --to production
	expect_status 2 "$tally" can-i-deploy web-shop@99 --dry-run
'

test_expect_success 'the matrix' '
	expect_status 0 "$tally" matrix web-shop@1
	expect_in out "CONSUMER  VERSION  PROVIDER  VERSION  VERDICT  ANSWERED" "web-shop  1        orders    7        ok"
	expect_status 0 "$tally" matrix web-shop
	[ "$(grep -c "^web-shop" out)" -eq 3 ]
	expect_status 0 "$tally" matrix web-shop --limit 1
	[ "$(grep -c "^web-shop" out)" -eq 1 ]
	expect_in err "there may be more"
	expect_status 0 "$tally" matrix orders@7 --format json
	is_json out
	expect_in out "\"branchVersions\"" "\"environments\"" "\"uuid\""
	expect_not_in out "\"summary\""
	expect_status 3 "$tally" matrix web-shop --only failed
	expect_status 3 "$tally" matrix web-shop@99
	expect_in err "nothing is known of web-shop 99"
	expect_status 1 "$tally" matrix nobody
	expect_refused "expected success or failed or unknown" "$tally" matrix web-shop --only good
'

test_expect_success 'every version on a branch, and what was answered in part' '
	expect_status 0 "$tally" publish web.json --version 4 --branch main
	start_server "$TALLY_BUILDDIR/doc/examples/provider"
	expect_status 0 "$tally" verify --provider orders --provider-url "$url" --filter-consumer web-shop \
		--state-change-url "$url/provider-states" --publish --provider-version 9 --provider-branch main
	stop_server
	expect_status 0 "$tally" matrix orders --branch main
	expect_in out "orders    9" "orders    7"
	expect_status 0 "$tally" matrix -a web-shop --branch main
	expect_in out "web-shop  4" "web-shop  1"
	expect_status 3 "$tally" matrix ledger
	expect_in err "none of these versions was verified with another yet"
'

test_expect_success 'what was said then is no advice for today' '
	commit=$(git -C broker.git rev-parse HEAD)
	expect_status 0 "$tally" can-i-deploy web-shop@1 --to production
	expect_in out "next: tally record-deployment web-shop@1"
	expect_status 0 "$tally" can-i-deploy web-shop@1 --to production --at "$commit"
	expect_in out "as of $commit"
	expect_not_in out "($(printf %.10s "$commit"))" "next: tally record-deployment"
'

test_expect_success 'a record that is damaged is named, and is no option' '
	expect_status 0 git clone -q broker.git clone
	sed -i "s/\"name\": *\"production\"/\"name\": \"other\"/" clone/environments/production/environment.json
	expect_status 0 git -C clone -c user.name=a -c user.email=a@example.org commit -qam damage
	expect_status 0 git clone -q --bare clone damaged.git
	expect_status 2 "$tally" can-i-deploy web-shop@1 --to production --broker damaged.git
	expect_in err "environments/production/environment.json"
'

test_expect_success 'wrong use' '
	expect_status 1 "$tally" can-i-deploy web-shop@1 --to nowhere
	expect_in err "no version has a tag of that name either"
	expect_refused "deployed as" "$tally" can-i-deploy web-shop@1 --to test --assume "orders@7 deployd"

	expect_refused "leave one out" "$tally" can-i-deploy web-shop@1 --pacticipant orders --to test
	expect_refused "leave one out" "$tally" can-i-deploy -a web-shop -e 1 -e 2 --to test
	expect_refused "takes no value" "$tally" can-i-deploy web-shop --main-branch=yes --to test
	expect_status 2 "$tally" can-i-deploy web-shop@1 --latest --to test
	expect_in err "cannot be asked for together"
	expect_status 2 "$tally" can-i-deploy orders@7 web-shop@1 --branch main --to test
	expect_in err "of which application"
'

test_done
