/* project: laying down what core/templates holds. */
#ifndef MLW_CMD_PROJECT_H
#define MLW_CMD_PROJECT_H

#include "core/base/err.h"

/* Lay `template` down in dir (made; one that holds files already is ERR_REFUSED), with the
 * template's own data, or with a CSV file and target column of the person's own. */
MUST_USE bool project_lay_down(const char *template_name, const char *dir, const char *data_file,
                               const char *target, struct err *e);
/* All files of the template are there: an earlier call laid them down. */
bool project_is_there(const char *template_name, const char *dir);

#endif
