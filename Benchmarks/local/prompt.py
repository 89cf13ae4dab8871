"""scripts/bench prompt: the first prompt, one key in an entry of 500 lines, a paste of 2,000 lines; at a pseudo-terminal."""
import fcntl, os, pty, select, signal, statistics, struct, sys, tempfile, termios, time
import program

program.numbers("prompt")
if "PMM_PROGRAM" not in os.environ:
    program.build()
    # The script around the program would be timed as well.
    program.PROGRAM = os.path.join(program.ROOT, ".build", "release", "pmm")
QUIET = 0.05
PROMPT = b"pmm> "


class Shell:
    """The program at a terminal of 40 lines."""

    def __init__(self, home):
        self.start = time.monotonic()
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            environment = {"HOME": home, "TERM": "xterm", "PATH": os.environ["PATH"], "PMM_HISTORY": home + "/history"}
            os.execve(program.PROGRAM, [program.PROGRAM], environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.drawn = b""

    def receive(self, seconds):
        """Whether something was drawn within some seconds."""
        if not select.select([self.terminal], [], [], seconds)[0]:
            return False
        self.drawn += os.read(self.terminal, 1 << 16)
        return True

    def wait(self, text, seconds=30):
        end = time.monotonic() + seconds
        while text not in self.drawn:
            if time.monotonic() > end:
                sys.exit(f"scripts/bench: {text!r} did not appear; there was\n{self.drawn[-2000:].decode(errors='replace')}")
            self.receive(0.5)

    def settle(self):
        while self.receive(QUIET):
            pass
        self.drawn = b""

    def send(self, text):
        """Types a text and draws off what comes meanwhile; gives when the first byte was sent."""
        start, left = time.monotonic(), text
        while left:
            readable, writable, _ = select.select([self.terminal], [self.terminal], [], 30)
            if readable:
                self.drawn += os.read(self.terminal, 1 << 16)
            if writable:
                left = left[os.write(self.terminal, left[:1024]):]
        return start

    def paste(self, lines):
        return self.send(b"\x1b[200~" + b"\r".join(lines) + b"\x1b[201~")

    def key(self, key):
        """Milliseconds from a key to the last of what is drawn for it."""
        self.settle()
        start = last = self.send(key)
        while self.receive(QUIET):
            last = time.monotonic()
        if last == start:
            sys.exit(f"scripts/bench: nothing was drawn for {key!r}")
        return (last - start) * 1e3

    def end(self):
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self.terminal)


def tell(what, times):
    print(f"{what}: median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms of {len(times)}")


def starts(what, home):
    times = []
    for turn in range(21):
        shell = Shell(home)
        shell.wait(PROMPT)
        if turn > 0:  # the first one fills the page cache
            times.append((time.monotonic() - shell.start) * 1e3)
        shell.end()
    tell(what, times)


with tempfile.TemporaryDirectory() as home:
    starts("first prompt", home)

    shell = Shell(home)
    shell.wait(PROMPT)
    shell.paste([b"x = ["] + [b"  \"line %d of a block\"," % line for line in range(498)] + [b"  0]"])
    shell.wait(b"0]")
    tell("a key at the end of 500 lines", [shell.key(b"1") for _ in range(30)])
    shell.send(b"\x1b[A" * 250 + b"\x01  ")
    tell("a key in the middle of 500 lines", [shell.key(b"y") for _ in range(30)])
    tell("Up through 500 lines", [shell.key(b"\x1b[A") for _ in range(30)])
    tell("a new line (Alt-Enter) in the middle of 500 lines", [shell.key(b"\x1b\r") for _ in range(10)])
    shell.send(b"\x1b>\r12 + le")
    tell("Tab behind 500 lines", [shell.key(b"\t") for _ in range(10)])
    shell.end()

    pastes = []
    for _ in range(5):
        shell = Shell(home)
        shell.wait(PROMPT)
        start = shell.paste([b"x = ["] + [b"\t\"line %d of a paste\"," % line for line in range(1998)] + [b"  12345]"])
        shell.wait(b"12345]")
        pastes.append((time.monotonic() - start) * 1e3)
        shell.end()
    tell("paste of 2,000 lines", pastes)

    program.write(home + "/history", "".join(f"#% 2026-01-01T00:00:00Z 1\nx{n} = [\n\t{n}]\n" for n in range(10_000)))
    starts("first prompt behind a history of 10,000 entries", home)
