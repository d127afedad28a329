"""Runs a command once and measures its time and memory."""

import os
import signal
import sys
import time
import traceback
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """Seconds of wall time; CPU seconds of all cores together; the largest process's peak memory in KiB; the exit
    status (negative for a signal); the beginning of standard error."""
    seconds: float
    cpu: float
    peak: int
    status: int
    errors: str = ""


class TooLong(Exception):
    """The command was killed because it took too long."""


def run(command, output=None, limit=3600.0, environment=None):
    """Runs a command with standard output to the file descriptor `output`, or to /dev/null."""
    errors = os.memfd_create("errors")
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0) if output is None
        else (os.POSIX_SPAWN_DUP2, output, 1),
        (os.POSIX_SPAWN_DUP2, errors, 2),
    ]
    begun = time.perf_counter()
    child = os.posix_spawnp(command[0], command, environment or os.environ, file_actions=actions)
    previous = signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        _, status, usage = os.wait4(child, 0)
        seconds = time.perf_counter() - begun
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(errors)
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    said = os.pread(errors, 4096, 0).decode(errors="replace")
    os.close(errors)
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status), said)


def floor():
    """The least peak memory that can be measured, in KiB: a child begins as a copy of this process, whose memory
    is counted too."""
    return max(run(["true"]).peak for _ in range(3))


def apart(function, *arguments):
    """Calls a function in a child process, so that its memory does not become part of this process, a copy of
    which is counted in each measured command. Ends this process if the function fails."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            function(*arguments)
            status = 0
        except SystemExit as error:
            if isinstance(error.code, str):
                print(error.code, file=sys.stderr)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    try:
        _, status = os.waitpid(child, 0)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    if status != 0:
        raise SystemExit(1)


def _too_long(_signal, _frame):
    raise TooLong
