/* act: one request to an inline hub and its answer. */
#ifndef MLW_CMD_ACT_H
#define MLW_CMD_ACT_H

#include "core/cmd/cmd.h"
#include "core/mlw.h"
#include "core/provider/files/source.h"

/* Open the workspace's hub without a thread, or that of --source; NULL with an error. */
struct hub *cmd_hub(const struct cmd_line *line, bool may_create, struct err *e);
/* Ask and wait for the answer. `req` is moved. False: e has the reply's error. On success the
 * caller releases ret_reply. */
MUST_USE bool cmd_act(const struct cmd_line *line, bool may_create, struct req *req,
                      struct ev *ret_reply, struct err *e);
/* Every `--long_name K=V` as a pair of the request. ERR_USAGE for one without "=". */
MUST_USE bool cmd_pairs(const struct cmd_line *line, const char *long_name, struct req *req,
                        struct err *e);
/* The workspace's store, for commands that only read it; the caller closes it. */
MUST_USE bool cmd_store(const struct cmd_line *line, struct store **ret_store, struct err *e);
/* The whole id of a thing (list_resolve); the caller frees. NULL with an error. */
char *cmd_resolve(const struct cmd_line *line, enum kind kind, const char *id, struct err *e);
/* Tracking data on disk, read to its end; the caller closes source and store. */
MUST_USE bool cmd_source(const char *path, struct store **ret_store, struct source **ret_source,
                         struct err *e);
/* Can --source (and --view) be asked for that kind? ERR_USAGE. */
MUST_USE bool cmd_of_source(const struct cmd_line *line, enum kind kind, struct err *e);
/* The whole id of what things of a kind are listed below (`ls --parent`); the caller frees. NULL
 * with an error, also where nothing stands above that kind. */
char *cmd_resolve_parent(const struct cmd_line *line, enum kind kind, const char *id,
                         struct err *e);
/* The kind that stands above; KIND_COUNT: none does. */
enum kind cmd_parent_kind(enum kind kind);
/* The kind of that name; KIND_COUNT and ERR_USAGE with all of them where there is none. */
enum kind cmd_kind(const char *name, struct err *e);
/* Things of these kinds are put aside by mlw ack while they are in that state; NULL: of no other.
 */
const char *cmd_ack_state(enum kind kind);
/* The complete answer to a query; the caller unrefs. NULL with an error. */
struct snapshot *cmd_ask(struct hub *hub, const struct query *query, struct err *e);

#endif
