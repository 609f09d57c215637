#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/progress.h"

enum { BEGIN_MS = 1000, AGAIN_MS = 100, BAR_MAX = 40, WIDTH_DEFAULT = 80, LINE_BYTES = 512 };

static long ms_since(const struct timespec *then)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)(now.tv_sec - then->tv_sec) * 1000 + (now.tv_nsec - then->tv_nsec) / 1000000;
}

/* A program in the background would be stopped for writing to a terminal that forbids it. */
static bool is_in_background(void)
{
	pid_t foreground = tcgetpgrp(STDERR_FILENO);

	return foreground > 0 && foreground != getpgrp();
}

void progress_begin(struct progress *progress)
{
	const char *term = getenv("TERM");

	*progress = (struct progress){
		.is_wanted = isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0,
	};
	(void)clock_gettime(CLOCK_MONOTONIC, &progress->began);
}

static size_t terminal_width(void)
{
#ifdef TIOCGWINSZ
	struct winsize size = {0};

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
#endif
	return WIDTH_DEFAULT;
}

/* As much of "[####....] 12/40, 3 failed" as fits into a line: a wider one would leave its first
 * part behind. */
static void draw(size_t done, size_t total, size_t failed)
{
	const char *no_color = getenv("NO_COLOR");
	bool red = failed > 0 && (!no_color || !*no_color);
	size_t width = terminal_width();
	char line[LINE_BYTES];
	char bar[BAR_MAX + 1];
	char failures[48] = "";
	size_t text_len, bar_len, filled;

	if (failed > 0)
		(void)snprintf(failures, sizeof(failures), ", %zu failed", failed);
	text_len = (size_t)snprintf(line, sizeof(line), "%zu/%zu%s", done, total, failures);
	if (text_len >= width)
		return;
	bar_len = width > text_len + 4 ? width - text_len - 4 : 0;
	if (bar_len > BAR_MAX)
		bar_len = BAR_MAX;
	filled = total > 0 ? (size_t)((double)bar_len * (double)done / (double)total) : 0;
	memset(bar, '.', bar_len);
	memset(bar, '#', filled < bar_len ? filled : bar_len);
	bar[bar_len] = '\0';
	(void)snprintf(line, sizeof(line), "\r%s%s%s%zu/%zu%s%s%s\033[K", bar_len > 0 ? "[" : "",
		       bar, bar_len > 0 ? "] " : "", done, total, red ? "\033[31m" : "", failures,
		       red ? "\033[0m" : "");
	(void)fputs(line, stderr);
	(void)fflush(stderr);
}

void progress_show(struct progress *progress, size_t done, size_t total, size_t failed)
{
	if (!progress->is_wanted || ms_since(&progress->began) < BEGIN_MS ||
	    (progress->is_drawn && ms_since(&progress->drawn) < AGAIN_MS) || is_in_background())
		return;
	draw(done, total, failed);
	progress->is_drawn = true;
	(void)clock_gettime(CLOCK_MONOTONIC, &progress->drawn);
}

void progress_clear(struct progress *progress)
{
	if (!progress->is_drawn)
		return;
	(void)fputs("\r\033[K", stderr);
	(void)fflush(stderr);
	progress->is_drawn = false;
}
