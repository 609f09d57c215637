EXTRA_DIST += \
	%D%/architecture.md \
	%D%/generators.md \
	%D%/expectations.md \
	%D%/compatibility.md \
	%D%/licenses.md \
	%D%/limits.md \
	%D%/lint.md \
	%D%/optional-members.md \
	%D%/performance.md \
	%D%/store-format.md \
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
	%D%/decisions/0013-mismatches-for-people.md
EXTRA_DIST += %D%/decisions/0014-a-server-of-our-own.md
EXTRA_DIST += %D%/decisions/0015-who-answers-a-request.md
