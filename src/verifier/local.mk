libtallyall_la_SOURCES += \
	%D%/attempt.c %D%/attempt.h \
	%D%/compare.c \
	%D%/curl_command.c \
	%D%/generate.c \
	%D%/outside.c %D%/outside.h \
	%D%/plan.c \
	%D%/record.c \
	%D%/report_text.c \
	%D%/request.c %D%/request.h \
	%D%/results.c \
	%D%/run.c %D%/run.h \
	%D%/secret_text.c \
	%D%/secrets.c %D%/secrets.h \
	%D%/settings.c %D%/settings.h \
	%D%/state_request.c \
	%D%/task.h \
	%D%/verify.c
