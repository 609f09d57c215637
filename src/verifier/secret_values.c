#include "config.h"

#include <string.h>

#include "base/error.h"
#include "verifier/secret_values.h"

/* What the values below it have in common after what stands above. */
struct secret_node {
	const char *text;
	size_t len;
	bool ends_here; /* a value does */
	struct secret_node *child, *next;
};

void tally__secret_values_init(struct secret_values *values)
{
	*values = (struct secret_values){0};
	tally__arena_init(&values->arena, 0);
}

void tally__secret_values_release(struct secret_values *values)
{
	tally__arena_release(&values->arena);
	*values = (struct secret_values){0};
}

static size_t common_len(const struct secret_node *node, const char *text, size_t len)
{
	size_t most = node->len < len ? node->len : len;
	size_t i = 0;

	while (i < most && node->text[i] == text[i])
		i++;
	return i;
}

/* The node beside this one whose text begins with `first`. */
static struct secret_node *beside(struct secret_node *node, char first)
{
	while (node != NULL && *node->text != first)
		node = node->next;
	return node;
}

static struct secret_node *new_leaf(struct arena *arena, const char *text, size_t len)
{
	struct secret_node *node = tally__arena_alloc(arena, sizeof(*node));
	const char *copy = node != NULL ? tally__arena_memdup(arena, text, len) : NULL;

	if (copy == NULL)
		return NULL;
	*node = (struct secret_node){.text = copy, .len = len, .ends_here = true};
	return node;
}

/* Gives all but the first `len` bytes of the node to a new one below it. */
static int split(struct arena *arena, struct secret_node *node, size_t len)
{
	struct secret_node *rest = tally__arena_alloc(arena, sizeof(*rest));

	if (rest == NULL)
		return TALLY_ENOMEM;
	*rest = *node;
	rest->text += len;
	rest->len -= len;
	rest->next = NULL;
	node->len = len;
	node->child = rest;
	node->ends_here = false;
	return 0;
}

int tally__secret_values_add(struct secret_values *values, const char *text, size_t len)
{
	struct secret_node **list = &values->roots[(unsigned char)*text];
	struct secret_node *node;

	while ((node = beside(*list, *text)) != NULL) {
		size_t common = common_len(node, text, len);

		if (common < node->len && split(&values->arena, node, common) != 0)
			return TALLY_ENOMEM;
		if (common == len) {
			node->ends_here = true;
			return 0;
		}
		text += common;
		len -= common;
		list = &node->child;
	}
	node = new_leaf(&values->arena, text, len);
	if (node == NULL)
		return TALLY_ENOMEM;
	node->next = *list;
	*list = node;
	return 0;
}

struct secret_found tally__secret_values_find(const struct secret_values *values, const char *text,
					      size_t len)
{
	struct secret_node *node = len > 0 ? values->roots[(unsigned char)*text] : NULL;
	struct secret_found found = {0, 0};

	while (found.begun < len && (node = beside(node, text[found.begun])) != NULL) {
		size_t common = common_len(node, text + found.begun, len - found.begun);

		found.begun += common;
		if (common < node->len)
			break;
		if (node->ends_here)
			found.whole = found.begun;
		node = node->child;
	}
	return found;
}
