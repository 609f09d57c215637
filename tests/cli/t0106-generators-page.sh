#!/bin/sh
# The examples of doc/generators.md
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

page=$TALLY_SRCDIR/doc/generators.md
# shellcheck disable=SC2034 # the scripts use it
now=2024-02-28T12:30:15+01:00
state='{"id": 7, "name": "Ann", "price": 12.50, "big": 12345678901234567890}'
# shellcheck disable=SC2034 # the scripts use it
context='{"providerState": '$state', "mockServer": {"url": "http://mock.example:8080"}}'

# The rows of tables whose first cell begins like this, as "cell<TAB>cell"; \| is a bar.
rows() {
	sed -n "s/^| \`\($1.*\)\` | \`\(.*\)\` |\$/\1	\2/p" "$page" | sed "s/\\\\|/|/g"
}

# DEFINITION >FILE: a message with a generator.
message() {
	printf '{"contents": {"content": {"a": null}}, "generators": {"body": {"$.a": %s}}}\n' "$1"
}

test_expect_success 'definitions give the values that the page shows' '
	rows "{\"type\"" >rows
	[ "$(wc -l <rows)" -ge 30 ]
	while IFS="	" read -r definition value; do
		mode=consumer
		case $definition in *ProviderState*) mode=provider ;; esac
		message "$definition" >message.json
		expect_status 0 "$tally" generate message message.json --mode $mode --seed 1 --now $now \
			--context "$context"
		sed -n "s/^ *\"a\": //p" out >value
		if [ "$(cat value)" != "$value" ]; then
			echo "# $definition" "$(cat value)" "$value" >&2
			exit 1
		fi
	done <rows
'

test_expect_success 'expressions give the dates that the page shows' '
	rows "[a-z+@]" >rows
	[ "$(wc -l <rows)" -ge 15 ]
	while IFS="	" read -r expression value; do
		message "{\"type\": \"DateTime\", \"format\": \"yyyy-MM-dd HH:mm:ss\", \"expression\": \"$expression\"}" \
			>message.json
		expect_status 0 "$tally" generate message message.json --seed 1 --now $now
		expect_in out "\"$value\""
	done <rows
'

test_done
