/* pipeline: the insides of the pipeline view, shared by views/pipeline*.c alone.
 *
 * What a start would take is a document of the hub (the file's parameters and steps); where the
 * view was opened on an execution, that execution's values fill the form. After each change the
 * hub is asked for the plan; an older question is cancelled. A document that comes while a field is
 * edited is taken over when the field is left. UI thread. */
#ifndef MLW_VIEWS_PIPELINE_H
#define MLW_VIEWS_PIPELINE_H

#include "tui/widgets/form.h"
#include "tui/widgets/rails.h"
#include "views/actions.h"
#include "views/rawdoc.h"

struct pipeline_step {
    const char *name, *type, *after; /* of the document */
    const char *action, *why;        /* of the plan; NULL: not planned yet */
};

/* Where things stand; from pipeline_layout. Empty rects are left out. */
struct pipeline_places {
    struct rect head, form_title, form, steps_title, steps;
    int rails_w, name_x, name_w, type_x, type_w, after_x, after_w, action_x, why_x;
};

struct pipeline {
    char *name, *from; /* what is started; the execution it was opened on; NULL: not known */
    uint64_t doc_sub, from_sub;
    struct snapshot *doc;            /* the newest good one */
    struct json *given;              /* name → text of the execution `from`; NULL: none */
    struct err err;                  /* of the newest bad document */
    struct form form;                /* a field a parameter, */
    VEC(char *) defaults;            /* and what its definition says; NULL: it must be given */
    bool is_form_stale;              /* a document came while a field was edited */
    VEC(struct pipeline_step) steps; /* borrowed from doc and plan */
    struct rails rails;
    size_t step, top;      /* the selected step, the first that is drawn */
    bool in_steps;         /* the cursor is there, not in the form */
    uint64_t plan_request; /* 0: no question is open */
    struct json *plan;     /* the newest answer */
    struct err plan_err;   /* why there is none: what a start would say */
    struct act act;
    struct rawdoc raw;
    struct pipeline_places places;
};

static inline struct pipeline *pipeline_of(const struct view *v)
{
    return v->state;
}

/* --- what is known (pipeline_facts.c) --- */
const struct json *pipeline_mlw(const struct pipeline *x); /* NULL: not here yet */
const char *pipeline_problem(const struct pipeline *x);    /* of the file; NULL: none */
/* Fields and steps of x->doc; what a person changed stays. */
void pipeline_fill(struct pipeline *x);
void pipeline_fill_steps(struct pipeline *x); /* from doc and plan */
void pipeline_note_all(struct pipeline *x);   /* beside each field: its type, what it was */
void pipeline_clear(struct pipeline *x);
/* What differs from the definition's defaults, as a start takes it. */
void pipeline_values(const struct pipeline *x, struct req *req);
const struct pipeline_step *pipeline_step(const struct pipeline *x); /* NULL: none is selected */
/* The selected field or step, whole: a text to read. */
void pipeline_describe(const struct pipeline *x, struct str *out);

/* --- what is drawn (pipeline_draw.c) --- */
void pipeline_layout(struct view *v, struct rect area);
void pipeline_draw(const struct view *v, struct canvas *c, struct rect area);
void pipeline_sentence(const struct view *v, struct str *out);
bool pipeline_pick(struct view *v, int y);

#endif
