# One program a file: tests/unit/test_<folder>_<file>.c.
unit_libs = libtallyall.la $(CMOCKA_LIBS) $(CJSON_LIBS) $(PCRE2_LIBS)
unit_cppflags = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)

check_PROGRAMS += %D%/test_format_mime
TESTS += %D%/test_format_mime
tests_unit_test_format_mime_LDADD = $(unit_libs)
tests_unit_test_format_mime_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_format_uri
TESTS += %D%/test_format_uri
tests_unit_test_format_uri_LDADD = $(unit_libs)
tests_unit_test_format_uri_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_format_digest
TESTS += %D%/test_format_digest
tests_unit_test_format_digest_LDADD = $(unit_libs)
tests_unit_test_format_digest_CPPFLAGS = $(unit_cppflags)

EXTRA_DIST += %D%/http_wire.h %D%/linted.h %D%/loopback.h %D%/repeated.h %D%/server_fixture.h \
	%D%/texts.h

check_PROGRAMS += %D%/test_http_client
TESTS += %D%/test_http_client
tests_unit_test_http_client_LDADD = $(unit_libs)
tests_unit_test_http_client_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_http_connections
TESTS += %D%/test_http_connections
tests_unit_test_http_connections_LDADD = $(unit_libs)
tests_unit_test_http_connections_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_http_fetch
TESTS += %D%/test_http_fetch
tests_unit_test_http_fetch_LDADD = $(unit_libs)
tests_unit_test_http_fetch_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_http_server
TESTS += %D%/test_http_server
tests_unit_test_http_server_LDADD = $(unit_libs)
tests_unit_test_http_server_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_http_tls
TESTS += %D%/test_http_tls
tests_unit_test_http_tls_LDADD = $(unit_libs)
tests_unit_test_http_tls_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_http_wire %D%/test_http_abuse
TESTS += %D%/test_http_wire %D%/test_http_abuse
tests_unit_test_http_wire_LDADD = $(unit_libs)
tests_unit_test_http_wire_CPPFLAGS = $(unit_cppflags)
tests_unit_test_http_abuse_LDADD = $(unit_libs)
tests_unit_test_http_abuse_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_contract_cases
TESTS += %D%/test_contract_cases
EXTRA_DIST += tests/cases/contract
tests_unit_test_contract_cases_LDADD = $(unit_libs)
tests_unit_test_contract_cases_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_base_child
TESTS += %D%/test_base_child
tests_unit_test_base_child_LDADD = $(unit_libs)
tests_unit_test_base_child_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_base_supervisor
TESTS += %D%/test_base_supervisor
tests_unit_test_base_supervisor_LDADD = $(unit_libs)
tests_unit_test_base_supervisor_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_base_error %D%/test_base_file %D%/test_base_memory %D%/test_base_text
TESTS += %D%/test_base_error %D%/test_base_file %D%/test_base_memory %D%/test_base_text
tests_unit_test_base_error_LDADD = $(unit_libs)
tests_unit_test_base_error_CPPFLAGS = $(unit_cppflags)
tests_unit_test_base_file_LDADD = $(unit_libs)
tests_unit_test_base_file_CPPFLAGS = $(unit_cppflags)
tests_unit_test_base_memory_LDADD = $(unit_libs)
tests_unit_test_base_memory_CPPFLAGS = $(unit_cppflags)
tests_unit_test_base_text_LDADD = $(unit_libs)
tests_unit_test_base_text_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_verifier_verify
TESTS += %D%/test_verifier_verify
verifier_fixture = %D%/verifier_fixture.c %D%/verifier_fixture.h
tests_unit_test_verifier_verify_SOURCES = %D%/test_verifier_verify.c $(verifier_fixture)
tests_unit_test_verifier_verify_LDADD = $(unit_libs)
tests_unit_test_verifier_verify_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_verifier_run
TESTS += %D%/test_verifier_run
tests_unit_test_verifier_run_SOURCES = %D%/test_verifier_run.c $(verifier_fixture)
tests_unit_test_verifier_run_LDADD = $(unit_libs)
tests_unit_test_verifier_run_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_verifier_commands
TESTS += %D%/test_verifier_commands
tests_unit_test_verifier_commands_SOURCES = %D%/test_verifier_commands.c $(verifier_fixture)
tests_unit_test_verifier_commands_LDADD = $(unit_libs)
tests_unit_test_verifier_commands_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_verifier_responses
TESTS += %D%/test_verifier_responses
EXTRA_DIST += %D%/script_server.h
tests_unit_test_verifier_responses_SOURCES = %D%/test_verifier_responses.c $(verifier_fixture)
tests_unit_test_verifier_responses_LDADD = $(unit_libs)
tests_unit_test_verifier_responses_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_verifier_connections
TESTS += %D%/test_verifier_connections
tests_unit_test_verifier_connections_SOURCES = %D%/test_verifier_connections.c $(verifier_fixture)
tests_unit_test_verifier_connections_LDADD = $(unit_libs) $(GNUTLS_LIBS)
tests_unit_test_verifier_connections_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_verifier_generate
TESTS += %D%/test_verifier_generate
tests_unit_test_verifier_generate_SOURCES = %D%/test_verifier_generate.c $(verifier_fixture)
tests_unit_test_verifier_generate_LDADD = $(unit_libs)
tests_unit_test_verifier_generate_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_format_json
TESTS += %D%/test_format_json
tests_unit_test_format_json_LDADD = $(unit_libs)
tests_unit_test_format_json_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_format_json_build
TESTS += %D%/test_format_json_build
tests_unit_test_format_json_build_LDADD = $(unit_libs)
tests_unit_test_format_json_build_CPPFLAGS = $(unit_cppflags) -I$(srcdir)/tests

