#!/usr/bin/env python3
"""A login manager that ends what a person leaves behind, played by a loginctl and a systemd-run that
stand first on PATH. Ends with `N passed, N failed, N skipped`; words choose cases by name.
"""

import os
import pty
import select
import subprocess
import sys

import crash
from engine import MLW, contains, is_alive, kill, pipeline, processing, run_cases, same, until

HERE = sys.modules[__name__]
SESSION = "0::/user.slice/user-1000.slice/session-3.scope\n"
SERVICE = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-7.scope\n"
LOGINCTL = """#!/bin/sh
echo "$@" >> %s/asked
case $1 in
show-session) printf 'KillUserProcesses=%s\\nKillOnlyUsers=%s\\nKillExcludeUsers=%s\\n';;
show-user) echo Linger=%s;;
*) exit 1;;
esac
"""
SCOPE = '#!/bin/sh\necho "$@" >> %s/scopes\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n'
NO_SCOPE = "#!/bin/sh\necho 'Failed to connect to bus: No medium found' >&2\nexit 1\n"
WORDS = "--user --scope --quiet --collect -- "


def program(space, name, text):
    path = os.path.join(space.base, "bin", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as handle:
        handle.write(text)
    os.chmod(path, 0o755)


def machine(space, cgroup=SESSION, kills="yes", only="", excluded="", linger="yes", scope=SCOPE):
    """What this machine's logind says, and what its systemd-run does."""
    program(space, "loginctl", LOGINCTL % (space.base, kills, only, excluded, linger))
    program(space, "systemd-run", scope.replace("%s", space.base))
    space.env["PATH"] = os.path.join(space.base, "bin") + ":" + os.environ["PATH"]
    space.env["MLW_CGROUP"] = os.path.join(space.base, "cgroup")
    with open(space.env["MLW_CGROUP"], "w", encoding="ascii") as handle:
        handle.write(cgroup)


def lines(space, name):
    path = os.path.join(space.base, name)
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as handle:
        return handle.read().splitlines()


def check(space, warning=None, scopes=False):
    """run and doctor: the sentence or none, the driver in a scope or not."""
    done = space.call("run", space.document(pipeline(processing("one", "true"))))
    execution = done.out.strip()
    drives = [x for x in lines(space, "scopes") if x.endswith("drive " + execution)]
    same(drives, ["%s%s -C %s drive %s" % (WORDS, MLW, space.dir, execution)] if scopes else [])
    line = [x for x in space.call("doctor").out.splitlines() if "log-out" in x][0]
    if warning:
        contains(done.err, "mlw: " + warning)
        contains(line, "LACKS  log-out      " + warning)
    else:
        assert "log out" not in done.err and "KillUser" not in done.err, done.err
        contains(line, "ok     log-out      executions go on after you log out")
    return line


def case_a_machine_that_kills_nobody_is_left_alone(space):
    machine(space, kills="no")
    check(space)
    same(lines(space, "scopes"), [])


def case_no_login_session_asks_nobody(space):
    machine(space, cgroup=SERVICE)
    check(space)
    same(lines(space, "asked"), [])
    machine(space, cgroup="0::/\n")
    check(space)
    same(lines(space, "asked"), [])


def case_users_that_logind_spares(space):
    me = subprocess.check_output(["id", "-un"], text=True).strip()
    machine(space, excluded="nobody " + me)
    check(space)
    machine(space, only="nobody")
    check(space)
    machine(space, only="nobody " + me)
    check(space, scopes=True)


def case_the_driver_has_a_scope_of_its_own(space):
    machine(space)
    contains(check(space, scopes=True), "each in a scope of your own")


def case_a_driver_that_died_gets_a_scope_again(space):
    machine(space)
    execution = space.detach(pipeline(processing("one", space.hold)))
    space.until_marks(1)
    kill(space.driver_pid(execution))
    until(lambda: not is_alive(space.driver_pid(execution)), "the driver is dead")
    child = space.start("watch", execution)
    until(lambda: len([x for x in lines(space, "scopes") if "drive" in x]) == 2, "a second scope")
    space.open_gate()
    child.communicate(timeout=60)
    same(child.returncode, 0)
    crash.check_quiet(space, execution)


def case_without_lingering_it_is_said(space):
    machine(space, linger="no")
    check(space, "executions end with your last session here: loginctl enable-linger keeps them "
          "(KillUserProcesses=yes)", scopes=True)


def case_without_a_scope_it_is_said(space):
    machine(space, scope=NO_SCOPE)
    check(space, "executions end when you log out: loginctl enable-linger, then log in again "
          "(KillUserProcesses=yes, and systemd-run cannot make a scope: Failed to connect to bus: No "
          "medium found)")


def case_a_logind_that_does_not_answer_holds_up_nobody(space):
    machine(space)
    program(space, "loginctl", "#!/bin/sh\nread forever < %s\n" % space.gate)
    space.call("run", space.document(pipeline(processing("one", "true"))), seconds=30)
    same(lines(space, "scopes"), [])


def case_the_screen_says_it_once_something_runs(space):
    machine(space, scope=NO_SCOPE)
    execution = space.detach(pipeline(processing("one", space.hold)))
    space.until_marks(1)
    pid, master = pty.fork()
    if pid == 0:
        os.execve(MLW, [MLW, "-C", space.dir], dict(space.env, TERM="xterm-256color"))
    seen = b""

    def is_said():
        nonlocal seen
        while select.select([master], [], [], 0)[0]:
            seen += os.read(master, 65536)
        return b"executions end when you log out" in seen

    try:
        until(is_said, "the screen says it")
    finally:
        kill(pid)
        os.waitpid(pid, 0)
        os.close(master)
    space.open_gate()
    space.watch(execution)


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
