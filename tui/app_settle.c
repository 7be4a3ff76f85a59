/* An app without a terminal, until it shows all there is to show. */
#include <errno.h>
#include <poll.h>

#include "core/base/clock.h"
#include "tui/app_internal.h"

/* Whether something came within so many milliseconds. */
static bool wait_wake(const struct app *app, int64_t wait_ms)
{
    struct pollfd p = {.fd = app->config.wake_fd, .events = POLLIN};
    int rc = poll(&p, 1, wait_ms > 0 ? (int)wait_ms : 0);
    return rc > 0 || (rc < 0 && errno == EINTR);
}

void app_settle(struct app *app, int quiet_ms, int max_ms)
{
    int64_t until = clock_mono_ms() + max_ms;
    bool has_come = false, is_awake = app->config.wake_fd >= 0;
    while (is_awake && clock_mono_ms() < until) {
        app_time(app, clock_wall_ms(), clock_mono_ms());
        app_paint(app); /* a view asks for what it sees when it is drawn */
        is_awake = wait_wake(app, has_come ? quiet_ms : until - clock_mono_ms());
        while (is_awake && app_drain(app)) {
            has_come = true;
        }
    }
    app_paint(app);
}
