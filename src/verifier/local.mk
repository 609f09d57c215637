libtallyall_la_SOURCES += \
	%D%/answer.c \
	%D%/attempt.c %D%/attempt.h \
	%D%/command.c %D%/command.h \
	%D%/command_output.c %D%/command_output.h \
	%D%/compare.c \
	%D%/curl_command.c \
	%D%/filter.c %D%/filter.h \
	%D%/endpoint.c %D%/endpoint.h \
	%D%/generate.c \
	%D%/header_command.c %D%/header_command.h \
	%D%/lanes.c %D%/lanes.h \
	%D%/outside.c %D%/outside.h \
	%D%/outside_command.c %D%/outside_command.h \
	%D%/plan.c \
	%D%/provider.c \
	%D%/record.c \
	%D%/report.c %D%/report.h \
	%D%/report_annotations.c \
	%D%/report_html.c %D%/report_html.h \
	%D%/report_html_details.c \
	%D%/report_html_style.c \
	%D%/report_junit.c \
	%D%/report_text.c \
	%D%/request.c %D%/request.h \
	%D%/result_interaction.c \
	%D%/results.c %D%/results.h \
	%D%/run.c %D%/run.h \
	%D%/secret_text.c \
	%D%/secret_values.c %D%/secret_values.h \
	%D%/secrets.c %D%/secrets.h \
	%D%/settings.c %D%/settings.h \
	%D%/state_request.c \
	%D%/stop.c \
	%D%/task.c %D%/task.h \
	%D%/verify.c \
	%D%/warnings.c
