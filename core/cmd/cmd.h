/* cmd: the command line: one table of subcommands, one parser of options, one way to fail.
 *
 * A command gets its parsed line, prints data on stdout and everything else on stderr, and
 * returns an exit status (err.h). Errors go through cmd_fail, so that every message has the same
 * form: "mlw run: what was tried: why" and the hint on a line of its own. One thread. */
#ifndef MLW_CMD_CMD_H
#define MLW_CMD_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/str.h"
#include "core/base/vec.h"
#include "core/store/store.h"
#include "core/store/workspace.h"

enum cmd_option_type { OPTION_FLAG, OPTION_TEXT, OPTION_LIST };

/* An option of a command: `--long` and, unless 0, `-s`. */
struct cmd_option {
    const char *long_name;
    char short_name;
    enum cmd_option_type type;
    const char *value; /* what it takes, for usage: "K=V" */
    const char *help;
};

struct cmd_line;

struct cmd_info {
    const char *name;
    const char *args; /* "PIPELINE|FILE", for usage */
    const char *help; /* one line */
    size_t min_args, max_args;
    const struct cmd_option *options; /* ends with a NULL long_name; NULL: none */
    int (*run)(const struct cmd_line *line);
    bool is_hidden;
};

/* The table, ends with a NULL name; the order is that of `mlw help`. */
extern const struct cmd_info cmd_table[];
const struct cmd_info *cmd_find(const char *name); /* NULL: there is none */
/* By its long name, or by its letter where that is not 0; NULL: there is none. */
const struct cmd_option *cmd_option_find(const struct cmd_option *options, struct sv name,
                                         char short_name);

/* Options before the command (and after it), for the screen and for all commands. -C is none of
 * them: the process works there from when it is read. */
struct cmd_globals {
    const char *dir; /* the workspace is looked for from there; NULL: from the current folder */
    const char *context, *open, *shot, *theme, *size;
    bool is_read_only, is_plain, no_color;
};

/* Returned by a command that wants the screen opened after it. */
enum { CMD_SCREEN = -1 };

struct cmd_value {
    const struct cmd_option *option;
    const char *text;
};

struct cmd_line {
    const struct cmd_info *info;
    struct cmd_globals globals;
    bool is_utf8;               /* what the person's locale says */
    struct cmd_globals *screen; /* what the screen gets when run returns CMD_SCREEN */
    VEC(const char *) args;
    VEC(struct cmd_value) values;
};

/* Parse and run. *ret_is_screen: no command was named, the screen is wanted with `ret_globals`;
 * then the return value means nothing. */
int cmd_main(int argc, char **argv, bool *ret_is_screen, struct cmd_globals *ret_globals);

/* --- for commands --- */
bool cmd_has(const struct cmd_line *line, const char *long_name);
const char *cmd_text(const struct cmd_line *line, const char *long_name); /* the last; NULL */
size_t cmd_list(const struct cmd_line *line, const char *long_name, const char ***ret_texts);
/* A whole number option within [min, max]; `otherwise` without it. ERR_USAGE. */
MUST_USE bool cmd_int(const struct cmd_line *line, const char *long_name, int64_t min, int64_t max,
                      int64_t otherwise, int64_t *ret, struct err *e);
/* ERR_REFUSED with --read-only: for what writes files of a workspace without the hub. */
MUST_USE bool cmd_may_write(const struct cmd_line *line, struct err *e);
/* ERR_USAGE for an empty --name: a pipeline without a name is found nowhere. */
MUST_USE bool cmd_check_name(const struct cmd_line *line, struct err *e);
/* Print the error as "mlw NAME: message" and the hint; returns the exit status. */
int cmd_fail(const struct cmd_line *line, const struct err *e);

enum cmd_format {
    FORMAT_TABLE,
    FORMAT_TEXT,
    FORMAT_JSON,
    FORMAT_JSONL,
    FORMAT_CSV,
    FORMAT_TSV,
    FORMAT_LINE
};
/* `-o`; the first of `allowed` is the default. ERR_USAGE names what is allowed. */
MUST_USE bool cmd_format(const struct cmd_line *line, const enum cmd_format *allowed, size_t n,
                         enum cmd_format *ret, struct err *e);
/* Write to stdout; a closed pipe ends the process quietly with 141, as a pipeline expects. What
 * goes to a terminal is sanitised first, whatever its form; files and pipes get every byte. */
void cmd_out(struct sv bytes);
void cmd_out_raw(struct sv bytes); /* to a terminal too as it is */
bool cmd_is_terminal(void);        /* where stdout goes */
void cmd_outz(const char *z);
void cmd_out_json(const struct json *j); /* pretty, with a newline */

/* The workspace of -C, made at need when `may_create`. */
MUST_USE bool cmd_workspace(const struct cmd_line *line, bool may_create, struct workspace *ret_ws,
                            struct err *e);

/* The commands, one file each. */
int cmd_ack(const struct cmd_line *line);
int cmd_check(const struct cmd_line *line);
int cmd_complete(const struct cmd_line *line);
int cmd_completion(const struct cmd_line *line);
int cmd_compare(const struct cmd_line *line);
int cmd_cp(const struct cmd_line *line);
int cmd_demo(const struct cmd_line *line);
int cmd_doctor(const struct cmd_line *line);
int cmd_drive(const struct cmd_line *line);
int cmd_gate(const struct cmd_line *line);
int cmd_help(const struct cmd_line *line);
int cmd_history(const struct cmd_line *line);
int cmd_init(const struct cmd_line *line);
int cmd_logs(const struct cmd_line *line);
int cmd_ls(const struct cmd_line *line);
int cmd_new(const struct cmd_line *line);
int cmd_plan(const struct cmd_line *line); /* of cmd_run */
int cmd_retry(const struct cmd_line *line);
int cmd_run(const struct cmd_line *line);
int cmd_show(const struct cmd_line *line);
int cmd_status(const struct cmd_line *line);
int cmd_stop(const struct cmd_line *line);
int cmd_watch(const struct cmd_line *line);

/* The options before the command, ends with a NULL long_name; for usage and the manual's test. */
extern const struct cmd_option cmd_global_options[];

#endif
