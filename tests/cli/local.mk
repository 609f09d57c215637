cli_tests = \
	%D%/t0001-framework.sh \
	%D%/t0002-documents.sh \
	%D%/t0003-tables.sh \
	%D%/t0100-match.sh \
	%D%/t0105-generate.sh \
	%D%/t0106-generators-page.sh \
	%D%/t0110-lint.sh \
	%D%/t0111-lint-variants.sh \
	%D%/t0112-lint-xml.sh \
	%D%/t0113-lint-config.sh \
	%D%/t0114-lint-page.sh \
	%D%/t0120-merge.sh \
	%D%/t0130-mock.sh \
	%D%/t0131-mock-command.sh \
	%D%/t0132-mock-messages.sh \
	%D%/t0133-mock-several.sh \
	%D%/t0134-mock-tls.sh \
	%D%/t0135-stub.sh \
	%D%/t0137-mock-pages.sh \
	%D%/t0138-mock-merge.sh \
	%D%/t0140-publish.sh \
	%D%/t0145-origin.sh \
	%D%/t0200-verify.sh \
	%D%/t0201-verify-sources.sh \
	%D%/t0202-verify-run.sh \
	%D%/t0203-verify-commands.sh \
	%D%/t0204-verify-start.sh \
	%D%/t0205-verify-broker.sh \
	%D%/t0206-verify-connections.sh \
	%D%/t0207-verify-reports.sh \
	%D%/t0208-verify-no-results.sh \
	%D%/t0210-pact-broker.sh \
	%D%/t0240-verify-page.sh \
	%D%/t0300-main-job.sh \
	%D%/t0310-environment.sh \
	%D%/t0311-environments.sh \
	%D%/t0330-log.sh \
	%D%/t0331-at.sh \
	%D%/t0340-selection.sh \
	%D%/t0370-broker-check.sh \
	%D%/t0500-servers.sh \
	%D%/t0501-writers.sh \
	%D%/t0502-killed.sh \
	%D%/t0503-damage.sh
TESTS += $(cli_tests)
EXTRA_DIST += $(cli_tests) %D%/lib.sh %D%/pages.sh
