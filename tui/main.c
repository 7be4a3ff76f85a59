/* main: the composition root, the one file that sees every layer. A command runs and ends; without
 * one the screen is opened on a hub with its own thread. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/os.h"
#include "core/base/utf8.h"
#include "core/cmd/cmd.h"
#include "core/config/config.h"
#include "core/mlw.h"
#include "views/screen.h"

/* What mlw.conf says of the screen, under what the command line said. A wrong line does not keep
 * anybody from looking: the defaults hold, and it is said. The screen borrows from the config. */
static void apply_config(const struct cmd_globals *g, struct screen_options *o,
                         struct config *config, struct err *e)
{
    static const char *const themes[] = {[CONFIG_THEME_DARK] = "dark",
                                         [CONFIG_THEME_LIGHT] = "light",
                                         [CONFIG_THEME_HIGH_CONTRAST] = "high-contrast",
                                         [CONFIG_THEME_COLOUR_BLIND] = "colour-blind",
                                         [CONFIG_THEME_COLOUR_BLIND_LIGHT] = "colour-blind-light",
                                         [CONFIG_THEME_MONO] = "mono"};
    struct workspace ws = {0};
    struct err ignored;
    bool has_workspace = workspace_find(g->dir, false, &ws, &ignored);
    if (config_load(has_workspace ? ws.dir : NULL, config, e)) {
        o->theme = o->theme ? o->theme : themes[config->ui_theme];
        o->is_silent = config->notify_terminal == CONFIG_TERMINAL_NEVER;
        o->is_bell_alone = config->notify_terminal == CONFIG_TERMINAL_BELL;
        o->is_ascii = config->ui_glyphs == CONFIG_GLYPHS_ASCII;
        o->is_unicode = config->ui_glyphs == CONFIG_GLYPHS_UNICODE;
        o->no_color |= config->ui_color == CONFIG_COLOR_NEVER;
        o->goals = config_goals(config);
    } else {
        o->notice = e->msg;
    }
    workspace_release(&ws);
}

static int screen(const struct cmd_globals *g)
{
    struct err e = ERR_INIT, config_err = ERR_INIT;
    int wake_fd = -1;
    struct hub_options options = {.dir = g->dir, .is_read_only = g->is_read_only};
    struct hub *hub = hub_new(&options, &wake_fd, &e);
    if (!hub) {
        return cmd_fail(&(struct cmd_line){0}, &e);
    }
    struct screen_options screen_options = {.hub = hub,
                                            .wake_fd = wake_fd,
                                            .open = g->open,
                                            .shot = g->shot,
                                            .size = g->size,
                                            .dir = g->dir,
                                            .theme = g->theme,
                                            .is_plain = g->is_plain,
                                            .is_read_only = g->is_read_only,
                                            .no_color = g->no_color};
    char *config_dir = config_user_dir();
    screen_options.config_dir = config_dir;
    char *state_dir = config_state_dir();
    screen_options.state_dir = state_dir;
    struct config config;
    config_init(&config);
    apply_config(g, &screen_options, &config, &config_err);
    int status = screen_run(&screen_options);
    free(config_dir);
    free(state_dir);
    hub_free(hub);
    config_release(&config);
    return status;
}

int main(int argc, char **argv)
{
    struct cmd_globals globals = {0};
    bool is_screen = false;
    os_standard_fds();
    umask(077);
    int status = cmd_main(argc, argv, &is_screen, &globals);
    return is_screen ? screen(&globals) : status;
}
