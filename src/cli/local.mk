# One line a command: it makes the program's table, the manual page and the completions.
cli_commands = \
	%D%/commands/mock.c \
	%D%/commands/stub.c \
	%D%/commands/lint.c \
	%D%/commands/merge.c \
	%D%/commands/publish.c \
	%D%/commands/verify.c \
	%D%/commands/match.c \
	%D%/commands/generate.c \
	%D%/commands/can-i-deploy.c \
	%D%/commands/matrix.c \
	%D%/commands/record-deployment.c \
	%D%/commands/record-undeployment.c \
	%D%/commands/record-release.c \
	%D%/commands/record-support-ended.c \
	%D%/commands/environment-create.c \
	%D%/commands/environment-list.c \
	%D%/commands/environment-show.c \
	%D%/commands/environment-update.c \
	%D%/commands/environment-delete.c \
	%D%/commands/app-create.c \
	%D%/commands/app-list.c \
	%D%/commands/app-show.c \
	%D%/commands/app-update.c \
	%D%/commands/app-delete.c \
	%D%/commands/version-create.c \
	%D%/commands/version-list.c \
	%D%/commands/version-show.c \
	%D%/commands/version-update.c \
	%D%/commands/version-delete.c \
	%D%/commands/branch-create.c \
	%D%/commands/branch-list.c \
	%D%/commands/branch-show.c \
	%D%/commands/branch-delete.c \
	%D%/commands/tag-create.c \
	%D%/commands/tag-list.c \
	%D%/commands/tag-delete.c \
	%D%/commands/label-add.c \
	%D%/commands/label-list.c \
	%D%/commands/label-remove.c \
	%D%/commands/webhook-create.c \
	%D%/commands/webhook-list.c \
	%D%/commands/webhook-show.c \
	%D%/commands/webhook-update.c \
	%D%/commands/webhook-delete.c \
	%D%/commands/log.c \
	%D%/commands/broker-check.c \
	%D%/commands/broker-init.c \
	%D%/commands/broker-maintain.c \
	%D%/commands/broker-upgrade.c \
	%D%/commands/help.c

# All but main, which the generator below has of its own.
noinst_LTLIBRARIES += libtallycli.la
libtallycli_la_SOURCES = $(cli_commands) \
	%D%/broker.c \
	%D%/command.h \
	%D%/commands.c \
	%D%/common.c \
	%D%/common.h \
	%D%/contracts.c \
	%D%/contracts.h \
	%D%/environments.c \
	%D%/environments.h \
	%D%/expectations.c \
	%D%/expectations.h \
	%D%/files.c \
	%D%/help.c \
	%D%/help.h \
	%D%/matrix.h \
	%D%/matrix_query.c \
	%D%/matrix_report.c \
	%D%/merge_driver.c \
	%D%/merge_driver.h \
	%D%/mocks.c \
	%D%/mocks.h \
	%D%/mocks_report.c \
	%D%/lint_config.c \
	%D%/lint_config.h \
	%D%/origin.c \
	%D%/origin.h \
	%D%/output.c \
	%D%/output.h \
	%D%/parse.c \
	%D%/placements.c \
	%D%/placements.h \
	%D%/process.c \
	%D%/process.h \
	%D%/progress.c \
	%D%/progress.h \
	%D%/report.c \
	%D%/report.h \
	%D%/resources.c \
	%D%/resources.h \
	%D%/scratch.c \
	%D%/scratch.h \
	%D%/shadowed.c \
	%D%/shadowed.h \
	%D%/signals.c \
	%D%/signals.h \
	%D%/trust.c \
	%D%/trust.h \
	%D%/values.c \
	%D%/verify.h \
	%D%/verify_choose.c \
	%D%/verify_last.c \
	%D%/verify_options.c \
	%D%/verify_provider.c \
	%D%/verify_publish.c \
	%D%/verify_replay.c \
	%D%/verify_report.c \
	%D%/verify_sources.c \
	%D%/webhooks.c \
	%D%/webhooks.h
libtallycli_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_builddir)/src

bin_PROGRAMS += tally
tally_SOURCES = %D%/main.c
tally_LDADD = libtallycli.la libtally.la $(CJSON_LIBS)

# The table of commands, from the list above.
%D%/commands.inc: Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && for file in $(cli_commands); do \
		name=`basename $$file .c | tr - _`; \
		echo "COMMAND($$name)"; \
	done >$@.tmp && { cmp -s $@.tmp $@ && rm -f $@.tmp && touch $@ || mv $@.tmp $@; }
BUILT_SOURCES += %D%/commands.inc
CLEANFILES += %D%/commands.inc

# Manual pages, completions and doc/commands.md, from the command tables.
noinst_PROGRAMS += %D%/gen
%C%_gen_SOURCES = %D%/gen.c %D%/gen.h %D%/gen-complete.c %D%/gen-man.c %D%/gen-markdown.c
%C%_gen_LDADD = $(tally_LDADD)

cli_pages = doc/man/tally.1 $(cli_commands:src/cli/commands/%.c=doc/man/tally-%.1)
dist_man_MANS += $(cli_pages)

bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
dist_bashcompletion_DATA = doc/completions/tally
dist_zshcompletion_DATA = doc/completions/_tally
dist_fishcompletion_DATA = doc/completions/tally.fish
cli_completions = doc/completions/tally doc/completions/_tally doc/completions/tally.fish

$(cli_pages) $(cli_completions): %D%/gen$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && %D%/gen $@ >$@.tmp && mv $@.tmp $@
CLEANFILES += $(cli_pages) $(cli_completions)

# The committed page, in the source tree; tests/cli checks that it is up to date.
update-commands-page: %D%/gen$(EXEEXT)
	%D%/gen commands.md >$(srcdir)/doc/commands.md
.PHONY: update-commands-page
