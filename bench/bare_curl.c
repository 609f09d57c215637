#include "config.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "bare_curl.h"

static size_t count_bytes(char *bytes, size_t size, size_t count, void *context)
{
	(void)bytes;
	*(size_t *)context += size * count;
	return size * count;
}

static CURL *new_handle(size_t *received)
{
	CURL *easy = curl_easy_init();

	if (easy == NULL)
		abort();
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count_bytes);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, received);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, received);
	return easy;
}

static size_t is_answer(CURL *easy, CURLcode result)
{
	size_t *received = NULL;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&received);
	return result == CURLE_OK && status == 200 && *received > 0;
}

static size_t ask_in_turn(char *const *urls, size_t count)
{
	size_t received = 0, answered = 0;
	CURL *easy = new_handle(&received);

	for (size_t i = 0; i < count; i++) {
		received = 0;
		curl_easy_setopt(easy, CURLOPT_URL, urls[i]);
		answered += is_answer(easy, curl_easy_perform(easy));
	}
	curl_easy_cleanup(easy);
	return answered;
}

static size_t ask_at_once(char *const *urls, size_t count, size_t connections)
{
	size_t *received = calloc(connections, sizeof(*received));
	CURL **handles = calloc(connections, sizeof(*handles));
	CURLM *multi = curl_multi_init();
	size_t answered = 0, next = 0;
	int running = 1, left;

	if (received == NULL || handles == NULL || multi == NULL)
		abort();
	for (; next < connections && next < count; next++) {
		handles[next] = new_handle(&received[next]);
		curl_easy_setopt(handles[next], CURLOPT_URL, urls[next]);
		curl_multi_add_handle(multi, handles[next]);
	}
	while (running > 0 && curl_multi_perform(multi, &running) == CURLM_OK) {
		CURLMsg *message;

		while ((message = curl_multi_info_read(multi, &left)) != NULL) {
			CURL *easy = message->easy_handle;
			size_t *bytes = NULL;

			answered += is_answer(easy, message->data.result);
			curl_multi_remove_handle(multi, easy);
			if (next == count)
				continue;
			curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&bytes);
			*bytes = 0;
			curl_easy_setopt(easy, CURLOPT_URL, urls[next++]);
			curl_multi_add_handle(multi, easy);
			running++;
		}
		if (running > 0)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
	for (size_t i = 0; i < connections; i++)
		curl_easy_cleanup(handles[i]);
	curl_multi_cleanup(multi);
	free(handles);
	free(received);
	return answered;
}

size_t bare_curl_ask(char *const *urls, size_t count, size_t connections)
{
	return connections == 1 ? ask_in_turn(urls, count) : ask_at_once(urls, count, connections);
}
