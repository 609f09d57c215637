#!/bin/sh
# Full disks, repositories that may only be read or are no brokers, broken objects and branches: an
# error that names the place, and everything else is still there.
# shellcheck disable=SC2016,SC2034,SC2119,SC2154 # the scripts are expanded later; the libraries set the rest
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"
# shellcheck source=tests/servers/broker.sh
. "$TALLY_SRCDIR/tests/servers/broker.sh"

contract contract.json
new_broker
"$writer" "$broker" a mixed 9 >told.a
version_1=$(git -C "$broker" ls-tree -r --name-only main | grep 'web-shop/.*/a\.1/version\.json$')

# What commands say of a repository; VERSION is what is published.
decide() { "$tally" can-i-deploy --pacticipant web-shop --version a.1 --to production --broker "$1"; }
list() { "$tally" environment list --broker "$1"; }
publish() { "$tally" publish contract.json --version "$2" --broker "$1"; }

# expect_all_refused STATUS REPOSITORY TEXT...: by each of them, in these words.
expect_all_refused() {
	refused_with=$1 refused_by=$2
	shift 2
	for command in decide list publish; do
		expect_status "$refused_with" "$command" "$refused_by" refused
		expect_empty out
		expect_in err "$@"
	done
}

# elsewhere COMMAND...: with mounts of its own, if this system lets us have them.
elsewhere() {
	if [ "$(id -u)" -eq 0 ]; then unshare -m "$@"; else unshare -rm "$@"; fi
}
mkdir mounted
if elsewhere mount -t tmpfs none "$PWD/mounted" 2>/dev/null; then
	cat >full.sh <<-'EOT'
		# A full disk, with as many pages left as $1 says; what happens goes to files outside of it.
		set -eu
		. "$TALLY_SRCDIR/tests/servers/broker.sh"
		mount -t tmpfs -o size=1m none mounted
		cp -r "$broker" mounted/broker
		for pages in 0 1 2 3 4 5 6 7 8; do
			dd if=/dev/zero of=mounted/filler bs=1024 2>/dev/null || :
			truncate -s $(($(wc -c <mounted/filler) - pages * 4096)) mounted/filler
			status=0
			"$tally" publish contract.json --version "full.$pages" --broker mounted/broker \
				>"full.out.$pages" 2>"full.err.$pages" || status=$?
			echo "$pages $status"
			[ "$status" -ne 0 ] || echo "/full.$pages/publications/orders.json" >>told.full
			"$tally" environment list --broker mounted/broker >"full.list.$pages"
			git -C mounted/broker fsck --strict --no-dangling >&2
			rm mounted/filler
		done
		"$tally" publish contract.json --version full.after --broker mounted/broker >&2
		echo /full.after/publications/orders.json >>told.full
		cp -r mounted/broker after
	EOT
	test_expect_success 'a full disk is told with the file, and loses nothing' '
		tally=$tally scratch=$scratch elsewhere sh full.sh >statuses
		# With next to no room it is refused, and with a little more it works.
		expect_in statuses "0 4"
		expect_in statuses "8 0"
		awk "\$2 != 0 && \$2 != 4 { exit 1 }" statuses
		for pages in $(awk "\$2 != 0 { print \$1 }" statuses); do
			expect_in "full.err.$pages" "No space left on device; make room and try again" \
				"$PWD/mounted/broker/"
			expect_empty "full.out.$pages"
			expect_in "full.list.$pages" production
		done
		expect_told after told.a told.full
		expect_sound after
	'
	test_expect_success 'a disk that may only be read answers, and takes nothing' '
		cp -r "$broker" read-only
		cat >read-only.sh <<-EOT
			mount --bind read-only read-only && mount -o remount,bind,ro read-only || exit 99
			"$tally" publish contract.json --version x --broker read-only
			echo \$? >read-only.status
			exec "$tally" environment list --broker read-only
		EOT
		expect_status 0 elsewhere sh read-only.sh
		[ "$(cat read-only.status)" -eq 4 ]
		expect_in err "$PWD/read-only/" "Read-only file system"
		expect_in out production
	'
else
	test_skip 'a full disk is told with the file, and loses nothing' 'nothing can be mounted here'
	test_skip 'a disk that may only be read answers, and takes nothing' 'nothing can be mounted here'
fi

if [ "$(id -u)" -ne 0 ]; then
	test_expect_success 'a repository without the right to write answers, and takes nothing' '
		cp -r "$broker" locked
		chmod -R a-w locked
		expect_status 4 publish locked x
		expect_in err "$PWD/locked/" "Permission denied"
		expect_status 0 list locked
		chmod -R u+w locked
	'
fi

# However a file cannot grow: everybody has this limit.
test_expect_success 'files that may not grow are told, and lose nothing' '
	cp -r "$broker" limited
	refused=0
	for blocks in 0 1 2 4; do
		status=0
		# The signal is ignored, so that the system call fails.
		sh -c "trap \"\" XFSZ; ulimit -f $blocks; exec \"\$@\"" sh \
			"$tally" publish contract.json --version "limited.$blocks" \
			--broker limited 2>err | cat >out || :
		if [ -s err ]; then
			refused=$((refused + 1))
			expect_empty out
			expect_in err "$PWD/limited/" "File too large"
		fi
	done
	[ "$refused" -gt 0 ]
	expect_status 0 publish limited limited.after
	expect_told limited told.a
	expect_sound limited
'

