#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output.h"
#include "cli/scratch.h"

struct scratch_block {
	struct scratch_block *next;
	max_align_t data[];
};

void *scratch_array(struct scratch *scratch, size_t count, size_t size)
{
	struct scratch_block *block = NULL;

	if (size == 0 || count <= (SIZE_MAX - sizeof(*block)) / size)
		block = calloc(1, sizeof(*block) + count * size);
	if (!block)
		out_of_memory();
	block->next = scratch->blocks;
	scratch->blocks = block;
	return block->data;
}

char *scratch_copy(struct scratch *scratch, const char *text, size_t len)
{
	char *copy = scratch_array(scratch, len + 1, 1);

	memcpy(copy, text, len);
	return copy;
}

char *scratch_vformat(struct scratch *scratch, const char *format, va_list arguments)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, arguments);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		out_of_memory();
	text = scratch_array(scratch, (size_t)len + 1, 1);
	(void)vsnprintf(text, (size_t)len + 1, format, arguments);
	return text;
}

char *scratch_format(struct scratch *scratch, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = scratch_vformat(scratch, format, arguments);
	va_end(arguments);
	return text;
}

void scratch_release(struct scratch *scratch)
{
	while (scratch->blocks) {
		struct scratch_block *next = scratch->blocks->next;

		free(scratch->blocks);
		scratch->blocks = next;
	}
}
