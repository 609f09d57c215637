libtallyall_la_SOURCES += \
	%D%/answer.c %D%/answer.h \
	%D%/certificate.c %D%/certificate.h \
	%D%/chunked.c %D%/chunked.h \
	%D%/client.c %D%/client.h \
	%D%/connection.c %D%/connection.h \
	%D%/connection_answer.c \
	%D%/connection_link.c %D%/connection_parts.h \
	%D%/curl_api.c %D%/curl_api.h \
	%D%/exchange.c %D%/exchange.h \
	%D%/fetch.c %D%/fetch.h \
	%D%/exchange_failure.c %D%/exchange_receive.c %D%/exchange_setup.c \
	%D%/gnutls_api.c %D%/gnutls_api.h \
	%D%/http.c %D%/http.h \
	%D%/listen.c %D%/listen.h \
	%D%/poller.c %D%/poller.h \
	%D%/probe.c %D%/probe.h \
	%D%/request_head.c %D%/request_head.h \
	%D%/server.c %D%/server.h \
	%D%/stream.c %D%/stream.h \
	%D%/tls.c %D%/tls.h \
	%D%/watch.c %D%/watch.h \
	%D%/worker.c %D%/worker.h