test_expect_success 'what is no broker is told so, and stays as it is' '
	mkdir folder
	git init -q --bare --initial-branch=main bare.git
	git init -q --initial-branch=main work-tree
	echo text >file
	expect_all_refused 2 folder "folder: not a git repository" "tally broker init"
	expect_all_refused 2 file "file: not a git repository"
	expect_all_refused 2 nowhere nowhere
	expect_all_refused 2 bare.git "this git repository is not a broker" "tally broker init"
	git -C work-tree -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m x
	expect_all_refused 2 work-tree "this git repository is not a broker"
	[ ! -e folder/HEAD ] && [ ! -e nowhere ] && [ ! -e bare.git/refs/heads/main ]
	[ "$(git -C work-tree rev-list --count main)" -eq 1 ]
'

# branch_at NAME TEXT: a copy whose branch says this.
branch_at() {
	rm -rf "$1"
	cp -r "$broker" "$1"
	printf "%s" "$2" >"$1/refs/heads/main"
}
nowhere=0123456789012345678901234567890123456789
test_expect_success 'a branch that points nowhere is told, and not founded upon' '
	record=$(git -C "$broker" rev-parse main:tally.json)
	branch_at lost "$nowhere"
	expect_all_refused 4 lost "$PWD/lost/" "the branch main points to" "$nowhere" "git fsck"
	branch_at lost "$record"
	expect_all_refused 4 lost "$PWD/lost/" "the branch main points to" "$record"
	for text in "" nonsense "ref: refs/heads/main"; do
		branch_at lost "$text"
		expect_all_refused 4 lost "$PWD/lost/" "cannot read the branch main"
	done
	branch_at lost ""
	rm lost/refs/heads/main
	expect_all_refused 2 lost "the branch is lost" "git fsck --lost-found"
	expect_status 1 "$tally" broker init lost
	git -C lost update-ref refs/heads/main "$(git -C "$broker" rev-parse main)"
	expect_status 0 publish lost again
	expect_sound lost
'

# loose NAME: a copy with each object in a file of its own; object NAME PATH: that file.
loose() {
	rm -rf "$1"
	cp -r "$broker" "$1"
	mv "$1/objects/pack" "$1/packs"
	mkdir "$1/objects/pack"
	for pack in "$1"/packs/*.pack; do
		git -C "$1" unpack-objects -q <"$pack"
	done
	rm -rf "$1/packs"
	chmod -R u+w "$1/objects"
}
object() {
	echo "$1/objects/$(git -C "$1" rev-parse "main:$2" | sed "s,..,&/,")"
}
test_expect_success 'a broken object stops what needs it, with the path, and nothing else' '
	loose objects
	other=$(object objects tally.json)
	for damage in "rm -f" ": >" "echo garbage >" "cat $other >"; do
		loose objects
		eval "$damage \"$(object objects "$version_1")\""
		expect_status 4 decide objects
		expect_in err "$version_1: this record of the broker cannot be read"
		expect_empty out
		expect_status 0 list objects
		expect_in out production
		expect_status 0 "$tally" log --broker objects
		expect_status 0 publish objects more
	done
'
test_expect_success 'a broken folder stops what is in it, and nothing else' '
	loose objects
	rm "$(object objects apps/web-shop)"
	expect_status 4 decide objects
	expect_in err "apps/web-shop/" "git fsck"
	expect_status 4 publish objects more
	expect_in err "apps/web-shop/"
	expect_status 0 list objects
	expect_in out production
'
test_expect_success 'a pack with a byte that changed is found out, and nothing is made up' '
	cp -r "$broker" flipped
	git -C flipped repack -q -a -d -f 2>/dev/null || :
	rm -f flipped/objects/pack/*.keep
	git -C flipped repack -q -a -d
	chmod -R u+w flipped/objects
	pack=$(echo flipped/objects/pack/*.pack)
	cp "$pack" good.pack
	decide "$broker" | sed "s,$broker,flipped," >decided
	bytes=$(wc -c <good.pack) refused=0
	for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
		cp good.pack "$pack"
		next_random "$bytes"
		printf "\\377\\0\\377" | dd of="$pack" bs=1 seek="$random" conv=notrunc 2>/dev/null
		status=0
		decide flipped >out 2>err || status=$?
		# Either it was not in the way, or it is told.
		case $status in
		1) cmp decided out ;;
		*) expect_empty out && expect_in err "tally: " && refused=$((refused + 1)) ;;
		esac
		[ "$status" -ne 70 ] && [ "$status" -lt 100 ]
	done
	[ "$refused" -gt 0 ]
'

# edit REPOSITORY PATH SED-SCRIPT: as somebody does by hand, in a clone.
edit() {
	rm -rf edited
	git clone -q "$1" edited
	sed "$3" "edited/$2" >edited.json
	if cmp -s edited.json "edited/$2"; then return 1; fi
	cp edited.json "edited/$2"
	git -C edited -c user.name=Ada -c user.email=ada@example.org commit -q -a -m "by hand"
	git -C edited push -q
}
test_expect_success 'a record that was edited badly is told with its path' '
	for script in "s/.*//" "1d" "s/\"version\".*/\"version\": 7,/" "s/a\\.1/a.2/" "s/\"sequence\"/\"x\"/"; do
		rm -rf hand
		cp -r "$broker" hand
		edit hand "$version_1" "$script"
		expect_status 2 decide hand
		expect_in err "$version_1:"
		expect_empty out
		expect_status 0 list hand
		expect_status 0 publish hand more
		expect_status 1 "$tally" broker check hand
		expect_in out "$version_1"
	done
'
test_expect_success 'what was edited well counts' '
	rm -rf hand
	cp -r "$broker" hand
	edit hand environments/production/environment.json "s/\"production\": false/\"production\": true/"
	expect_status 0 list hand
	expect_in out production
	expect_sound hand
'
test_done
