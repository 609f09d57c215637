# Cases judged by Tally and by the reference implementation, side by side: tests/interop/interop.sh
# runs a part of them.  All: `make check-interop` first, which installs the reference, and then
# `make differential DIFFERENTIAL='--topics --count 5000 --seed 7'`.
DIFFERENTIAL = --topics --count 1000
differential: all
	cd tests/interop && NODE_PATH=`pwd`/node_modules PACT_DO_NOT_TRACK=true TALLY='$(abs_top_builddir)/tally' \
		node '$(abs_top_srcdir)/%D%/differential.js' $(DIFFERENTIAL)
.PHONY: differential
# What verifiers say of broken answers, what they send, and what they make of provider states that
# fail, which takes two minutes where the reference tries again; tests/interop/verify.sh runs a part.
DIFFERENTIAL_VERIFY = --broken --count 1000 --seed 1
differential-verify: all
	$(MAKE) $(AM_MAKEFLAGS) differential DIFFERENTIAL='$(DIFFERENTIAL_VERIFY)'
	cd tests/interop && NODE_PATH=`pwd`/node_modules PACT_DO_NOT_TRACK=true TALLY='$(abs_top_builddir)/tally' \
		node '$(abs_top_srcdir)/%D%/sent.js'
	cd tests/interop && NODE_PATH=`pwd`/node_modules PACT_DO_NOT_TRACK=true TALLY='$(abs_top_builddir)/tally' \
		node '$(abs_top_srcdir)/%D%/states.js' --slow
.PHONY: differential-verify
EXTRA_DIST += %D%/answers.js %D%/broken.js %D%/broken_cases.js %D%/contract.js %D%/differential.js %D%/engines.js %D%/features.js %D%/generate.js \
	%D%/generators.js %D%/known.js \
	%D%/paths.js %D%/requests.js %D%/rules.js %D%/sent.js %D%/states.js %D%/topics.js %D%/topics_bodies.js %D%/topics_parts.js %D%/topics_trees.js \
	%D%/values.js %D%/wire.js