check_PROGRAMS += %D%/test_format_regex
TESTS += %D%/test_format_regex
tests_unit_test_format_regex_LDADD = $(unit_libs)
tests_unit_test_format_regex_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_format_date
TESTS += %D%/test_format_date
tests_unit_test_format_date_LDADD = $(unit_libs)
tests_unit_test_format_date_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_matching_path
TESTS += %D%/test_matching_path
tests_unit_test_matching_path_LDADD = $(unit_libs)
tests_unit_test_matching_path_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_contract_merge
TESTS += %D%/test_contract_merge
tests_unit_test_contract_merge_LDADD = $(unit_libs)
tests_unit_test_contract_merge_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_contract_memory
TESTS += %D%/test_contract_memory
tests_unit_test_contract_memory_LDADD = $(unit_libs)
tests_unit_test_contract_memory_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_matching_match
TESTS += %D%/test_matching_match
tests_unit_test_matching_match_LDADD = $(unit_libs)
tests_unit_test_matching_match_CPPFLAGS = $(unit_cppflags)


check_PROGRAMS += %D%/test_git_names
TESTS += %D%/test_git_names
tests_unit_test_git_names_SOURCES = %D%/test_git_names.c %D%/git_scratch.c %D%/git_scratch.h
tests_unit_test_git_names_LDADD = $(unit_libs)
tests_unit_test_git_names_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_git_remote
TESTS += %D%/test_git_remote
tests_unit_test_git_remote_SOURCES = %D%/test_git_remote.c %D%/git_scratch.c %D%/git_scratch.h
tests_unit_test_git_remote_LDADD = $(unit_libs)
tests_unit_test_git_remote_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_git_writers
TESTS += %D%/test_git_writers
tests_unit_test_git_writers_SOURCES = %D%/test_git_writers.c %D%/git_scratch.c %D%/git_scratch.h
tests_unit_test_git_writers_LDADD = $(unit_libs)
tests_unit_test_git_writers_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_git_group
TESTS += %D%/test_git_group
tests_unit_test_git_group_SOURCES = %D%/test_git_group.c %D%/git_scratch.c %D%/git_scratch.h
tests_unit_test_git_group_LDADD = $(unit_libs)
tests_unit_test_git_group_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_git_objects
TESTS += %D%/test_git_objects
tests_unit_test_git_objects_SOURCES = %D%/test_git_objects.c %D%/git_scratch.c %D%/git_scratch.h
tests_unit_test_git_objects_LDADD = $(unit_libs)
tests_unit_test_git_objects_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_git_packing
TESTS += %D%/test_git_packing
tests_unit_test_git_packing_SOURCES = %D%/test_git_packing.c %D%/git_scratch.c %D%/git_scratch.h
tests_unit_test_git_packing_LDADD = $(unit_libs)
tests_unit_test_git_packing_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_broker_record_cache
TESTS += %D%/test_broker_record_cache
tests_unit_test_broker_record_cache_LDADD = $(unit_libs)
tests_unit_test_broker_record_cache_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_broker_group
TESTS += %D%/test_broker_group
tests_unit_test_broker_group_LDADD = $(unit_libs)
tests_unit_test_broker_group_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_git_store
TESTS += %D%/test_git_store
tests_unit_test_git_store_SOURCES = %D%/test_git_store.c %D%/git_scratch.c %D%/git_scratch.h
tests_unit_test_git_store_LDADD = $(unit_libs)
tests_unit_test_git_store_CPPFLAGS = $(unit_cppflags)
EXTRA_DIST += %D%/broker_site.h

