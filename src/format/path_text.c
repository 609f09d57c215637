#include "config.h"

#include "format/path_text.h"

#include <stdbool.h>
#include <string.h>

static bool is_plain_name(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = name[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (!is_letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return len > 0;
}

void tally__path_add_name(struct buf *out, const char *name, size_t len)
{
	if (is_plain_name(name, len)) {
		tally__buf_addc(out, '.');
		tally__buf_add(out, name, len);
		return;
	}
	tally__buf_adds(out, "['");
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '\\' || name[i] == '\'')
			tally__buf_addc(out, '\\');
		tally__buf_addc(out, name[i]);
	}
	tally__buf_adds(out, "']");
}

void tally__path_add_field(struct buf *out, const char *name)
{
	tally__path_add_name(out, name, strlen(name));
}

void tally__pointer_add(struct buf *pointer, const char *name)
{
	tally__buf_addc(pointer, '/');
	for (; *name; name++) {
		if (*name == '~')
			tally__buf_adds(pointer, "~0");
		else if (*name == '/')
			tally__buf_adds(pointer, "~1");
		else
			tally__buf_addc(pointer, *name);
	}
}
