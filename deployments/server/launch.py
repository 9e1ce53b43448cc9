"""Become a part that does not outlive its supervisor: `python -I -S launch.py SUPERVISOR COMMAND…`.

On Linux the kernel kills it when the supervisor dies. That is asked for here, between fork and exec: in the
supervisor itself, code of ours after a fork would not be safe beside its threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask for the signal, see that the supervisor has not died before that, and become the command."""
    supervisor, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(supervisor):
            sys.exit(1)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
