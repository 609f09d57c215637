include_HEADERS += %D%/tally.h
pkginclude_HEADERS += \
	%D%/tally/application.h \
	%D%/tally/webhook.h \
	%D%/tally/broker.h \
	%D%/tally/consumer.h \
	%D%/tally/contract.h \
	%D%/tally/environment.h \
	%D%/tally/error.h \
	%D%/tally/fetch.h \
	%D%/tally/json.h \
	%D%/tally/generate.h \
	%D%/tally/lint.h \
	%D%/tally/match.h \
	%D%/tally/matrix.h \
	%D%/tally/mock.h \
	%D%/tally/provider.h \
	%D%/tally/stub.h \
	%D%/tally/upkeep.h \
	%D%/tally/verify.h
