libtallyall_la_SOURCES += \
	%D%/bodies.c %D%/bodies.h \
	%D%/body.c %D%/body.h \
	%D%/body_key.c %D%/body_key.h \
	%D%/display.c %D%/display.h \
	%D%/generator.c %D%/generator.h %D%/generator_kind.h \
	%D%/generator_state.c \
	%D%/generate.c %D%/generate.h \
	%D%/generate_body.c \
	%D%/generate_xml.c \
	%D%/generators.c %D%/generators.h \
	%D%/headers.c \
	%D%/json_node.h \
	%D%/json_report.c \
	%D%/lint.c %D%/lint.h \
	%D%/lint_config.c %D%/lint_config.h \
	%D%/lint_doubles.c \
	%D%/lint_examples.c \
	%D%/lint_generators.c \
	%D%/lint_given.c \
	%D%/lint_headers.c \
	%D%/lint_http.c \
	%D%/lint_looks.c %D%/lint_looks.h \
	%D%/lint_rules.c \
	%D%/lint_secret_looks.c \
	%D%/lint_secrets.c %D%/lint_secrets.h \
	%D%/lint_select.c \
	%D%/lint_spelling.c %D%/lint_spelling.h \
	%D%/lint_states.c \
	%D%/lint_table.c %D%/lint_table.h \
	%D%/lint_values.c \
	%D%/lint_variants.c \
	%D%/match.c %D%/match.h \
	%D%/match_form.c \
	%D%/match_graphql.c %D%/match_graphql.h \
	%D%/match_json.c %D%/match_json.h \
	%D%/match_multipart.c %D%/match_multipart.h \
	%D%/match_text.c \
	%D%/mismatch.c %D%/mismatch.h \
	%D%/mismatch_text.c \
	%D%/nearest.c %D%/nearest.h \
	%D%/parts.c %D%/parts.h \
	%D%/path.c %D%/path.h \
	%D%/rule.h \
	%D%/rule_attributes.c %D%/rule_attributes.h \
	%D%/rule_table.c \
	%D%/rule_trie.c \
	%D%/rules.c %D%/rules.h \
	%D%/tally_generate.c \
	%D%/tally_match.c \
	%D%/value_source.c %D%/value_source.h \
	%D%/values.h \
	%D%/visits.c %D%/visits.h \
	%D%/walk.c %D%/walk.h
libtallyall_la_SOURCES += %D%/match_xml.c %D%/match_xml.h %D%/match_xml_rules.c
libtallyall_la_SOURCES += %D%/reach.c %D%/xml_step.c %D%/xml_step.h
libtallyall_la_SOURCES += %D%/lint_xml.c %D%/xml_path.c %D%/xml_path.h
