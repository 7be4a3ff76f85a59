/* screen: the whole screen on a hub: the app, its views and what ties them together.
 *
 * The composition root makes the hub and calls this once; it returns when the person leaves, with
 * the exit status. UI thread; the hub stays the caller's. Errors are printed on stderr. */
#ifndef MLW_VIEWS_SCREEN_H
#define MLW_VIEWS_SCREEN_H

#include "core/mlw.h"
#include "core/model/goal.h"

struct screen_options {
    struct hub *hub;
    int wake_fd;
    const char *open;  /* palette line that is typed before the first paint; NULL: none */
    const char *shot;  /* FILE.svg or .txt: draw what it shows when the data is here, and leave */
    const char *size;  /* of the shot, "132x43"; NULL: 80x24 */
    const char *dir;   /* as it was given; NULL: the current folder */
    const char *theme; /* name; NULL: guessed */
    const char *config_dir;        /* of the person: keys, NAME.theme; NULL: none is known */
    const char *state_dir;         /* of the person: lines of the palette; NULL: none is known */
    const char *notice;            /* said when the screen opens, until it is read; NULL: none */
    struct goals goals;            /* what is better of which metric */
    bool is_silent, is_bell_alone; /* what the terminal does not do for what is watched */
    bool is_plain, is_read_only, no_color;
    bool is_ascii, is_unicode; /* whatever the locale says; neither: by the locale */
};

int screen_run(const struct screen_options *options);

#endif
