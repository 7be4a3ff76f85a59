/* fake_world: a world in which every screen has something to show, and the screens themselves.
 *
 * Places are the views of views.def in its order (enum reasons_of), the app's own text, and the
 * lists of what is evidence, states in time and lineage. A view that is added to views.def fails
 * here until it is said what it is opened with. The fake is the caller's. */
#ifndef MLW_TESTS_VIEWS_FAKE_WORLD_H
#define MLW_TESTS_VIEWS_FAKE_WORLD_H

#include "tests/views/fake_hub.h"
#include "views/reasons.h"

enum { PLACE_evidence = REASONS_COUNT, PLACE_timeline, PLACE_lineage, PLACES };

extern const char *const fake_place_names[PLACES];

/* On top of home, as a person has it. `name` is what one of two things is called wherever a screen
 * shows names, the other one is called `plain`; NULL: nothing has come yet. */
struct fake *fake_world(int place, const char *name, int w, int h);
/* The place once more, when it was left. */
void fake_world_open(struct fake *f, int place);

#endif
