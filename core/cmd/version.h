/* version: what `mlw --version` prints; the build gives it (git describe), else the release. */
#ifndef MLW_CMD_VERSION_H
#define MLW_CMD_VERSION_H

#ifndef MLW_VERSION
#define MLW_VERSION "0.1"
#endif

#endif
