"""Programs that answer what is typed, entry by entry: their input is a terminal, since what comes through a pipe is one script."""
import os, pty, subprocess, tempfile, tty


def typed(command, **options):
    """The program, and a file whose lines are typed into it. Nothing of the user's is read and nothing is kept."""
    ours, theirs = pty.openpty()
    # Nothing is echoed, and no character but the end of a line means anything.
    tty.setraw(theirs)
    state = tempfile.TemporaryDirectory()
    environment = os.environ | {"PMM_STATE": state.name, "PMM_HISTORY": ""}
    try:
        process = subprocess.Popen([*command, "--no-init"], stdin=theirs, env=environment, **options)
    finally:
        os.close(theirs)
    process.state = state
    return process, os.fdopen(ours, "wb", buffering=0)
