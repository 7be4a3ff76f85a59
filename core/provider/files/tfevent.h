/* tfevent: what a record of a TensorBoard event file says: an Event message of TensorFlow.
 * Borrowed from the record's bytes; pure, no allocation. */
#ifndef MLW_PROVIDER_FILES_TFEVENT_H
#define MLW_PROVIDER_FILES_TFEVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/pbwire.h"

struct tfevent {
    double wall_s; /* seconds since 1970 */
    int64_t step;
    bool is_start;      /* a session begins (again) at this step */
    struct pb contents; /* for tfevent_value */
    struct pb summary;
};

enum tfvalue_kind {
    TFVALUE_OTHER, /* an image, a histogram, … */
    TFVALUE_SCALAR,
    TFVALUE_HPARAMS, /* content is a message of the HParams plugin */
    TFVALUE_DAMAGED  /* for `why` */
};

struct tfvalue {
    enum tfvalue_kind kind;
    struct sv tag;
    double number;
    struct sv content;
    const char *why;
};

/* False: the bytes are no Event. */
bool tfevent_read(struct sv record, struct tfevent *ret);
/* The next value of its summaries; false after the last. */
bool tfevent_value(struct tfevent *ev, struct tfvalue *ret);

/* The one number of a TensorProto of rank 0. TFVALUE_OTHER: it is no such number. */
enum tfvalue_kind tftensor_scalar(struct sv tensor, double *ret);

#endif