check_PROGRAMS += %D%/test_broker_organisation
TESTS += %D%/test_broker_organisation
tests_unit_test_broker_organisation_LDADD = $(unit_libs)
tests_unit_test_broker_organisation_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_broker_answers
TESTS += %D%/test_broker_answers
tests_unit_test_broker_answers_LDADD = $(unit_libs)
tests_unit_test_broker_answers_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_broker_can_i_deploy
TESTS += %D%/test_broker_can_i_deploy
tests_unit_test_broker_can_i_deploy_LDADD = $(unit_libs)
tests_unit_test_broker_can_i_deploy_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_broker_environments
TESTS += %D%/test_broker_environments
tests_unit_test_broker_environments_LDADD = $(unit_libs)
tests_unit_test_broker_environments_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_broker_check
TESTS += %D%/test_broker_check
tests_unit_test_broker_check_LDADD = $(unit_libs)
tests_unit_test_broker_check_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_broker_maintain
TESTS += %D%/test_broker_maintain
tests_unit_test_broker_maintain_LDADD = $(unit_libs)
tests_unit_test_broker_maintain_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_broker_publish
TESTS += %D%/test_broker_publish
tests_unit_test_broker_publish_LDADD = $(unit_libs)
tests_unit_test_broker_publish_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_broker_damage
TESTS += %D%/test_broker_damage
tests_unit_test_broker_damage_LDADD = $(unit_libs)
tests_unit_test_broker_damage_CPPFLAGS = $(unit_cppflags) -I$(srcdir)/tests

check_PROGRAMS += %D%/test_broker_records
TESTS += %D%/test_broker_records
tests_unit_test_broker_records_LDADD = $(unit_libs)
tests_unit_test_broker_records_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_broker_memory
TESTS += %D%/test_broker_memory
tests_unit_test_broker_memory_LDADD = $(unit_libs)
tests_unit_test_broker_memory_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_cli_parse
TESTS += %D%/test_cli_parse
tests_unit_test_cli_parse_LDADD = libtallycli.la libtally.la $(CMOCKA_LIBS) $(CJSON_LIBS)
tests_unit_test_cli_parse_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_consumer_responder
TESTS += %D%/test_consumer_responder
tests_unit_test_consumer_responder_LDADD = $(unit_libs)
tests_unit_test_consumer_responder_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_consumer_messages
TESTS += %D%/test_consumer_messages
tests_unit_test_consumer_messages_LDADD = $(unit_libs)
tests_unit_test_consumer_messages_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_consumer_mock
TESTS += %D%/test_consumer_mock
tests_unit_test_consumer_mock_LDADD = $(unit_libs)
tests_unit_test_consumer_mock_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_matching_display
TESTS += %D%/test_matching_display
tests_unit_test_matching_display_LDADD = $(unit_libs)
tests_unit_test_matching_display_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_format_multipart
TESTS += %D%/test_format_multipart
tests_unit_test_format_multipart_LDADD = $(unit_libs)
tests_unit_test_format_multipart_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_format_diff
TESTS += %D%/test_format_diff
tests_unit_test_format_diff_LDADD = $(unit_libs)
tests_unit_test_format_diff_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_contract_expression
TESTS += %D%/test_contract_expression
tests_unit_test_contract_expression_LDADD = $(unit_libs)
tests_unit_test_contract_expression_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_base_random
TESTS += %D%/test_base_random
tests_unit_test_base_random_LDADD = $(unit_libs)
tests_unit_test_base_random_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_format_date_format
TESTS += %D%/test_format_date_format
tests_unit_test_format_date_format_LDADD = $(unit_libs)
tests_unit_test_format_date_format_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_format_xml
TESTS += %D%/test_format_xml
tests_unit_test_format_xml_LDADD = $(unit_libs)
tests_unit_test_format_xml_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_matching_bodies
TESTS += %D%/test_matching_bodies
tests_unit_test_matching_bodies_LDADD = $(unit_libs)
tests_unit_test_matching_bodies_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_format_regex_sample
TESTS += %D%/test_format_regex_sample
tests_unit_test_format_regex_sample_LDADD = $(unit_libs)
tests_unit_test_format_regex_sample_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_format_date_expression
TESTS += %D%/test_format_date_expression
tests_unit_test_format_date_expression_LDADD = $(unit_libs)
tests_unit_test_format_date_expression_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_matching_growth
TESTS += %D%/test_matching_growth
tests_unit_test_matching_growth_LDADD = $(unit_libs)
tests_unit_test_matching_growth_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_matching_generator
TESTS += %D%/test_matching_generator
tests_unit_test_matching_generator_LDADD = $(unit_libs)
tests_unit_test_matching_generator_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_format_graphql
TESTS += %D%/test_format_graphql
tests_unit_test_format_graphql_LDADD = $(unit_libs)
tests_unit_test_format_graphql_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_matching_words
TESTS += %D%/test_matching_words
tests_unit_test_matching_words_LDADD = $(unit_libs)
tests_unit_test_matching_words_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_format_magic
TESTS += %D%/test_format_magic
tests_unit_test_format_magic_LDADD = $(unit_libs)
tests_unit_test_format_magic_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_contract_pages
TESTS += %D%/test_contract_pages
tests_unit_test_contract_pages_LDADD = $(unit_libs)
tests_unit_test_contract_pages_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_matching_xml
TESTS += %D%/test_matching_xml
tests_unit_test_matching_xml_LDADD = $(unit_libs)
tests_unit_test_matching_xml_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_contract_properties
TESTS += %D%/test_contract_properties
tests_unit_test_contract_properties_LDADD = $(unit_libs)
tests_unit_test_contract_properties_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_consumer_stub
TESTS += %D%/test_consumer_stub
tests_unit_test_consumer_stub_LDADD = $(unit_libs)
tests_unit_test_consumer_stub_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_consumer_expectations
TESTS += %D%/test_consumer_expectations
tests_unit_test_consumer_expectations_LDADD = $(unit_libs)
tests_unit_test_consumer_expectations_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_consumer_chain
TESTS += %D%/test_consumer_chain
tests_unit_test_consumer_chain_LDADD = $(unit_libs)
tests_unit_test_consumer_chain_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_contract_stable
TESTS += %D%/test_contract_stable
tests_unit_test_contract_stable_LDADD = $(unit_libs)
tests_unit_test_contract_stable_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_contract_never_lost
TESTS += %D%/test_contract_never_lost
tests_unit_test_contract_never_lost_LDADD = $(unit_libs)
tests_unit_test_contract_never_lost_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_matching_lint
TESTS += %D%/test_matching_lint
tests_unit_test_matching_lint_LDADD = $(unit_libs)
tests_unit_test_matching_lint_CPPFLAGS = $(unit_cppflags)
EXTRA_DIST += tests/json_exchange.h
check_PROGRAMS += %D%/test_contract_kinds
TESTS += %D%/test_contract_kinds
tests_unit_test_contract_kinds_LDADD = $(unit_libs)
tests_unit_test_contract_kinds_CPPFLAGS = $(unit_cppflags) -I$(srcdir)/tests

