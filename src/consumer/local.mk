libtallyall_la_SOURCES += \
	%D%/answer.c \
	%D%/entry.c %D%/entry.h \
	%D%/judge.c \
	%D%/message_answer.c \
	%D%/messages.c %D%/messages.h \
	%D%/mock.c %D%/mock.h \
	%D%/mock_report.c \
	%D%/near_miss.c \
	%D%/path_index.c %D%/path_index.h \
	%D%/problem.c %D%/problem.h \
	%D%/received.c %D%/received.h \
	%D%/record.c \
	%D%/responder.c %D%/responder.h \
	%D%/response.c %D%/response.h \
	%D%/search.h
libtallyall_la_SOURCES += \
	%D%/stub.c %D%/stub.h \
	%D%/stub_answer.c \
	%D%/stub_filter.c %D%/stub_filter.h \
	%D%/stub_set.c \
	%D%/stub_sources.c %D%/stub_sources.h \
	%D%/stub_watch.c
# What expectations are built with, and their use in tests.
libtallyall_la_SOURCES += \
	%D%/consumer_message.c \
	%D%/expectations.c %D%/expectations.h \
	%D%/graft.c \
	%D%/interaction.c \
	%D%/interaction_body.c %D%/interaction_body.h \
	%D%/interaction_parts.c \
	%D%/mock_text.c \
	%D%/trial.c \
	%D%/values.c
