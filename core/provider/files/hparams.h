/* hparams: what TensorBoard's HParams plugin says of a run: the message HParamsPluginData that is
 * the content of its summaries. Pure. */
#ifndef MLW_PROVIDER_FILES_HPARAMS_H
#define MLW_PROVIDER_FILES_HPARAMS_H

#include "core/base/json.h"

struct hparams {
    struct json *params, *tags; /* key → text; NULL: not told. The caller frees both */
    double started_s, ended_s;  /* since 1970; 0: not told */
    const char *status;         /* NULL: not told; static */
};

/* False: the bytes are no such message; what was good in them is there. */
bool hparams_read(struct sv content, struct hparams *ret);

#endif
