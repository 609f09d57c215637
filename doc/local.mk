# Pages that help, manual pages and headers name: they are installed beside one another, with the
# examples below them, so that the links of one to another lead on.
docpagesdir = $(docdir)
dist_docpages_DATA = \
	%D%/architecture.md \
	%D%/can-i-deploy.md \
	%D%/broker.md \
	%D%/commands.md \
	%D%/compatibility.md \
	%D%/consumer.md \
	%D%/contract-files.md \
	%D%/expectations.md \
	%D%/generators.md \
	%D%/licenses.md \
	%D%/limits.md \
	%D%/lint.md \
	%D%/mock.md \
	%D%/optional-members.md \
	%D%/performance.md \
	%D%/remotes.md \
	%D%/reports.md \
	%D%/resources.md \
	%D%/store-format.md \
	%D%/stub.md \
	%D%/verify.md
decisionsdir = $(docdir)/decisions
dist_decisions_DATA = \
	%D%/decisions/0001-libraries-loaded-when-used.md \
	%D%/decisions/0002-digests-are-git-object-ids.md \
	%D%/decisions/0003-verifier-and-the-reference.md \
	%D%/decisions/0004-who-moved.md \
	%D%/decisions/0005-matching-and-the-reference.md \
	%D%/decisions/0006-how-a-commit-reaches-the-branch.md \
	%D%/decisions/0007-xml-bodies.md \
	%D%/decisions/0008-multipart-and-graphql.md \
	%D%/decisions/0009-what-expectations-say.md \
	%D%/decisions/0010-what-generators-make.md \
	%D%/decisions/0011-where-generated-values-go.md \
	%D%/decisions/0012-a-builder-in-place-of-cjsons-parser.md \
	%D%/decisions/0013-mismatches-for-people.md \
	%D%/decisions/0014-a-server-of-our-own.md \
	%D%/decisions/0015-who-answers-a-request.md \
	%D%/decisions/0016-what-a-stub-does-by-itself.md \
	%D%/decisions/0017-expectations-in-c.md \
	%D%/decisions/0018-several-mocks-and-messages-over-http.md \
	%D%/decisions/0019-files-that-lose-nothing.md \
	%D%/decisions/0020-what-the-linter-says.md \
	%D%/decisions/0021-how-a-provider-is-asked.md \
	%D%/decisions/0022-reports-hold-no-secrets.md \
	%D%/decisions/0023-what-a-provider-verifies.md \
	%D%/decisions/0024-a-pact-broker-over-http.md \
	%D%/decisions/0025-lanes-attempts-and-early-ends.md \
	%D%/decisions/0026-commands-and-the-provider-process.md \
	%D%/decisions/0027-one-question-about-versions.md \
	%D%/decisions/0028-answers-add-up.md \
	%D%/decisions/0029-what-goes-with-what-is-deleted.md \
	%D%/decisions/0030-what-runs-where-and-what-was-published.md \
	%D%/decisions/0031-packs-of-our-own.md \
	%D%/decisions/0032-how-a-git-host-is-reached.md \
	%D%/decisions/0033-what-a-store-lets-go.md
