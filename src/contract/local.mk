libtallyall_la_SOURCES += \
	%D%/conflict.c %D%/conflict.h \
	%D%/contract.c %D%/contract.h \
	%D%/expectations.c \
	%D%/expectations_body.c \
	%D%/expression.c %D%/expression.h \
	%D%/expression_scan.c %D%/expression_scan.h \
	%D%/http_parts.c \
	%D%/inline.c %D%/inline.h \
	%D%/inline_body.c %D%/inline_body.h \
	%D%/inline_form.c \
	%D%/inline_matcher.c \
	%D%/inline_multipart.c \
	%D%/inline_refuse.c \
	%D%/inline_rule.c \
	%D%/inline_xml.c \
	%D%/interaction_digest.c \
	%D%/label.c %D%/label.h \
	%D%/merge.c \
	%D%/merge_three.c \
	%D%/read_body.c \
	%D%/read_interaction.c \
	%D%/read_part.c \
	%D%/reader.c %D%/reader.h \
	%D%/rules_flat.c \
	%D%/rules_lift.c %D%/rules_lift.h \
	%D%/rules_lower.c \
	%D%/save.c \
	%D%/select.c \
	%D%/splice.c %D%/splice.h \
	%D%/write.c \
	%D%/write_body.c \
	%D%/write_check.c \
	%D%/write_interaction.c \
	%D%/write_parts.c \
	%D%/writer.c %D%/writer.h \
	%D%/written.c %D%/written.h
