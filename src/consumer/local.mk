libtallyall_la_SOURCES += \
	%D%/answer.c \
	%D%/judge.c \
	%D%/mock.c %D%/mock.h \
	%D%/mock_report.c \
	%D%/response.c
