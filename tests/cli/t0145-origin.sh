#!/bin/sh
# Version and branch, where they are left out: from the CI system, or from git; and said.
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/cli/lib.sh
. "${TALLY_SRCDIR:?}/tests/cli/lib.sh"

"$tally" broker init broker.git >/dev/null
contract one.json

# publish VARIABLE=VALUE...: with these variables
publish() {
	expect_status 0 env "$@" "$tally" publish one.json --broker broker.git
}

test_expect_success 'each CI system' '
	while read -r system commit branch; do
		rm -rf broker.git
		"$tally" broker init broker.git
		publish "$commit=c0ffee" "$branch=feature/x"
		expect_in out "web-shop c0ffee,"
		expect_in err "version c0ffee, from $commit of $system" \
			"branch feature/x, from $branch of $system"
	done <<-EOF
	GitHub GITHUB_SHA GITHUB_REF_NAME
	GitHub GITHUB_SHA GITHUB_HEAD_REF
	GitLab CI_COMMIT_SHA CI_COMMIT_REF_NAME
	GitLab CI_COMMIT_SHA CI_MERGE_REQUEST_SOURCE_BRANCH_NAME
	Buildkite BUILDKITE_COMMIT BUILDKITE_BRANCH
	CircleCI CIRCLE_SHA1 CIRCLE_BRANCH
	Travis TRAVIS_COMMIT TRAVIS_BRANCH
	Bitbucket BITBUCKET_COMMIT BITBUCKET_BRANCH
	AppVeyor APPVEYOR_REPO_COMMIT APPVEYOR_REPO_BRANCH
	Azure BUILD_SOURCEVERSION BUILD_SOURCEBRANCH
	Semaphore SEMAPHORE_GIT_SHA SEMAPHORE_GIT_BRANCH
	Drone DRONE_COMMIT_SHA DRONE_COMMIT_BRANCH
	Jenkins GIT_COMMIT BRANCH_NAME
	Jenkins GIT_COMMIT GIT_BRANCH
	EOF
'

test_expect_success 'the branch of a pull request before the one it goes to' '
	publish GITHUB_SHA=d1 GITHUB_HEAD_REF=feature GITHUB_REF_NAME=12/merge
	expect_in err "branch feature, from GITHUB_HEAD_REF"
'

test_expect_success 'what stands in front of a branch is left out' '
	publish GIT_COMMIT=d2 GIT_BRANCH=origin/main
	expect_in err "branch main, from GIT_BRANCH"
	publish BUILD_SOURCEVERSION=d3 BUILD_SOURCEBRANCH=refs/heads/a/b
	expect_in err "branch a/b, from BUILD_SOURCEBRANCH"
'

test_expect_success 'the build of a tag has no branch' '
	publish GITHUB_SHA=d4 GITHUB_REF_NAME=v1.0 GITHUB_REF_TYPE=tag
	expect_not_in err branch
	publish CI_COMMIT_SHA=d5 CI_COMMIT_REF_NAME=v1.0 CI_COMMIT_TAG=v1.0
	expect_not_in err branch
	publish BUILD_SOURCEVERSION=d6 BUILD_SOURCEBRANCH=refs/tags/v1
	expect_not_in err branch
'

test_expect_success 'what is given is not looked for' '
	expect_status 0 env GITHUB_SHA=d7 GITHUB_REF_NAME=main \
		"$tally" publish one.json --broker broker.git --version 7 --branch mine
	expect_empty err
	expect_status 0 env GITHUB_SHA=d7 GITHUB_REF_NAME=main \
		"$tally" publish one.json --broker broker.git --version 8
	expect_not_in err version
	expect_in err "branch main, from GITHUB_REF_NAME"
'

test_expect_success 'git in this folder' '
	git init -q -b trunk repository
	cd repository
	git -c user.name=a -c user.email=a@example.com commit -q --allow-empty -m first
	commit=$(git rev-parse HEAD)
	expect_status 0 "$tally" publish ../one.json --broker ../broker.git
	expect_in err "version $commit, from git" "branch trunk, from git"
	git checkout -q --detach
	git -c user.name=a -c user.email=a@example.com commit -q --allow-empty -m second
	expect_status 0 "$tally" publish ../one.json --broker ../broker.git
	expect_in err "version $(git rev-parse HEAD), from git"
	expect_not_in err branch
	# A CI system knows better.
	expect_status 0 env CI_COMMIT_SHA=e1 "$tally" publish ../one.json --broker ../broker.git
	expect_in err "version e1, from CI_COMMIT_SHA of GitLab CI"
'

test_expect_success 'neither: the option is asked for' '
	expect_refused "--version is missing: expected the consumer'\''s version (there is neither a CI variable nor a git commit" \
		"$tally" publish one.json --broker broker.git
	git init -q unborn
	cd unborn
	expect_refused "--version is missing" "$tally" publish ../one.json --broker ../broker.git
	cd ..
	expect_status 2 env PATH=/nonexistent "$tally" publish one.json --broker broker.git
	expect_in err "--version is missing"
'

test_expect_success 'an application without a version, in the questions about versions' '
	"$tally" environment create test --broker broker.git
	publish GITHUB_SHA=f1
	expect_status 0 env GITHUB_SHA=f1 "$tally" record-deployment web-shop --to test --broker broker.git
	expect_in out "web-shop f1 runs in test"
	expect_in err "version f1, from GITHUB_SHA"
	expect_refused "--version is missing" "$tally" can-i-deploy web-shop --to test --broker broker.git
'

test_done
