#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "http/answer.h"

void tally__http_date(int64_t unix_seconds, char text[HTTP_DATE_BYTES])
{
	static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t day = unix_seconds / 86400;
	unsigned second = (unsigned)(unix_seconds % 86400);
	struct time_date date = tally__time_date_from_days(day);

	snprintf(text, HTTP_DATE_BYTES, "%s, %02d %s %04d %02u:%02u:%02u GMT", days[day % 7],
		 date.day, months[date.month - 1], (int)date.year, second / 3600, second / 60 % 60,
		 second % 60);
}

/* RFC 9110 section 15. */
static const char *reason_of(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
		{200, "OK"},
		{201, "Created"},
		{202, "Accepted"},
		{203, "Non-Authoritative Information"},
		{204, "No Content"},
		{205, "Reset Content"},
		{206, "Partial Content"},
		{207, "Multi-Status"},
		{300, "Multiple Choices"},
		{301, "Moved Permanently"},
		{302, "Found"},
		{303, "See Other"},
		{304, "Not Modified"},
		{307, "Temporary Redirect"},
		{308, "Permanent Redirect"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{402, "Payment Required"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{406, "Not Acceptable"},
		{407, "Proxy Authentication Required"},
		{408, "Request Timeout"},
		{409, "Conflict"},
		{410, "Gone"},
		{411, "Length Required"},
		{412, "Precondition Failed"},
		{413, "Content Too Large"},
		{414, "URI Too Long"},
		{415, "Unsupported Media Type"},
		{416, "Range Not Satisfiable"},
		{417, "Expectation Failed"},
		{421, "Misdirected Request"},
		{422, "Unprocessable Content"},
		{423, "Locked"},
		{424, "Failed Dependency"},
		{425, "Too Early"},
		{426, "Upgrade Required"},
		{428, "Precondition Required"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{451, "Unavailable For Legal Reasons"},
		{500, "Internal Server Error"},
		{501, "Not Implemented"},
		{502, "Bad Gateway"},
		{503, "Service Unavailable"},
		{504, "Gateway Timeout"},
		{505, "HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status)
			return reasons[i].text;
	}
	return "";
}

static void add_line(struct buf *out, const char *name, const char *value)
{
	tally__buf_adds(out, name);
	tally__buf_add(out, ": ", 2);
	tally__buf_adds(out, value);
	tally__buf_add(out, "\r\n", 2);
}

static void add_status_line(struct buf *out, int status)
{
	char line[16] = "HTTP/1.1 nnn ";

	line[9] = (char)('0' + status / 100 % 10);
	line[10] = (char)('0' + status / 10 % 10);
	line[11] = (char)('0' + status % 10);
	tally__buf_adds(out, line);
	tally__buf_adds(out, reason_of(status));
	tally__buf_add(out, "\r\n", 2);
}

/* How the message ends is for the server to say, except where no body follows anyway: there one
 * Content-Length tells what the body would be. */
static bool is_sent(const char *name, bool with_length, bool with_connection)
{
	if (tally__text_equal_nocase(name, "Content-Length"))
		return with_length;
	if (tally__text_equal_nocase(name, "Transfer-Encoding"))
		return false;
	return with_connection || !tally__text_equal_nocase(name, "Connection");
}

/* Do the headers say one length, and one that can be read? */
static bool says_length(const struct http_headers *headers)
{
	size_t count = 0;
	uint64_t len;

	for (size_t i = 0; i < headers->count; i++) {
		const struct http_header *header = &headers->items[i];

		if (!tally__text_equal_nocase(header->name, "Content-Length"))
			continue;
		if (++count > 1 || !tally__text_to_u64(header->value, &len))
			return false;
	}
	return count == 1;
}

static void add_length(struct buf *out, size_t len)
{
	char text[24];
	int text_len = snprintf(text, sizeof(text), "%zu", len);

	tally__buf_adds(out, "Content-Length: ");
	tally__buf_add(out, text, (size_t)text_len);
	tally__buf_add(out, "\r\n", 2);
}

/* The lines that say how the body ends, and the empty line. */
static void end_head(struct answer *answer, const struct http_response *response, bool bodiless,
		     bool chunked, bool has_length)
{
	struct buf *head = &answer->head;

	if (chunked)
		tally__buf_adds(head, "Transfer-Encoding: chunked\r\n");
	else if (response->status != 204 && response->status != 304 && !has_length)
		add_length(head, response->body_len);
	tally__buf_add(head, "\r\n", 2);
	if (bodiless)
		return;
	answer->body = response->body;
	answer->body_len = response->body_len;
	if (!chunked)
		return;
	if (response->body_len > 0)
		tally__buf_addf(head, "%zx\r\n", response->body_len);
	answer->tail = response->body_len > 0 ? "\r\n0\r\n\r\n" : "0\r\n\r\n";
	answer->tail_len = strlen(answer->tail);
}

bool tally__answer_closes(const struct http_response *response)
{
	for (size_t i = 0; i < response->headers.count; i++) {
		const struct http_header *header = &response->headers.items[i];

		if (tally__text_equal_nocase(header->name, "Connection") &&
		    tally__http_list_has(header->value, "close"))
			return true;
	}
	return false;
}

void tally__answer_make(struct answer *answer, const struct http_response *response,
			const struct request_head *head, bool closing, const char *date)
{
	const char *encoding = tally__http_header_get(&response->headers, "Transfer-Encoding");
	bool no_content = response->status == 204 || response->status == 304;
	bool bodiless = no_content || strcmp(head->method, "HEAD") == 0;
	bool chunked = encoding != NULL && tally__text_equal_nocase(encoding, "chunked") &&
		       head->minor > 0 && !no_content;
	bool with_length =
		bodiless && !chunked && response->status != 204 && says_length(&response->headers);
	/* The answer's own lines tell it, perhaps beside other options. */
	bool with_connection = closing ? tally__answer_closes(response) : head->minor > 0;
	struct buf *out = &answer->head;

	add_status_line(out, response->status);
	if (tally__http_header_get(&response->headers, "Date") == NULL)
		add_line(out, "Date", date);
	if (closing && !with_connection)
		add_line(out, "Connection", "close");
	else if (!closing && head->minor == 0)
		add_line(out, "Connection", "keep-alive");
	for (size_t i = 0; i < response->headers.count; i++) {
		const struct http_header *header = &response->headers.items[i];

		if (is_sent(header->name, with_length, with_connection))
			add_line(out, header->name, header->value);
	}
	end_head(answer, response, bodiless, chunked, with_length);
}
