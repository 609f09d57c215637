#!/bin/sh
# Names as nobody would give them, wherever a command takes one: kept as they are, or refused.
# shellcheck disable=SC2016,SC2034,SC2119,SC2154,SC2317 # the scripts are expanded later; the libraries set the rest
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"
# shellcheck source=tests/servers/broker.sh
. "$TALLY_SRCDIR/tests/servers/broker.sh"

TALLY_BROKER=$broker
export TALLY_BROKER
new_broker

# What paths, git, shells, file systems, our own store and our own options might take for something else.
cat >names <<'EOT'
.
..
/
a/b
../../../tally.json
.git
git~1
CON
a:b
a\b
a.lock
@{-1}
@
a@b
--
-rf
--help
--broker=elsewhere
$(touch pwned)
'; touch pwned; '
" & touch pwned & "
*
{#}
%s%n%n
%2e%2e
%-
^a
a b
 leading
trailing 
latest
current
tally.json
名前
😀
<script>alert(1)</script>
EOT
# Two ways to write one letter, and as long as may be.
printf 'caf\303\251\ncafe\314\201\n' >>names
awk 'BEGIN { while (length(name) < 1024) name = name "x"; print name; sub(/x$/, "y", name); print name }' \
	>>names

escaped() { # TEXT: as a JSON string has it
	printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}
# The next command that is advised goes to a shell: with the name as one word in it.
expect_safe_advice() { # NAME
	sed -n 's/^ *next: //p' out >advice
	[ -s advice ]
	(
		PROVIDER_URL=http://127.0.0.1:1
		tally() { for word; do printf '%s\n' "$word"; done; }
		: >words
		while read -r line; do
			eval "$line" >>words
		done <advice
	)
	grep -qF -e "$1" words
	[ ! -e pwned ]
}

# all_commands NAME: it stands for everything that has a name.
all_commands() {
	json=$(escaped "$1")
	contract contract.json "consumer=$json" "provider=$json"
	expect_status 0 "$tally" publish contract.json "--version=$1" "--branch=$1" "--tag=$1" --format json
	expect_in out "\"consumer\": \"$json\"" "\"version\": \"$json\"" "\"provider\": \"$json\""
	expect_status 0 "$tally" environment create "--name=$1" "--display-name=$1"
	expect_status 0 "$tally" record-deployment "--pacticipant=$1" "--version=$1" "--to=$1" \
		"--application-instance=$1"
	expect_status 0 "$tally" record-release "--pacticipant=$1" "--version=$1" "--to=$1"
	expect_status 0 "$tally" environment show --format json -- "$1"
	expect_in out "\"name\": \"$json\"" "\"version\": \"$json\"" "\"instance\": \"$json\"" \
		"\"application\": \"$json\""
	expect_status 1 "$tally" can-i-deploy "--pacticipant=$1" "--version=$1" "--to=$1"
	expect_safe_advice "$1"
	expect_status 1 "$tally" can-i-deploy "--pacticipant=$1" "--branch=$1" "--to-environment=$1" -o json
	expect_in out "\"name\": \"$json\""
	expect_status 0 "$tally" matrix "--pacticipant=$1" "--tag=$1" -o json
	expect_in out "$json"
	expect_status 0 "$tally" record-support-ended "--pacticipant=$1" "--version=$1" "--to=$1"
	expect_status 0 "$tally" record-undeployment "--pacticipant=$1" "--to=$1" "--application-instance=$1"
	expect_status 0 "$tally" environment update "--name=$1" --production -- "$1"
}
test_expect_success 'names of all kinds are kept as they are, by every command' '
	while IFS= read -r name; do
		printf "name: %s\n" "$name"
		all_commands "$name"
	done <names
	[ ! -e pwned ]
	expect_status 0 "$tally" environment list --format json
	sort -u names | while IFS= read -r name; do
		expect_in out "\"name\": \"$(escaped "$name")\""
	done
	expect_status 0 "$tally" log --format json
	is_json out
'
test_expect_success 'the repository is sound, and can be checked out anywhere' '
	expect_sound "$broker"
	git -c core.protectNTFS=true -c core.protectHFS=true clone -q "$broker" anywhere
	# As many applications as names, also where the case of letters does not count.
	git -C anywhere ls-tree --name-only main apps/ | LC_ALL=C sort -f -u >applications
	[ "$(wc -l <applications)" -eq "$(sort -u names | wc -l)" ]
	expect_no_lines git -C anywhere status --porcelain
'
test_expect_success 'environments go by name again, whatever it is' '
	sort -u names | while IFS= read -r name; do
		expect_status 0 "$tally" environment delete -- "$name"
	done
	expect_status 0 "$tally" environment list --format json
	expect_in out production
	expect_not_in out passwd
	expect_sound "$broker"
'

# Refused: nothing that cannot be seen, that looks like something else, or is too long.
mkdir bad
printf ' ' >bad/blank
printf 'a\nb' >bad/line
printf 'a\033[31mb' >bad/escape
printf 'a\377b' >bad/no-utf8
printf 'a\355\240\200b' >bad/surrogate
printf 'a\300\257b' >bad/overlong
printf 'a\342\200\256b' >bad/right-to-left
printf '\357\273\277a' >bad/byte-order-mark
awk 'BEGIN { while (length(name) < 1025) name = name "x"; printf "%s", name }' >bad/long
awk 'BEGIN { while (length(name) < 100000) name = name "xxxxxxxxxx"; printf "%s", name }' >bad/longer

contract good.json
# refused COMMAND...: in words, and with nothing on standard output.
refused() {
	expect_status 2 "$tally" "$@"
	expect_empty out
	expect_in err "tally: "
}
expect_unchanged() {
	[ "$(git -C "$broker" rev-parse main)" = "$tip" ]
}
test_expect_success 'what cannot be seen or is too long is refused, by every command' '
	expect_status 0 "$tally" publish good.json --version 1 --branch main
	tip=$(git -C "$broker" rev-parse main)
	for file in bad/*; do
		name=$(cat "$file"; echo .) name=${name%.}
		echo "$file"
		refused publish good.json --version="$name"
		refused publish good.json --version 2 --branch="$name"
		refused publish good.json --version 2 --tag="$name"
		refused environment create --name="$name"
		refused environment update --name="$name" -- production
		refused record-deployment --pacticipant="$name" --version 1 --to production
		refused record-deployment --pacticipant web-shop --version="$name" --to production
		refused record-deployment --pacticipant web-shop --version 1 --to="$name"
		refused record-deployment --pacticipant web-shop --version 1 --to production \
			--application-instance="$name"
		refused record-release --pacticipant web-shop --version 1 --to="$name"
		refused can-i-deploy --pacticipant="$name" --version 1 --to production
		refused can-i-deploy --pacticipant web-shop --version="$name" --to production
		refused can-i-deploy --pacticipant web-shop --branch="$name" --to production
		refused can-i-deploy --pacticipant web-shop --version 1 --to-environment="$name"
		refused matrix --pacticipant web-shop --tag="$name"
		refused log -- "$name"
		[ "$(wc -c <err)" -lt 2000 ]
	done
	expect_unchanged
'
test_expect_success 'the same in contracts' '
	tip=$(git -C "$broker" rev-parse main)
	for escape in " " "a\\\\nb" "a\\\\tb" "a\\\\u001bb" "a\\\\u202eb" "a\\\\u200bb" "a\\\\ufeffb" ""; do
		for side in consumer provider; do
			contract bad.json "$side=$(printf "$escape")"
			refused publish bad.json --version 2
		done
	done
	for file in bad/no-utf8 bad/overlong bad/surrogate bad/long; do
		contract bad.json "consumer=$(cat $file)"
		refused publish bad.json --version 2
	done
	expect_unchanged
'
test_done
