# A new target: fuzz_<target>.c, a folder corpus/<target> with a few small files, and three lines
# like those of fuzz_name at the end; like those of fuzz_contract when what it reads is a document.
EXTRA_DIST += %D%/corpus
fuzz_libs = libtallyall.la $(CJSON_LIBS) $(PCRE2_LIBS)
fuzz_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/%D%

if FUZZING
# libFuzzer brings main(); `make fuzz` builds the targets, and each is run by hand.
EXTRA_PROGRAMS += $(fuzz_programs)
CLEANFILES += $(fuzz_programs)
fuzz_engine = %D%/fuzz.h
fuzz_json_engine = $(fuzz_engine) %D%/json_mutator.c
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
check_PROGRAMS += $(fuzz_programs)
TESTS += $(fuzz_programs)
fuzz_engine = %D%/fuzz.h %D%/driver.c
fuzz_json_engine = $(fuzz_engine)
fuzz_ldflags = $(AM_LDFLAGS)
endif
fuzz: $(fuzz_programs)
.PHONY: fuzz

fuzz_programs =

fuzz_programs += %D%/fuzz_json
tests_fuzz_fuzz_json_SOURCES = %D%/fuzz_json.c $(fuzz_engine)
tests_fuzz_fuzz_json_CPPFLAGS = $(fuzz_cppflags) -I$(srcdir)/tests
tests_fuzz_fuzz_json_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_json_LDFLAGS = $(fuzz_ldflags)

fuzz_programs += %D%/fuzz_name
tests_fuzz_fuzz_name_SOURCES = %D%/fuzz_name.c $(fuzz_engine)
tests_fuzz_fuzz_name_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_name_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_name_LDFLAGS = $(fuzz_ldflags)

fuzz_programs += %D%/fuzz_path
tests_fuzz_fuzz_path_SOURCES = %D%/fuzz_path.c $(fuzz_engine)
tests_fuzz_fuzz_path_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_path_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_path_LDFLAGS = $(fuzz_ldflags)

fuzz_programs += %D%/fuzz_match
tests_fuzz_fuzz_match_SOURCES = %D%/fuzz_match.c $(fuzz_engine)
tests_fuzz_fuzz_match_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_match_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_match_LDFLAGS = $(fuzz_ldflags)

fuzz_programs += %D%/fuzz_contract
tests_fuzz_fuzz_contract_SOURCES = %D%/fuzz_contract.c $(fuzz_json_engine)
tests_fuzz_fuzz_contract_CPPFLAGS = $(fuzz_cppflags) -I$(srcdir)/tests
tests_fuzz_fuzz_contract_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_contract_LDFLAGS = $(fuzz_ldflags)

fuzz_programs += %D%/fuzz_expectations
tests_fuzz_fuzz_expectations_SOURCES = %D%/fuzz_expectations.c $(fuzz_json_engine)
tests_fuzz_fuzz_expectations_CPPFLAGS = $(fuzz_cppflags) -I$(srcdir)/tests
tests_fuzz_fuzz_expectations_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_expectations_LDFLAGS = $(fuzz_ldflags)

fuzz_programs += %D%/fuzz_multipart
tests_fuzz_fuzz_multipart_SOURCES = %D%/fuzz_multipart.c $(fuzz_engine)
tests_fuzz_fuzz_multipart_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_multipart_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_multipart_LDFLAGS = $(fuzz_ldflags)

fuzz_programs += %D%/fuzz_expression
tests_fuzz_fuzz_expression_SOURCES = %D%/fuzz_expression.c $(fuzz_engine)
tests_fuzz_fuzz_expression_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_expression_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_expression_LDFLAGS = $(fuzz_ldflags)

fuzz_programs += %D%/fuzz_graphql
tests_fuzz_fuzz_graphql_SOURCES = %D%/fuzz_graphql.c $(fuzz_engine)
tests_fuzz_fuzz_graphql_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_graphql_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_graphql_LDFLAGS = $(fuzz_ldflags)
fuzz_programs += %D%/fuzz_generator
tests_fuzz_fuzz_generator_SOURCES = %D%/fuzz_generator.c $(fuzz_engine)
tests_fuzz_fuzz_generator_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_generator_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_generator_LDFLAGS = $(fuzz_ldflags)

fuzz_programs += %D%/fuzz_rules
tests_fuzz_fuzz_rules_SOURCES = %D%/fuzz_rules.c $(fuzz_engine)
tests_fuzz_fuzz_rules_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_rules_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_rules_LDFLAGS = $(fuzz_ldflags)
fuzz_programs += %D%/fuzz_xml
tests_fuzz_fuzz_xml_SOURCES = %D%/fuzz_xml.c $(fuzz_engine)
tests_fuzz_fuzz_xml_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_xml_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_xml_LDFLAGS = $(fuzz_ldflags)

fuzz_programs += %D%/fuzz_responder
tests_fuzz_fuzz_responder_SOURCES = %D%/fuzz_responder.c $(fuzz_engine)
tests_fuzz_fuzz_responder_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_responder_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_responder_LDFLAGS = $(fuzz_ldflags)
fuzz_programs += %D%/fuzz_lint
tests_fuzz_fuzz_lint_SOURCES = %D%/fuzz_lint.c $(fuzz_json_engine)
tests_fuzz_fuzz_lint_CPPFLAGS = $(fuzz_cppflags) -I$(srcdir)/tests
tests_fuzz_fuzz_lint_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_lint_LDFLAGS = $(fuzz_ldflags)

fuzz_programs += %D%/fuzz_consumer
tests_fuzz_fuzz_consumer_SOURCES = %D%/fuzz_consumer.c $(fuzz_engine)
tests_fuzz_fuzz_consumer_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_consumer_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_consumer_LDFLAGS = $(fuzz_ldflags)

fuzz_programs += %D%/fuzz_request
tests_fuzz_fuzz_request_SOURCES = %D%/fuzz_request.c $(fuzz_engine)
tests_fuzz_fuzz_request_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_request_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_request_LDFLAGS = $(fuzz_ldflags)

fuzz_programs += %D%/fuzz_report
tests_fuzz_fuzz_report_SOURCES = %D%/fuzz_report.c $(fuzz_json_engine)
tests_fuzz_fuzz_report_CPPFLAGS = $(fuzz_cppflags) -I$(srcdir)/tests
tests_fuzz_fuzz_report_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_report_LDFLAGS = $(fuzz_ldflags)

fuzz_programs += %D%/fuzz_record
tests_fuzz_fuzz_record_SOURCES = %D%/fuzz_record.c $(fuzz_engine)
tests_fuzz_fuzz_record_CPPFLAGS = $(fuzz_cppflags) -I$(srcdir)/tests
tests_fuzz_fuzz_record_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_record_LDFLAGS = $(fuzz_ldflags)
