libtallyall_la_SOURCES += \
	%D%/compare.c \
	%D%/curl_command.c \
	%D%/generate.c \
	%D%/plan.c \
	%D%/report_text.c \
	%D%/request.c \
	%D%/results.c \
	%D%/run.c %D%/run.h \
	%D%/settings.c %D%/settings.h \
	%D%/state_request.c \
	%D%/task.h \
	%D%/verify.c