check_PROGRAMS += %D%/test_verifier_secrets
TESTS += %D%/test_verifier_secrets
tests_unit_test_verifier_secrets_SOURCES = %D%/test_verifier_secrets.c $(verifier_fixture)
tests_unit_test_verifier_secrets_LDADD = $(unit_libs)
tests_unit_test_verifier_secrets_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_broker_pact %D%/test_broker_pact_refusals %D%/test_broker_pact_url
TESTS += %D%/test_broker_pact %D%/test_broker_pact_refusals %D%/test_broker_pact_url
EXTRA_DIST += tests/cases/pact_broker
tests_unit_test_broker_pact_SOURCES = %D%/test_broker_pact.c %D%/pact_site.c %D%/pact_site.h
tests_unit_test_broker_pact_LDADD = $(unit_libs)
tests_unit_test_broker_pact_CPPFLAGS = $(unit_cppflags)
tests_unit_test_broker_pact_refusals_SOURCES = %D%/test_broker_pact_refusals.c %D%/pact_site.c \
	%D%/pact_site.h
tests_unit_test_broker_pact_refusals_LDADD = $(unit_libs)
tests_unit_test_broker_pact_refusals_CPPFLAGS = $(unit_cppflags)
tests_unit_test_broker_pact_url_LDADD = $(unit_libs)
tests_unit_test_broker_pact_url_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_broker_selection
TESTS += %D%/test_broker_selection
tests_unit_test_broker_selection_LDADD = $(unit_libs)
tests_unit_test_broker_selection_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_verifier_reports
TESTS += %D%/test_verifier_reports
tests_unit_test_verifier_reports_LDADD = $(unit_libs)
tests_unit_test_verifier_reports_CPPFLAGS = $(unit_cppflags)
check_PROGRAMS += %D%/test_broker_removal
TESTS += %D%/test_broker_removal
tests_unit_test_broker_removal_LDADD = $(unit_libs)
tests_unit_test_broker_removal_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += %D%/test_broker_matrix
TESTS += %D%/test_broker_matrix
EXTRA_DIST += tests/cases/matrix
tests_unit_test_broker_matrix_LDADD = $(unit_libs)
tests_unit_test_broker_matrix_CPPFLAGS = $(unit_cppflags)
