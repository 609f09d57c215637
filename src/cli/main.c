/* main.c - tally: finds the command, runs it, and sees that what it printed was written. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/output.h"

/* A file opened later must not take the place of a closed standard stream.  Standard output is
 * opened for reading only, so that writing a result to it fails and is reported. */
static void open_standard_streams(void)
{
	static const int modes[] = {O_RDONLY, O_RDONLY, O_WRONLY};

	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) == -1)
			(void)open("/dev/null", modes[fd]);
	}
}

static int run(const struct command *command, char **arguments)
{
	struct call call = {.command = command, .arguments = arguments};
	int status = command->run(&call);

	scratch_release(&call.scratch);
	return status;
}

static int refuse_command(char **arguments)
{
	const char *nearest = command_nearest(arguments[0]);

	if (arguments[0][0] == '-')
		return wrong("unknown option %s before a command; see tally help", arguments[0]);
	if (!command_is_group(arguments[0])) {
		if (nearest)
			return wrong(
				"unknown command \"%s\"; did you mean tally %s? See tally help",
				arguments[0], nearest);
		return wrong("unknown command \"%s\"; see tally help", arguments[0]);
	}
	if (!arguments[1])
		wrong("\"%s\" needs one of its commands:", arguments[0]);
	else
		wrong("\"%s\" has no command \"%s\"; it has:", arguments[0], arguments[1]);
	help_group(stderr, arguments[0]);
	return EXIT_WRONG;
}

static int dispatch(char **arguments)
{
	size_t words = 0;
	const struct command *command = command_find(arguments, &words);

	if (command)
		return run(command, arguments + words);
	if (!arguments[0]) {
		wrong("a command is needed");
		help_overview(stderr);
		return EXIT_WRONG;
	}
	if (strcmp(arguments[0], "--version") == 0) {
		out("tally %s\n", tally_version());
		return EXIT_YES;
	}
	if (strcmp(arguments[0], "--help") == 0 || strcmp(arguments[0], "-h") == 0) {
		help_overview(stdout);
		return EXIT_YES;
	}
	if (command_is_group(arguments[0]) && arguments[1] &&
	    (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0)) {
		help_group(stdout, arguments[0]);
		return EXIT_YES;
	}
	return refuse_command(arguments);
}

int main(int argc, char **argv)
{
	open_standard_streams();
	/* A closed pipe is an error of the write, which is reported. */
	(void)signal(SIGPIPE, SIG_IGN);
	/* So is a file that grows beyond `ulimit -f`. */
	(void)signal(SIGXFSZ, SIG_IGN);
	return out_finish(dispatch(argv + (argc > 0)));
}
